// Types and initial values of what is counted for limits and losses.
import type { Decimal } from '@keyside/protocol'

export interface Counters {
  readonly day: {
    /** UTC days since 1970. */
    readonly number: number
    /** Quote value and number of the entries that were decided on it. */
    readonly value: Decimal
    readonly entries: number
    /** By market: how often a sale followed a purchase. */
    readonly roundTrips: Readonly<Record<string, number>>
  }
  /** Entries decided in the last hour, five minutes each, oldest first. */
  readonly hour: readonly { readonly slot: number; readonly value: Decimal }[]
  /** When orders were sent, last minute only, Unix ms. */
  readonly sent: readonly number[]
  /** Entries decided in the last minute. */
  readonly entries: readonly DecidedEntry[]
  /** By stream: quote value of all its entries, ever. */
  readonly spent: Readonly<Record<string, Decimal>>
  /** By stream: quote values of the last entries that the exchange took. */
  readonly typicalSizes: Readonly<Record<string, readonly Decimal[]>>
  readonly markets: Readonly<Record<string, LastTrade>>
}

export interface DecidedEntry {
  readonly signal: string
  readonly market: string
  readonly amount: Decimal
  /** Unix ms. */
  readonly at: number
}

export interface LastTrade {
  readonly was: 'purchase' | 'sale'
  /** When something was last sold here, Unix ms; 0 for never. */
  readonly soldAt: number
}

export const NO_COUNTERS: Counters = {
  day: { number: 0, value: '0', entries: 0, roundTrips: {} },
  hour: [],
  sent: [],
  entries: [],
  spent: {},
  typicalSizes: {},
  markets: {},
}

/** Amounts are quote. Gains and losses are kept apart because a wire decimal has no sign. */
export interface Profit {
  /** By sales, ever. */
  readonly proceeds: Decimal
  /** For purchases and fees, ever. */
  readonly cost: Decimal
  readonly today: Today
  /** Day number of the last day on which too much was lost, -1 for none: it stays closed, whatever prices do. */
  readonly closedOn: number
  /** Where the result was the best so far; null after a halt for falling too far below it. */
  readonly highWaterMark: Equity | null
}

interface Today {
  /** UTC day number; 0 before the first. */
  readonly number: number
  /** Realized since the day was opened, fees included. */
  readonly gains: Decimal
  readonly losses: Decimal
  /** By `positionKey`: what is held was worth this at the day's opening, or was bought for this since. */
  readonly dayOpenValues: Readonly<Record<string, Decimal>>
}

export interface Equity {
  readonly proceeds: Decimal
  readonly cost: Decimal
  /** Of all positions, at the bid. */
  readonly marketValue: Decimal
}

export const NO_PROFIT: Profit = {
  proceeds: '0',
  cost: '0',
  today: { number: 0, gains: '0', losses: '0', dayOpenValues: {} },
  closedOn: -1,
  highWaterMark: { proceeds: '0', cost: '0', marketValue: '0' },
}

/** What rules are told. Null while a price is missing. Quote. */
export interface Losses {
  readonly day: 'open' | 'closed'
  readonly today: Decimal | null
  readonly drawdown: Decimal | null
}
