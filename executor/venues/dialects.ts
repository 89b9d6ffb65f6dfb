// Every venue that Keyside speaks to, by its name in config.yaml.

import type { Dialect } from './adapter/dialect.ts'
import { binance } from './binance/dialect.ts'

export const DIALECTS = { binance } as const satisfies Record<string, Dialect>

export type VenueName = keyof typeof DIALECTS

export const VENUE_NAMES = Object.keys(DIALECTS) as readonly VenueName[]
