// What can be sold of a position (all of it, but for the coins that are not there), what it has gained, and its orders.
import type { Decimal } from '@keyside/protocol'
import Big from 'big.js'
import { minus, ratio } from './decimals.ts'
import type { Order } from './order.ts'
import type { Position } from './position.ts'
import type { Portfolio } from './state.ts'

/** Base. */
export function available({ amount, missing }: Pick<Position, 'amount' | 'missing'>): Decimal {
  return minus(amount, missing)
}

/** What was paid on the average, quote per base; null where nobody knows it. */
export function entryPrice({ cost, baseBought }: Position): Decimal | null {
  return ratio(cost, baseBought)
}

/** Quote, fees aside: gained or lost if all of it went at this price. */
export function gainAt(position: Position, price: Decimal): Big | null {
  const entry = entryPrice(position)
  return entry === null ? null : new Big(price).minus(entry).times(position.amount)
}

// Which markets the device has to do with.
/** Also those where something is left from an older policy: it has to be compared, protected and sold. */
export function marketsOf(
  { positions, orders }: Portfolio,
  ofPolicy: readonly string[],
  isWanted: (market: string) => boolean = () => true,
): readonly string[] {
  const all = new Set(ofPolicy.filter(isWanted))
  for (const { market } of Object.values(positions)) if (isWanted(market)) all.add(market)
  for (const { intent } of Object.values(orders))
    if (isWanted(intent.market)) all.add(intent.market)
  return [...all]
}

// The orders of a position, also while nothing is held yet.
/** `key` by `positionKey`. In the order in which they came. */
export function ordersOf({ orders, ordersByPosition }: Portfolio, key: string): readonly Order[] {
  const found: Order[] = []
  for (const id of ordersByPosition[key] ?? []) {
    const order = orders[id]
    if (order !== undefined) found.push(order)
  }
  return found
}

/** Each decision asks it of every position, several times: without a list of them. */
export function hasOrder(
  { orders, ordersByPosition }: Portfolio,
  key: string,
  isMeant: (order: Order) => boolean,
): boolean {
  for (const id of ordersByPosition[key] ?? []) {
    const order = orders[id]
    if (order !== undefined && isMeant(order)) return true
  }
  return false
}

/** There is one at most. */
export function stopOf({ orders, ordersByPosition }: Portfolio, key: string): Order | undefined {
  for (const id of ordersByPosition[key] ?? []) {
    const order = orders[id]
    if (order?.kind === 'stop') return order
  }
  return undefined
}
