// What the executor knows: the book, which is the journal's fold, and what a restart may forget.
import type { Decimal, Head, Signal, TradingState } from '@keyside/protocol'
import type { WireOrder } from '../exchange/port.ts'
import type { OrderState } from '../orders/table.ts'
import type { SignalIdea } from '../plan/plan.ts'

export type OrderKind = 'entry' | 'exit' | 'stop'

/** What an order is made from. Times in Unix ms. */
export interface OrderSeed {
  readonly clientOrderId: string
  readonly stream: string
  readonly kind: OrderKind
  /** `jti` of the signal (or head) behind it. */
  readonly signal: string
  readonly seq: number
  readonly signedAt: number
  readonly until: number
  readonly reason: string
  readonly timeframe: string
  readonly idea: SignalIdea
}

export interface Fee {
  readonly amount: Decimal
  readonly currency: string
}

export interface Plan {
  /** Hash of the exact order and its end of time: what an approval names. */
  readonly id: string
  readonly wire: WireOrder
  /** Quote. */
  readonly value: Decimal
  /** Quote. */
  readonly risk: Decimal
}

export interface Order extends OrderSeed {
  readonly state: OrderState
  /** When it was received, Unix ms. */
  readonly at: number
  readonly plan: Plan | null
  readonly approval: {
    readonly answer: 'not_asked' | 'open' | 'given'
    readonly tag: string
    readonly reason: string
    readonly expires: number
    readonly card: 'owed' | 'sent'
  }
  /** Unix ms; 0 before. */
  readonly sentAt: number
  readonly exchangeId: string
  readonly filled: Decimal
  /** Quote. */
  readonly cost: Decimal
  readonly fees: readonly Fee[]
  readonly trades: readonly string[]
  /** What the exchange says of an order that is over. */
  readonly end: { readonly filled: Decimal } | null
}

/** Bounds of the numbers that keep a stream's signals in order and out of the past. */
export interface Stream {
  readonly seq: number
  readonly hash: string
  /** When the last signal or baseline was signed, seconds. */
  readonly iat: number
  /** `open` while signals are missing that no head has bridged. */
  readonly gap: 'none' | 'open'
  /** Last candle decided on, seconds: two engines side by side decide once. */
  readonly bars: { readonly entry: number; readonly exit: number }
  /** Exits that were read from a head's target. */
  readonly headExit: { readonly since: number; readonly attempts: number }
}

/** What a stream holds of a market. */
export interface Position {
  readonly stream: string
  readonly market: string
  /** Base, after fees that were taken in it. */
  readonly amount: Decimal
  /** Base bought and quote paid since the position was empty: their ratio is the entry price. */
  readonly bought: Decimal
  readonly paid: Decimal
  /** The last entry's number in the stream and its `jti`. */
  readonly seq: number
  readonly signal: string
  /** Quote per base; null without one. */
  readonly stop: Decimal | null
  /** Stops placed since its last entry. */
  readonly stops: number
  readonly protection: 'wanted' | 'failed'
}

export interface Book {
  readonly trading: TradingState
  /** Unix ms. */
  readonly tradingSince: number
  readonly streams: Readonly<Record<string, Stream>>
  /** By client order id; only those whose life is not over. */
  readonly orders: Readonly<Record<string, Order>>
  /** Stops intended so far, ever: no two have one name, whatever came and went between them. */
  readonly stops: number
  /** By `positionKey`. */
  readonly positions: Readonly<Record<string, Position>>
  /** UTC day number and the quote value of entries that were decided on it. */
  readonly day: { readonly number: number; readonly value: Decimal }
  /** Unix ms, last minute only. */
  readonly sent: readonly number[]
  /** Commands and approvals seen, by `jti`: until when they could come again, seconds. */
  readonly asked: Readonly<Record<string, number>>
  /** The last orders that ended, oldest first, so that a late approval is told from a wrong one. */
  readonly ended: readonly { readonly id: string; readonly state: OrderState }[]
}

/** A question to the exchange that is under way (`open`) or due at `at`, Unix ms. */
export interface Ask {
  readonly state: 'open' | 'due'
  readonly at: number
  readonly tries: number
  /** When the first proved miss after the deadline was, Unix ms; 0 for none. */
  readonly missedAt: number
}

export interface HeadSeen {
  readonly at: number
  readonly heard: 'yes' | 'lost'
  readonly head: Pick<Head, 'seq' | 'hash' | 'target' | 'iat' | 'jti'>
  /** Since when it has been ahead of our signals, Unix ms; 0 when it is not. */
  readonly aheadSince: number
}

/** Forgotten by a restart, and found again by asking. */
export interface Live {
  readonly heads: Readonly<Record<string, HeadSeen>>
  readonly asks: Readonly<Record<string, Ask>>
  readonly cancels: Readonly<Record<string, Ask>>
  readonly quotes: Readonly<Record<string, Ask>>
  readonly cards: Readonly<Record<string, Ask>>
  /** When to say again that an order is unknown, Unix ms. */
  readonly alarms: Readonly<Record<string, number>>
  readonly refusals: { readonly since: number; readonly told: number; readonly kept: number }
}

export interface State {
  readonly book: Book
  readonly live: Live
}

export const EMPTY_BOOK: Book = {
  trading: 'running',
  tradingSince: 0,
  streams: {},
  orders: {},
  stops: 0,
  positions: {},
  day: { number: 0, value: '0' },
  sent: [],
  asked: {},
  ended: [],
}

export const EMPTY_LIVE: Live = {
  heads: {},
  asks: {},
  cancels: {},
  quotes: {},
  cards: {},
  alarms: {},
  refusals: { since: 0, told: 0, kept: 0 },
}

/** Ids have no space, and neither have markets. */
export function positionKey(order: { stream: string; idea: Pick<Signal, 'market'> }): string {
  return `${order.stream} ${order.idea.market}`
}
