// What an order is to a venue: what was asked for, and what became of it.

export type Side = 'buy' | 'sell'
export type TimeInForce = 'GTC' | 'IOC' | 'FOK'

/** A stop triggers when the price moves against its side, a take-profit when it moves in its favour. */
export type OrderType =
  | 'market'
  | 'limit'
  | 'stop_market'
  | 'stop_limit'
  | 'take_profit_market'
  | 'take_profit_limit'

/**
 * `waiting` for its trigger, `open` at its price, or over. `triggered`: a stop whose child order went on in its place.
 * `rejected`: the venue took it, and it never worked.
 */
export type OrderStatus =
  | 'waiting'
  | 'open'
  | 'filled'
  | 'canceled'
  | 'expired'
  | 'rejected'
  | 'triggered'

export interface OrderRequest<N> {
  readonly account: string
  /** Unique among the account's open orders. */
  readonly clientOrderId: string
  readonly market: string
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  /** Base. Absent where `value` is given. */
  readonly amount?: N | undefined
  /** Quote that a market order is worth. */
  readonly value?: N | undefined
  /** Of limit orders. */
  readonly price?: N | undefined
  /** Of stops and take-profits. */
  readonly triggerPrice?: N | undefined
}

export interface Fill<N> {
  /** Unique at the venue, rising. */
  readonly id: bigint
  /** Unix ms. */
  readonly at: number
  readonly price: N
  readonly amount: N
  /** Price times amount. */
  readonly value: N
  /** Null where nothing was taken, or it was taken in a third currency. */
  readonly fee: { readonly amount: N; readonly currency: string } | null
  readonly liquidity: 'maker' | 'taker'
}

/** What a fault does to an order that the venue takes: see faults.ts. */
export interface OrderEffects {
  /** It cannot be found for so many ms. */
  readonly hiddenMs?: number
  /** At most half is filled, the rest canceled. */
  readonly fills?: 'half_then_cancel'
  /** It is there, and never at work. */
  readonly status?: 'rejected'
  /** For a face that tells events: twice each fill, or the last one first. */
  readonly events?: 'duplicate' | 'reverse'
}

export interface Order<N, R extends OrderRequest<N> = OrderRequest<N>> {
  readonly id: bigint
  readonly request: R
  readonly effects: OrderEffects
  /** Unix ms, as all times here. */
  readonly createdAt: number
  /** Which way the price must move to trigger it; null for an order that works at once. */
  readonly triggersOn: 'fall' | 'rise' | null
  /** Of the stop whose trigger made this order. */
  readonly parent: bigint | null
  /** Of the order that this stop became. */
  child: bigint | null
  /** Wanted, base; for an order by value, what it came to. */
  amount: N
  status: OrderStatus
  updatedAt: number
  /** When it began to work; null while it waits for its trigger. */
  workingAt: number | null
  closedAt: number | null
  filled: N
  /** Quote that the fills came to. */
  filledValue: N
  /** What is held back for it of the currency it spends. */
  held: N
  readonly fills: Fill<N>[]
}

/** Either still waits or works. */
export function isOpen({ status }: { readonly status: OrderStatus }): boolean {
  return status === 'waiting' || status === 'open'
}

/** Whether it waits for a trigger first. */
export function isTriggered(type: OrderType): boolean {
  return type !== 'market' && type !== 'limit'
}

/** True for the types that take any price once they work. */
export function isUnpriced(type: OrderType): boolean {
  return type === 'market' || type === 'stop_market' || type === 'take_profit_market'
}

export type MadeFrom<N, R extends OrderRequest<N>> = Pick<
  Order<N, R>,
  'effects' | 'triggersOn' | 'parent' | 'amount' | 'held'
>

/** As it is when it was just taken: nothing is filled, and a stop waits. */
export function newOrder<N, R extends OrderRequest<N>>(
  { id, request, now, zero }: { id: bigint; request: R; now: number; zero: N },
  { effects = {}, triggersOn = null, parent = null, amount, held = zero }: Partial<MadeFrom<N, R>>,
): Order<N, R> {
  return {
    id,
    request,
    effects,
    createdAt: now,
    triggersOn,
    parent,
    child: null,
    amount: amount ?? request.amount ?? zero,
    status: triggersOn === null ? 'open' : 'waiting',
    updatedAt: now,
    workingAt: triggersOn === null ? now : null,
    closedAt: null,
    filled: zero,
    filledValue: zero,
    held,
    fills: [],
  }
}
