// What the executor asks of an exchange. One adapter a venue; vendor words stay inside its folder.
import type { Decimal } from '@keyside/protocol'

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
  /** How many stops of the account may rest on the market at once; null for as many as it likes. */
  readonly maxStops: number | null
  /** As the exchange said last. `halted`: it is there, and takes no orders now; `gone`: it does not know it any more. */
  readonly status: 'trading' | 'halted' | 'gone'
}

export interface Quote {
  readonly bid: Decimal
  readonly ask: Decimal
  /** When this device asked for it, Unix ms: it is never older than this says. */
  readonly at: number
}

/** Whether a market is one that nobody moves by himself. */
export interface Liquidity {
  /** Turnover of the last 24 h, quote. */
  readonly volume: Decimal
  /** When this device asked for it, Unix ms. */
  readonly volumeAt: number
  /** The book's offers as far as it was looked at, best first: price, amount in base. */
  readonly asks: readonly (readonly [Decimal, Decimal])[]
  readonly asksAt: number
}

export interface Pause {
  /** `banned`: it no longer listens to this address, whoever asks. */
  readonly why: 'too_many' | 'banned'
  /** Unix ms of this device. */
  readonly until: number
}

export interface Balance {
  readonly currency: string
  readonly free: Decimal
  readonly used: Decimal
}

/** Start in Unix seconds, open, high, low, close. */
export type Candle = readonly [number, Decimal, Decimal, Decimal, Decimal]

/** The exact strings that go to the exchange. */
export interface WireOrder {
  /** 32 lower-case hex digits. */
  readonly clientOrderId: string
  readonly market: string
  readonly side: 'buy' | 'sell'
  /** `ioc`: limit, fill now or not at all; `rest`: limit that waits; `stop`: stop-limit that waits. */
  readonly type: 'ioc' | 'rest' | 'stop'
  readonly amount: Decimal
  readonly price: Decimal
  /** Trigger price. With type `stop` only. */
  readonly stop?: Decimal
}

export interface Fill {
  /** The exchange's trade id, unique for a market. */
  readonly id: string
  /** Unix ms, the exchange's clock. */
  readonly at: number
  readonly amount: Decimal
  readonly price: Decimal
  readonly fee?: { readonly amount: Decimal; readonly currency: string }
}

/** A trade of the account, whoever ordered it. */
export interface AccountTrade extends Fill {
  readonly exchangeId: string
  readonly side: 'buy' | 'sell'
}

export interface ExchangeOrder {
  readonly exchangeId: string
  readonly clientOrderId: string
  readonly status: 'open' | 'filled' | 'canceled' | 'rejected' | 'expired'
  readonly filled: Decimal
  /** Fills that came with this answer; may be fewer than `filled` says. */
  readonly fills: readonly Fill[]
}

/** `unknown` covers everything that does not prove one of the others. */
export type Placed =
  | { readonly outcome: 'accepted'; readonly order: ExchangeOrder }
  | { readonly outcome: 'turned_down'; readonly code: string; readonly message: string }
  | { readonly outcome: 'unknown'; readonly message: string }

/** `missing` means that every place where the order could be was asked and answered. */
export type Lookup =
  | { readonly outcome: 'found'; readonly order: ExchangeOrder }
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'unknown'; readonly message: string }

export type Answered<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      readonly message: string
      /** Absent when the exchange was not reached, or made no sense. */
      readonly code?: 'exchange_key_refused'
    }

/** Each right is `unknown` where the venue does not tell. */
export interface KeyRights {
  readonly trade: 'yes' | 'no' | 'unknown'
  readonly withdraw: 'yes' | 'no' | 'unknown'
  readonly transfer: 'yes' | 'no' | 'unknown'
  readonly ipList: 'yes' | 'no' | 'unknown'
  /** Unix ms. */
  readonly created?: number
  readonly expires?: number
}

export interface Exchange {
  /** `binance` */
  readonly name: string
  /** Whether real money is behind it: `no` only while it has lately proved to be a sandbox. */
  readonly live: 'yes' | 'no'
  /** How long after sending an unseen order may still be accepted, ms (the venue's receive window and more). */
  readonly acceptanceWindowMs: number
  /**
   * Loads market rules and the clock, then keeps rules, quotes and liquidity fresh, of `left` too, where something may
   * be left from before. It does without those that the exchange does not have: they have no `rules`. Rejects with a
   * KeysideError.
   */
  start(markets: readonly string[], left?: readonly string[]): Promise<void>
  stop(): Promise<void>
  /** The last seen. Null for one that the exchange has not had since the start. */
  rules(market: string): MarketRules | null
  /** The last quote seen, however old: the caller judges its age. Null before the first. */
  quote(market: string): Quote | null
  /** The last seen, however old. Null before the first. */
  liquidity(market: string): Liquidity | null
  /** Asks for a quote now. */
  refreshQuote(market: string): Promise<Answered<Quote>>
  refreshBalances(): Promise<Answered<readonly Balance[]>>
  /** Exchange's clock less this device's, ms; null when not known. */
  skewMs(): number | null
  reachable(): boolean
  /** Set while the exchange wants to be left alone: it is, and whatever is asked gets no answer. */
  pause(): Pause | null
  candles(market: string, timeframe: string, limit: number): Promise<Answered<readonly Candle[]>>
  /** Sends once. Never retries, never throws for what the exchange or the network does. */
  place(order: WireOrder): Promise<Placed>
  find(market: string, clientOrderId: string): Promise<Lookup>
  fills(market: string, exchangeId: string): Promise<Answered<readonly Fill[]>>
  /** Resolves when the exchange says that it is canceled, or no longer open. */
  cancel(market: string, clientOrderId: string): Promise<Answered<'canceled' | 'not_open'>>
  openOrders(market: string): Promise<Answered<readonly ExchangeOrder[]>>
  /** The account's newest trades since then, Unix ms of the exchange; at most as many as it lists at once. */
  trades(market: string, since: number): Promise<Answered<readonly AccountTrade[]>>
  keyRights(): Promise<Answered<KeyRights>>
}
