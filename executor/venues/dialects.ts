// Every venue that Keyside speaks to, by its name in config.yaml.

import { type Decimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import type { Dialect } from './adapter/dialect.ts'
import { binance } from './binance/dialect.ts'

export const DIALECTS = { binance } as const satisfies Record<string, Dialect>

export type VenueName = keyof typeof DIALECTS

export const VENUE_NAMES = Object.keys(DIALECTS) as readonly VenueName[]

/** What a person is asked for, and told, before anything is asked of the venue. */
export interface VenueFacts {
  readonly credentials: Dialect['credentials']
  /** The highest fee of a taker, percent. */
  readonly takerFeePercent: Decimal
}

export function venueFacts(name: VenueName): VenueFacts {
  const { credentials, takerFee } = DIALECTS[name]
  return { credentials, takerFeePercent: toDecimal(new Big(takerFee).times(100)) }
}
