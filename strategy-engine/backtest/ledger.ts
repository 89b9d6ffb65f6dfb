// Settings of a backtest's account, and the records that it keeps.
import type { ExitRules } from '../strategies/candle-exits.ts'
import type { Fills, TradeEnd } from './fills.ts'

export interface AccountOptions {
  /** Length of a candle, seconds. */
  readonly seconds: number
  /** Quote at the start; also what the trader allots to the stream: percentages are of it, however much it becomes. */
  readonly balance: number
  /** A decision is filled at the next candle's opening, or at the close of its own. */
  readonly fill: 'open' | 'close'
  /** Percent of what is bought or sold, taken in quote. */
  readonly fee: number
  /** Between ask and bid, percent of the price: each side pays half of it. */
  readonly spread: number
  /** What each side loses besides, percent of the price. */
  readonly slippage: number
  /** Null for an account without a venue: any amount is bought and sold. */
  readonly steps: VenueSteps | null
  /** An entry is not filled later than so many seconds after the close of its candle. */
  readonly validFor: number
}

interface VenueSteps {
  /** Where the rules come from, and when (Unix seconds); left out where the caller gave them. */
  readonly of?: { readonly venue: string; readonly read: number } | undefined
  /** Of amounts, base. */
  readonly step: number
  /** Base. */
  readonly leastAmount: number
  /** Quote. */
  readonly leastValue: number
}

export interface EntryOrder {
  readonly size: { readonly unit: 'percent' | 'quote' | 'base'; readonly value: number }
  readonly rules: ExitRules
}

export interface Trade {
  /** Of the candle at which it was bought, from 0. */
  entryCandle: number
  /** Unix seconds. */
  entryTime: number
  /** What was paid for one base on average, spread and slippage in it, fees not. */
  entryPrice: number
  /** Base. */
  amount: number
  /** Quote paid, fees in it. */
  cost: number
  /** Of the last sale; of a trade that is open, the last candle. */
  exitCandle: number
  exitTime: number
  /** What was got for one base on average; of what is left, the last close. */
  exitPrice: number
  /** Quote got, fees taken off; with what is left at the last close. */
  proceeds: number
  /** Quote. */
  fees: number
  sales: number
  end: TradeEnd
  /** Another order of the prices within one of its candles would have sold otherwise. */
  assumed: boolean
  /** A stop that the opening had passed. */
  stopPassed: boolean
}

/** Entries that were not made: the opening came too late, at or under the stop, or the amount is too little. */
export interface MissedEntries {
  late: number
  underStop: number
  tooLittle: number
}

/** How an account ends. */
export interface AccountEnd {
  readonly missed: Readonly<MissedEntries>
  /** Quote, all together. */
  readonly fees: number
  /** Cash, and what is held at the last close. */
  readonly equity: number
  /** The last candle, at whose close what is still held counts. */
  readonly last: {
    readonly at: number
    /** Of its close, Unix seconds. */
    readonly time: number
    readonly close: number
    /** Of what is still held: whether another order of the prices within a candle would have sold it otherwise. */
    readonly assumed: boolean
  }
}

export interface Ledger extends Omit<AccountEnd, 'last'> {
  readonly balance: number
  readonly trades: readonly Readonly<Trade>[]
  readonly fills: Fills
}
