// What a stream holds of a market, and what is to happen with it.
import type { Decimal, Signal } from '@keyside/protocol'
import type { Fee } from './exchange.ts'
import type { Lot } from './lots.ts'
import type { OrderIntent } from './order.ts'

/** Why all of a position is to be sold, until it is: the words are in `close-position.ts`. */
export type CloseReason =
  | 'stop'
  | 'hold'
  | 'small'
  | 'flatten'
  | 'silence'
  | 'head'
  | 'exit'
  | 'trader'

/** Tries that brought nothing, in a row, and when the last one ended, Unix ms: the next waits the longer. */
export interface Failures {
  readonly times: number
  readonly at: number
}

/** What a stream holds of a market. */
export interface Position {
  readonly stream: string
  readonly market: string
  /** The market of the signals that bought it: exits name that one. */
  readonly signalMarket: string
  /** Of the newest entry: `market`'s price for one of `signalMarket`'s; null where they are one. */
  readonly ratio: Decimal | null
  /** Base, after fees that were taken in it. */
  readonly amount: Decimal
  /** Of it, what the exchange does not have, or lets nobody sell, by the last look: all else can be sold. */
  readonly missing: Decimal
  /** Base bought and quote paid for what is held: their ratio is the entry price. */
  readonly baseBought: Decimal
  readonly cost: Decimal
  /** Fees of what is held, those in its own coins aside. */
  readonly fees: readonly Fee[]
  /** The same, purchase by purchase, oldest first: of these a sale's result is reckoned. */
  readonly lots: readonly Lot[]
  /** The last entry's number in the stream and its `jti`; the number is -1 once the stream has begun anew after it. */
  readonly seq: number
  readonly signal: string
  /** Quote per base; null without one. It is raised and never lowered. */
  readonly stop: Decimal | null
  /** Stops that the exchange took since its amount or its stop changed. */
  readonly stops: number
  /** What else its newest entry asked for. */
  readonly exits: Exits
  /** Base: what its newest entry left, of which the levels are percentages. */
  readonly initialAmount: Decimal
  /** Which take-profit levels were sold, or are being sold, from 0. */
  readonly levelsFilled: readonly number[]
  readonly closing: CloseReason | null
  readonly failures: { readonly exit: Failures; readonly stop: Failures }
}

/** `from`: it counts from then on, Unix ms by the exchange's clock; 0 for always. */
interface TakeProfit {
  readonly price: Decimal
  readonly percent: Decimal
  readonly from: number
}

interface Exits {
  /** Lowest price first. */
  readonly takeProfits: readonly TakeProfit[]
  /** Percent below the highest bid. */
  readonly trailingStop: NonNullable<OrderIntent['trailingStop']> | null
  /** Percent above the entry price at which the stop moves to it. */
  readonly breakEven: Decimal | null
  /** Unix ms by the exchange's clock; null for as long as it likes. */
  readonly maxHoldUntil: number | null
}

/** Ids have no space, and neither have markets. */
export function positionKey(order: { stream: string; intent: Pick<Signal, 'market'> }): string {
  return `${order.stream} ${order.intent.market}`
}
