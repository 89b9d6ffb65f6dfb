// What a look at the exchange brings back about one market, each thing with the journal's own name for it.
import type { Decimal } from '@keyside/protocol'
import type { Moved } from './account.ts'

/** `order`: its client order id in the journal; null when the journal has never heard of it. */
export type Named<T> = T & { readonly order: string | null }

export interface ObservedOrder {
  readonly as: 'open' | 'trade'
  readonly exchangeId: string
  /** Its client order id in the journal; null when the journal has never heard of it. */
  readonly order: string | null
  /** With a trade: what it did to the account, by coin. */
  readonly moved?: Moved
}

/** One of the account's open orders, on whatever market. */
export interface AccountOrder {
  readonly market: string
  readonly exchangeId: string
  readonly order: string | null
  readonly filled: Decimal
  /** Whether the trader has heard that it is somebody else's. */
  readonly told: 'yes' | 'no'
}

/** What a look at the whole account brings back. */
export interface AccountObservation {
  /** By coin, free and locked; without those of which there is nothing. */
  readonly balances: Readonly<Record<string, Decimal>>
  /** What is owed, by coin, where the venue says so. */
  readonly borrowed: Readonly<Record<string, Decimal>>
  readonly open: readonly AccountOrder[]
  /** Open orders that nobody can read. */
  readonly unread: number
}

export interface Observation {
  /** Base currency, free and locked. */
  readonly exchangeBalance: Decimal
  /** The locked part of it. */
  readonly used: Decimal
  /** Open orders, and trades that the journal lacks. Without those that the trader was told about. */
  readonly observed: readonly ObservedOrder[]
  /** From when on the next look asks for trades when nothing is open here, Unix ms of the exchange. */
  readonly next: number
}

/** How a market stands between the journal and the exchange, as policy is told. */
export type Comparison = 'agrees' | 'not_yet' | 'drift' | 'reappeared'

/** The last look at a market since this process started. */
export interface Reconciliation {
  readonly state: 'open' | 'due'
  /** When it was asked, or when it is asked again, Unix ms. */
  readonly at: number
  /** `overdue`: the first answer did not come in time for an order to wait for it. */
  readonly found: 'awaited' | 'overdue' | 'agrees' | 'doubt'
  /** When the last one that was answered had been asked, Unix ms; 0 for none. */
  readonly answered: number
  /** From when on trades are asked for, Unix ms of the exchange; null: from where the last process stopped. */
  readonly since: number | null
  /** When a sale was refused for want of coins, until a look that was asked after it has answered, Unix ms; 0 for none. */
  readonly refusedAt: number
  /** Base that the last look saw missing, and since when some is, Unix ms; 0 while none is. */
  readonly missing: Decimal
  readonly missingSince: number
  /** What looked wrong: it is told when it is there again in the next look. */
  readonly doubts: readonly string[]
}
