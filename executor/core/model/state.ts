// What the executor knows: the portfolio, which is the journal's fold, and what a restart may forget.
import type { TradingState } from '@keyside/protocol'
import { type Account, NO_ACCOUNT } from './account.ts'
import type { Conditions } from './conditions.ts'
import { type Counters, NO_COUNTERS, NO_PROFIT, type Profit } from './counters.ts'
import type { KeyRights } from './exchange.ts'
import type { FeesToPrice } from './fee-prices.ts'
import type { Order } from './order.ts'
import type { OrderState } from './order-table.ts'
import type { Pause } from './pauses.ts'
import type { Position } from './position.ts'
import { NO_PRICE_ALERTS, type PriceAlerts } from './price-alerts.ts'
import type { Provider, Stream } from './provider.ts'
import type { Session } from './session.ts'
import {
  type LooseningRequests,
  NO_LOOSENING_REQUESTS,
  NO_TIGHTENINGS,
  type Tightenings,
} from './tightenings.ts'

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
  /** Of the policy, by the chat. */
  readonly tightenings: Tightenings
  readonly looseningRequests: LooseningRequests
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
  /** Markets that take no entries, because the exchange does not agree with this portfolio. */
  readonly closedMarkets: Readonly<Record<string, 'drift' | 'reappeared'>>
  /** Prices that the trader wants to hear of. */
  readonly priceAlerts: PriceAlerts
  /** What is wrong now, and was told. */
  readonly conditions: Conditions
  /** As the exchange told them last; null for never. */
  readonly keyRights: KeyRights | null
  /** Its public one, as it was seen last; empty for never. */
  readonly address: string
  readonly account: Account
  /** Fees of which it is asked what they were worth: for results alone, and for no limit. */
  readonly feesToPrice: FeesToPrice
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
  tightenings: NO_TIGHTENINGS,
  looseningRequests: NO_LOOSENING_REQUESTS,
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
  priceAlerts: NO_PRICE_ALERTS,
  conditions: {},
  keyRights: null,
  address: '',
  account: NO_ACCOUNT,
  feesToPrice: {},
}
