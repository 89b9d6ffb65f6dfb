// What is counted for the limits and for the losses, and where it starts: the shapes alone.
import type { Decimal } from '@keyside/protocol'

export interface Counters {
  readonly day: {
    /** UTC days since 1970. */
    readonly number: number
    /** Quote value and number of the entries that were decided on it. */
    readonly value: Decimal
    readonly entries: number
    /** By market: how often a sale followed a purchase. */
    readonly trips: Readonly<Record<string, number>>
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
  readonly usual: Readonly<Record<string, readonly Decimal[]>>
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
  day: { number: 0, value: '0', entries: 0, trips: {} },
  hour: [],
  sent: [],
  entries: [],
  spent: {},
  usual: {},
  markets: {},
}

/** Amounts are quote. Gains and losses are kept apart because a wire decimal has no sign. */
export interface Result {
  /** By sales, ever. */
  readonly got: Decimal
  /** For purchases and fees, ever. */
  readonly paid: Decimal
  readonly today: Today
  /** Day number of the last day on which too much was lost: it stays closed, whatever prices do. */
  readonly closedOn: number
  /** Where the result was the best so far; null after a halt for falling too far below it. */
  readonly best: Standing | null
}

interface Today {
  /** UTC day number. */
  readonly number: number
  /** Realized since the day was opened, fees included. */
  readonly gained: Decimal
  readonly lost: Decimal
  /** By `positionKey`: what is held was worth this at the day's opening, or was bought for this since. */
  readonly basis: Readonly<Record<string, Decimal>>
}

export interface Standing {
  readonly got: Decimal
  readonly paid: Decimal
  /** Of all positions, at the bid. */
  readonly worth: Decimal
}

export const NO_RESULT: Result = {
  got: '0',
  paid: '0',
  today: { number: 0, gained: '0', lost: '0', basis: {} },
  closedOn: 0,
  best: { got: '0', paid: '0', worth: '0' },
}

/** What rules are told. Null while a price is missing. Quote. */
export interface Losses {
  readonly day: 'open' | 'closed'
  readonly today: Decimal | null
  readonly belowBest: Decimal | null
}
