// What a venue shows of its orders and balances, as they stood at a time: a view that lags shows the past.
import type { Fill, Order, OrderRequest, OrderStatus } from './order.ts'
import { currencySpent } from './settlement.ts'
import type { Venue } from './venue.ts'

export interface OrderView<N> {
  readonly status: OrderStatus
  readonly filled: N
  readonly fills: readonly Fill<N>[]
}

/** As it was at `asOf`, Unix ms. Null where it could not be found yet. */
export function viewAt<N>(
  venue: Pick<Venue<N>, 'math'>,
  order: Order<N>,
  asOf: number,
): OrderView<N> | null {
  if (!isVisible(order, asOf)) return null
  const { add, zero } = venue.math
  const fills = order.fills.filter(({ at }) => at <= asOf)
  const filled = fills.reduce((sum, { amount }) => add(sum, amount), zero)
  if (order.closedAt === null || order.closedAt <= asOf)
    return { status: order.status, filled, fills }
  const works = order.workingAt !== null && order.workingAt <= asOf
  return { status: works ? 'open' : 'waiting', filled, fills }
}

export function isVisible({ createdAt, effects }: Order<unknown>, asOf: number): boolean {
  return asOf - createdAt >= (effects.hiddenMs ?? 0)
}

/**
 * Whether it is found by its own name, where a closed order is found so for `closedMs` and no longer; for 0 only while it
 * is open. Lists and trades may go on showing it. `child`: the order that it became.
 */
export function isFoundByName(
  order: Order<unknown>,
  child: Order<unknown> | undefined,
  { closedMs, asOf }: { readonly closedMs: number; readonly asOf: number },
): boolean {
  const closedAt = child === undefined ? order.closedAt : child.closedAt
  return isVisible(order, asOf) && (closedAt === null || asOf - closedAt < closedMs)
}

export interface BalanceView<N> {
  readonly currency: string
  readonly free: N
  readonly held: N
}

/** With every fill since `asOf` taken back; what is held is as of now, and nothing is ever below zero. */
export function balancesAt<N, R extends OrderRequest<N>>(
  venue: Venue<N, R>,
  account: string,
  asOf: number,
): readonly BalanceView<N>[] {
  const { math } = venue
  const wallet = venue.wallet(account)
  const later = venue.orders
    .filter(({ request, updatedAt }) => request.account === account && updatedAt > asOf)
    .flatMap((order) => order.fills.filter(({ at }) => at > asOf).map((fill) => ({ order, fill })))
  return wallet.currencies.map((currency) => {
    const { free, held } = wallet.balance(currency)
    const then = later.reduce((sum, { order, fill }) => {
      const market = venue.market(order.request.market)
      const spent = order.request.side === 'buy' ? fill.value : fill.amount
      const got = order.request.side === 'buy' ? fill.amount : fill.value
      if (currencySpent(order, market) === currency) return math.add(sum, spent)
      if (currency !== market.base && currency !== market.quote) return sum
      return math.subtract(sum, fill.fee === null ? got : math.subtract(got, fill.fee.amount))
    }, free)
    return { currency, free: math.compare(then, math.zero) < 0 ? math.zero : then, held }
  })
}

/** Of an account, oldest first: each fill with the order it belongs to, as known at `asOf`. */
export function tradesAt<N, R extends OrderRequest<N>>(
  venue: Venue<N, R>,
  account: string,
  asOf: number,
): readonly { readonly order: Order<N, R>; readonly fill: Fill<N> }[] {
  return venue.orders
    .filter((order) => order.request.account === account && isVisible(order, asOf))
    .flatMap((order) => order.fills.map((fill) => ({ order, fill })))
    .filter(({ fill }) => fill.at <= asOf)
    .sort((a, b) => (a.fill.id < b.fill.id ? -1 : 1))
}
