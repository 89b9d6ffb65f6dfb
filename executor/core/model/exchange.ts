// Types of requests to an exchange and of its answers, the same for every venue.
import type { Decimal } from '@keyside/protocol'

/** What an exchange's orders are paid with. */
export type Money = 'real' | 'sandbox' | 'paper'

export interface MarketRules {
  /** CCXT unified symbol. */
  readonly market: string
  readonly base: string
  readonly quote: string
  /** Price step, quote. */
  readonly tick: Decimal
  /** Amount step, base. */
  readonly step: Decimal
  readonly minAmount: Decimal
  readonly maxAmount: Decimal
  /** Least amount times price, quote. */
  readonly minValue: Decimal
  readonly stop: StopRules
  /** The highest fee of a taker, as a share of what is traded. */
  readonly takerFee: Decimal
  /** As the exchange said last. `halted`: it is there, and takes no orders now; `gone`: it does not know it any more. */
  readonly status: 'trading' | 'halted' | 'gone'
}

export interface StopRules {
  /** What a stop that waits keeps from being sold twice. With `nothing` another sale is taken beside it. */
  readonly holds: 'coins' | 'nothing'
  /** How many stops of the account may wait on the market at once; null for as many as it likes. */
  readonly max: number | null
}

export interface Quote {
  readonly bid: Decimal
  readonly ask: Decimal
  /** When this device asked for it, Unix ms: it is never older than this says. */
  readonly at: number
}

/**
 * How long after its end each is still shown, ms: an order that never filled, one that has fills, and fills. What is shown no
 * more is no sign of anything.
 */
export interface Retention {
  readonly unfilledMs: number
  readonly filledMs: number
  readonly fillsMs: number
}

const FOR_EVER = Number.POSITIVE_INFINITY
export const KEPT_FOR_EVER: Retention = {
  unfilledMs: FOR_EVER,
  filledMs: FOR_EVER,
  fillsMs: FOR_EVER,
}

/** How liquid a market is. */
export interface Liquidity {
  /** Turnover of the last 24 h, quote. */
  readonly volume: Decimal
  /** When this device asked for it, Unix ms. */
  readonly volumeAt: number
  /** The book's offers as far as it was looked at, best first: price, amount in base. */
  readonly asks: readonly (readonly [Decimal, Decimal])[]
  readonly asksAt: number
}

export interface Backoff {
  /** `banned`: it no longer listens to this address, whoever asks. */
  readonly why: 'too_many' | 'banned'
  /** Unix ms of this device. */
  readonly until: number
}

export interface Balance {
  readonly currency: string
  readonly free: Decimal
  readonly used: Decimal
  /** What is owed of it, where the venue says so. */
  readonly borrowed?: Decimal
}

/** Start in Unix seconds, open, high, low, close. */
export type Candle = readonly [number, Decimal, Decimal, Decimal, Decimal]

/** The exact strings that go to the exchange. */
export interface OrderRequest {
  /** 32 lower-case hex digits. */
  readonly clientOrderId: string
  readonly market: string
  readonly side: 'buy' | 'sell'
  /** A stop waits for its trigger, and is a limit order then. */
  readonly type: 'limit' | 'stop_limit'
  /** `IOC`: fills now, and what does not expires. `GTC`: waits until it is filled or canceled. */
  readonly timeInForce: 'IOC' | 'GTC'
  readonly amount: Decimal
  readonly price: Decimal
  /** With type `stop_limit` only. */
  readonly triggerPrice?: Decimal
}

export interface Fee {
  readonly currency: string
  readonly amount: Decimal
  /** Where it needs a price of its own: of which minute, Unix ms. Kept by results alone. */
  readonly minute?: number
}

export interface Fill {
  /** The exchange's trade id, unique for a market. */
  readonly id: string
  /** Unix ms, the exchange's clock. */
  readonly at: number
  readonly amount: Decimal
  readonly price: Decimal
  readonly fee?: Fee
  /** What was paid for making the offer, where a venue pays. */
  readonly rebate?: Fee
}

/** A trade of the account, whoever ordered it. */
export interface AccountTrade extends Fill {
  /** The number by which the order was accepted, also where a stop became another order since. */
  readonly exchangeId: string
  /** Where the venue's trades carry it. */
  readonly clientOrderId?: string
  readonly side: 'buy' | 'sell'
}

export interface ExchangeOrder {
  readonly kind: VenueOrderKind
  readonly exchangeId: string
  readonly clientOrderId: string
  readonly status: 'open' | 'filled' | 'canceled' | 'rejected' | 'expired'
  readonly filled: Decimal
  /** Of a stop that waits: on which side of its trigger price it triggers. Where the venue shows it. */
  readonly triggers?: 'at_or_below' | 'at_or_above'
  /** Fills that came with this answer; may be fewer than `filled` says. */
  readonly fills: readonly Fill[]
  /** In a list of the whole account: the unified symbol, or the venue's own name of one that this device has not loaded. */
  readonly market?: string
}

/** Venues keep stops apart from other orders. */
export type VenueOrderKind = 'order' | 'stop'

/** `unknown` covers everything that does not prove one of the others. */
export type Placed =
  | { readonly outcome: 'accepted'; readonly order: ExchangeOrder }
  | { readonly outcome: 'rejected'; readonly code: string; readonly message: string }
  | { readonly outcome: 'unknown'; readonly message: string }

/** `missing` means that every place where the order could be was asked and answered. */
export type Lookup =
  | { readonly outcome: 'found'; readonly order: ExchangeOrder }
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'unknown'; readonly message: string }

/** One that need not be traded: its price, or names like it where the exchange does not list it. */
export type LookedUp =
  | { readonly found: 'yes'; readonly quote: Quote }
  | { readonly found: 'no'; readonly near: readonly string[] }
  | { readonly found: 'unknown'; readonly message: string }

/** Each right is `unknown` where the venue does not tell. */
export interface KeyRights {
  readonly trade: 'yes' | 'no' | 'unknown'
  readonly withdraw: 'yes' | 'no' | 'unknown'
  readonly transfer: 'yes' | 'no' | 'unknown'
  readonly ipList: 'yes' | 'no' | 'unknown'
  /** Whether the account may borrow what is not there. Absent where the account is of a kind that never does. */
  readonly borrow?: 'yes' | 'no'
  /** Unix ms. */
  readonly created?: number
  readonly expires?: number
}

export type Answered<T> =
  | {
      readonly ok: true
      readonly value: T
      /** How many rows there were beside it that nobody can read. */
      readonly unread?: number
    }
  | {
      readonly ok: false
      readonly message: string
      /** Absent when the exchange was not reached, or made no sense. */
      readonly code?: 'exchange_key_refused'
    }

/** Why an order was certainly not taken. */
export const REJECTION_CODES = [
  'order_malformed',
  'order_not_sent',
  'exchange_rate_limited',
  'exchange_funds_insufficient',
  'exchange_filter_refused',
  'exchange_stop_would_trigger',
  'exchange_market_closed',
  'exchange_market_unknown',
  'exchange_account_refused',
  'exchange_key_refused',
] as const

export type RejectionCode = (typeof REJECTION_CODES)[number]

/** What a decision may look at. */
export interface ExchangeView {
  readonly name: string
  readonly money: Money
  /** What the venue itself has not shown, to this device, of what an entry relies on: names of claims. */
  readonly unproved: readonly string[]
  readonly acceptanceWindowMs: number
  readonly viewLagMs: number
  readonly retention: Retention
  readonly reachable: boolean
  readonly skewMs: number | null
  readonly backoff: Backoff | null
  readonly requestBudget: 'free' | 'tight'
  rules(market: string): MarketRules | null
  quote(market: string): Quote | null
  liquidity(market: string): Liquidity | null
}
