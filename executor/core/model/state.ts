// What the executor knows: the portfolio, which is the journal's fold, and what a restart may forget.
import type { Decimal, Head, Signal, TradingState } from '@keyside/protocol'
import { type Counters, NO_COUNTERS, NO_PROFIT, type Profit } from './counters.ts'
import type { Fee } from './exchange.ts'
import type { Lot } from './lots.ts'
import type { Reconciliation } from './observation.ts'
import type { Order, OrderIntent } from './order.ts'
import type { OrderState } from './order-table.ts'
import type { Pause } from './pauses.ts'
import type { Provider, Stream } from './provider.ts'

/** Why all of a position is to be sold, until it is: the words are in `close-position.ts`. */
export type CloseReason = 'stop' | 'hold' | 'small' | 'flatten' | 'silence' | 'head' | 'exit'

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

/** `from`: it counts from then on, Unix ms; 0 for always. */
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
  /** Unix ms; null for as long as it likes. */
  readonly maxHoldUntil: number | null
}

/** What was made of the trader's approval codes. */
export interface Codes {
  /** The last time step whose code was taken: that one and all before it are used up. */
  readonly usedUpTo: number
  /** Moments of wrong ones in the last hour, Unix ms. */
  readonly wrong: readonly number[]
}

export interface Portfolio {
  readonly trading: TradingState
  /** What a halt does with what is held. */
  readonly onHalt: 'keep' | 'sell'
  /** Unix ms; and while all is paused: until when, 0 for until it is ended. */
  readonly tradingSince: number
  readonly pausedUntil: number
  /** Of streams and markets, by `pauseKey`. */
  readonly pauses: Readonly<Record<string, Pause>>
  readonly providers: Readonly<Record<string, Provider>>
  /** By `<provider>/<stream>`, as are positions and orders. */
  readonly streams: Readonly<Record<string, Stream>>
  /** By client order id; only those whose life is not over. */
  readonly orders: Readonly<Record<string, Order>>
  /** The same orders by `positionKey`: their client order ids in the order in which they came. Kept by `apply` alone. */
  readonly ordersByPosition: Readonly<Record<string, readonly string[]>>
  /** Stops and exits that the device made by itself so far, ever: no two have one name. */
  readonly stops: number
  readonly exits: number
  /** By `positionKey`. */
  readonly positions: Readonly<Record<string, Position>>
  readonly counters: Counters
  readonly profit: Profit
  /** Commands and approvals seen, by `jti`: until when they could come again, seconds. */
  readonly seenMessages: Readonly<Record<string, number>>
  /** The last orders that ended, oldest first, so that a late approval is told from a wrong one. */
  readonly endedOrders: readonly { readonly id: string; readonly state: OrderState | 'replaced' }[]
  readonly codes: Codes
  /** Markets that take no entries, because the exchange does not bear this book out. */
  readonly closedMarkets: Readonly<Record<string, 'drift' | 'reappeared'>>
}

/** A question to the exchange that is under way (`open`) or due at `at`, Unix ms. */
export interface Query {
  readonly state: 'open' | 'due'
  readonly at: number
  readonly tries: number
  /** When the first proved miss after the deadline was, Unix ms; 0 for none. */
  readonly missedAt: number
}

/** What a head says of one stream. */
export interface StreamHead extends Pick<Head, 'iat' | 'jti'> {
  /** Thumbprint of the key that signed it. */
  readonly kid: string
  readonly plan: string
  readonly seq: number
  readonly hash: string
  readonly position: 'long' | 'flat'
  readonly since: number
}

export interface HeadSeen {
  readonly at: number
  readonly head: StreamHead
  /** Since when it has been ahead of our signals, Unix ms; 0 when it is not. */
  readonly aheadSince: number
}

/** The last sign of life, or where a silence began that an earlier session has left, Unix ms; and how long it was offline by then. */
interface Heard {
  readonly at: number
  readonly offlineMs: number
}

/** How far a replay has come: from what was held it chains unbroken up to here. */
export interface Replay {
  readonly seq: number
  readonly hash: string
  /** Ways out up to here, oldest first; which of them are owed is decided when what was missed is made up for. */
  readonly exits: readonly MissedExit[]
  /** `whole`: it has come to what a live head says. */
  readonly state: 'asking' | 'whole'
  /** How often it was asked for since it last came further, when it is again, Unix ms; offline as of a sign of life. */
  readonly asked: number
  readonly at: number
  readonly offlineMs: number
}

export interface MissedExit {
  readonly kid: string
  readonly claims: Signal
}

interface KeysetNamed {
  readonly version: number
  readonly kid: string
  /** Unix ms. */
  readonly since: number
  /** Whether the trader heard that it is missing. */
  readonly told: 'yes' | 'no'
}

/** Forgotten by a restart, and found again by asking. */
export interface Session {
  readonly heads: Readonly<Record<string, HeadSeen>>
  /** By stream. It outlives the heads, which a sleep or a revoked key takes away. */
  readonly heard: Readonly<Record<string, Heard>>
  /** The highest keyset version that a head of each provider has named, and who signed that. */
  readonly keysetsNamed: Readonly<Record<string, KeysetNamed>>
  /** Of streams that have missed something. */
  readonly replays: Readonly<Record<string, Replay>>
  /** Since when the device has been offline, Unix ms, or 0; and how long it was before that, ms. */
  readonly offline: { readonly since: number; readonly totalMs: number }
  readonly queries: Readonly<Record<string, Query>>
  readonly cancels: Readonly<Record<string, Query>>
  /** The open orders of a market, for the stops that rest there. */
  readonly stopWatch: Readonly<Record<string, Query>>
  readonly quotes: Readonly<Record<string, Query>>
  readonly cards: Readonly<Record<string, Query>>
  /** When to say again that an order is unknown, Unix ms. */
  readonly alarms: Readonly<Record<string, number>>
  readonly priceWatch: PriceWatch
  readonly refusals: { readonly since: number; readonly told: number; readonly kept: number }
  readonly alerts: Alerts
  readonly connection: ConnectionState
  /** When this process began, or its clock was set back, Unix ms. */
  readonly started: number
  /** When the clock was found to have leapt ahead, Unix ms; 0 for never. */
  readonly wokeAt: number
  /** Unix ms. */
  readonly lastDecisionAt: number
  /** By market. */
  readonly reconciliations: Readonly<Record<string, Reconciliation>>
}

/** What looking at prices needs to remember between two looks. Times in Unix ms. */
interface PriceWatch {
  readonly evaluatedAt: number
  /** By stop order: since when the bid has been below what it may sell for. */
  readonly below: Readonly<Record<string, number>>
  /** By position and word: when it may be said again. */
  readonly toldUntil: Readonly<Record<string, number>>
}

/** Alerts in one span of time; `since` in Unix ms. */
interface Span {
  readonly since: number
  readonly count: number
}

export interface Told {
  readonly minute: Span
  readonly hour: Span
}

/** What strategies have said without an order. */
export interface Alerts {
  /** By provider and `jti`: until when the same one could come again, Unix ms. */
  readonly seen: Readonly<Record<string, number>>
  /** By provider, and by stream. */
  readonly told: Readonly<Record<string, Told>>
  /** By provider: when it was told last that there were too many, Unix ms. */
  readonly toldMany: Readonly<Record<string, number>>
}

/** What was told about the line to the exchange. */
interface ConnectionState {
  readonly ban: 'none' | 'told'
  readonly clock: 'right' | 'off'
  /** Unix ms; 0 while it may be asked. */
  readonly pausedUntil: number
  /** Since when it does not answer, and when that was last told (or began), Unix ms; 0 while it answers. */
  readonly lost: { readonly since: number; readonly toldAt: number }
}

export interface State {
  readonly portfolio: Portfolio
  readonly session: Session
}

export const EMPTY_PORTFOLIO: Portfolio = {
  trading: 'running',
  onHalt: 'keep',
  tradingSince: 0,
  pausedUntil: 0,
  pauses: {},
  providers: {},
  streams: {},
  orders: {},
  ordersByPosition: {},
  stops: 0,
  exits: 0,
  positions: {},
  counters: NO_COUNTERS,
  profit: NO_PROFIT,
  seenMessages: {},
  endedOrders: [],
  codes: { usedUpTo: -1, wrong: [] },
  closedMarkets: {},
}

export const EMPTY_SESSION: Session = {
  heads: {},
  heard: {},
  keysetsNamed: {},
  replays: {},
  offline: { since: 0, totalMs: 0 },
  queries: {},
  cancels: {},
  stopWatch: {},
  quotes: {},
  cards: {},
  alarms: {},
  priceWatch: { evaluatedAt: 0, below: {}, toldUntil: {} },
  refusals: { since: 0, told: 0, kept: 0 },
  alerts: { seen: {}, told: {}, toldMany: {} },
  connection: { ban: 'none', clock: 'right', pausedUntil: 0, lost: { since: 0, toldAt: 0 } },
  started: 0,
  wokeAt: 0,
  lastDecisionAt: 0,
  reconciliations: {},
}

/** Ids have no space, and neither have markets. */
export function positionKey(order: { stream: string; intent: Pick<Signal, 'market'> }): string {
  return `${order.stream} ${order.intent.market}`
}
