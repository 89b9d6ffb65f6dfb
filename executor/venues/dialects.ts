// Every venue that Keyside speaks to, by its name in config.yaml.
import { binance } from './binance/dialect.ts'
import type { Dialect } from './dialect.ts'

export const DIALECTS = { binance } as const satisfies Record<string, Dialect>

export type VenueName = keyof typeof DIALECTS

export const VENUE_NAMES = Object.keys(DIALECTS) as readonly VenueName[]
