// How a venue is set up, and what it says.
import type { Arithmetic } from './arithmetic.ts'
import type { FillModel } from './fill-model.ts'
import type { FilterName, MarketSetup } from './market.ts'
import type { Fill, Order, OrderRequest } from './order.ts'
import type { FeeSchedule } from './settlement.ts'

/** What differs from venue to venue. */
export interface VenueBehavior {
  /** Whether a waiting stop holds its coins back. */
  readonly stopsHold: 'coins' | 'nothing'
  /** What becomes of a stop whose trigger the price has passed already: it may be taken for a take-profit. */
  readonly wrongSidedStop: 'rejected' | 'taken_as_take_profit'
  /** Whether a stop that triggers goes on as itself, or as another order with another number. */
  readonly triggeredStop: 'same_order' | 'child_order'
}

export const DEFAULT_BEHAVIOR: VenueBehavior = {
  stopsHold: 'coins',
  wrongSidedStop: 'rejected',
  triggeredStop: 'same_order',
}

export interface VenueOptions<N> {
  readonly math: Arithmetic<N>
  readonly markets: readonly MarketSetup[]
  readonly fills: FillModel<N>
  readonly fees: FeeSchedule
  readonly behavior?: Partial<VenueBehavior>
  /** Numbers of the first order and the first trade; 1 when left out. */
  readonly first?: { readonly order: bigint; readonly trade: bigint } | undefined
  /** Whether a market is traded now: while it is not, nothing triggers and nothing fills. */
  readonly isTraded?: (symbol: string) => boolean
}

export interface OrderEvent<N, R extends OrderRequest<N>> {
  readonly type: 'accepted' | 'triggered' | 'filled' | 'canceled' | 'expired' | 'rejected'
  readonly order: Order<N, R>
  /** Unix ms. */
  readonly at: number
  readonly fill: Fill<N> | null
}

export type Refusal = FilterName | 'duplicate_client_order_id' | 'stop_would_trigger' | 'no_balance'

export type Submitted<N, R extends OrderRequest<N>> =
  | { readonly outcome: 'accepted'; readonly order: Order<N, R> }
  /** Nothing was changed. */
  | { readonly outcome: 'rejected'; readonly reason: Refusal }
