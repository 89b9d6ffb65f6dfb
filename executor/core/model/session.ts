// What the executor knows until its process ends.
import type { Head, Signal } from '@keyside/protocol'
import type { Reconciliation } from './observation.ts'
import type { PriceRange } from './price-alerts.ts'

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
  readonly priceAlerts: PriceAlertWatch
  /** Since when each condition has been other than it was told to be, Unix ms, by `conditionKey`. */
  readonly lasting: Readonly<Record<string, number>>
  /** When it was last looked how much of the limits is used, Unix ms. */
  readonly limitsAt: number
  readonly connection: ConnectionState
  /** When this process began, or its clock was set back, Unix ms. */
  readonly started: number
  /** When the clock was found to have leapt ahead, Unix ms; 0 for never. */
  readonly wokeAt: number
  /** Unix ms. */
  readonly lastDecisionAt: number
  /** By market. */
  readonly reconciliations: Readonly<Record<string, Reconciliation>>
  readonly accountWatch: AccountWatch
  /** The question what a fee was worth: one at a time. `at`: when it was asked in vain, Unix ms; 0 for not. `tries`: in vain. */
  readonly feePrice: {
    readonly state: 'open' | 'idle'
    readonly at: number
    readonly tries: number
  }
}

/** Looks at the whole account. Times in Unix ms. */
interface AccountWatch {
  /** `off` before the first. */
  readonly state: 'off' | 'open' | 'due'
  /** When it was asked, or when it is asked again. */
  readonly at: number
  /** By coin: what is not as it was, and since when it has been just that; and the whole, before the first rest. */
  readonly doubts: Readonly<Record<string, { readonly rest: string; readonly since: number }>>
  /** Orders that looks do not see at rest, by client order id: since when, in a row. */
  readonly unsettled: Readonly<Record<string, number>>
  /** How many looks in a row the exchange has refused the key. */
  readonly refused: number
  /** When the last that was answered was asked. */
  readonly seenAt: number
  /** Since when the next is put off; 0 while it is not. */
  readonly putOffSince: number
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

/** What was seen of prices to tell of. Times in Unix ms. */
export interface PriceAlertWatch {
  readonly evaluatedAt: number
  /** By market: when the last price was asked for, and a time before it in which none was seen. */
  readonly seen: Readonly<Record<string, { readonly at: number; readonly gap: PriceGap | null }>>
  /** By number of the alert: what a move is counted from. */
  readonly windows: Readonly<Record<string, readonly PriceRange[]>>
}

/** `since` 0: since each alert was set. Candles were asked for so often, and are at `at` again. */
interface PriceGap {
  readonly since: number
  readonly until: number
  readonly tries: number
  readonly at: number
}

/** What was told about the connection to the exchange. */
interface ConnectionState {
  /** Unix ms; 0 while it may be asked. */
  readonly pausedUntil: number
  /** Since when it does not answer, and when that was last told (or began), Unix ms; 0 while it answers. */
  readonly lost: { readonly since: number; readonly toldAt: number }
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
  lasting: {},
  limitsAt: 0,
  priceAlerts: { evaluatedAt: 0, seen: {}, windows: {} },
  connection: { pausedUntil: 0, lost: { since: 0, toldAt: 0 } },
  started: 0,
  wokeAt: 0,
  lastDecisionAt: 0,
  reconciliations: {},
  accountWatch: {
    state: 'off',
    at: 0,
    doubts: {},
    unsettled: {},
    refused: 0,
    seenAt: 0,
    putOffSince: 0,
  },
  feePrice: { state: 'idle', at: 0, tries: 0 },
}
