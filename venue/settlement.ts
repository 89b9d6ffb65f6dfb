// Which money an order holds back, spends and brings, fees included.
import type { Arithmetic, Rounding } from './arithmetic.ts'
import type { Match } from './fill-model.ts'
import type { Market } from './market.ts'
import { type Fill, isUnpriced, type Order } from './order.ts'
import type { Wallet } from './wallet.ts'

export interface FeeSchedule {
  /** Of what a fill brings, such as 0.001, on a market that names no fees of its own. */
  readonly rate: string
  readonly rounding: Rounding
  /** `purchases`: sales pay in a third currency, which is not shown. */
  readonly takenFrom: 'everything' | 'purchases'
}

/** Where one order's money is. */
export interface Books<N> {
  readonly math: Arithmetic<N>
  readonly market: Market<N>
  readonly wallet: Wallet<N>
  readonly fees: FeeSchedule
}

export function currencySpent({ request }: Order<unknown>, market: Spent): string {
  return request.side === 'buy' ? market.quote : market.base
}

type Spent = Pick<Market<unknown>, 'base' | 'quote'>

function currencyReceived({ request }: Order<unknown>, market: Spent): string {
  return request.side === 'buy' ? market.base : market.quote
}

/**
 * Holds back what the order may cost, and settles how much an order by value wants. `meets` says what it meets now:
 * a market order costs what that costs. False, with nothing changed, where the account has too little.
 */
export function reserve<N>(
  books: Books<N>,
  order: Order<N>,
  meets: () => readonly Match<N>[],
): boolean {
  const { math, market, wallet } = books
  const { value } = order.request
  if (value !== undefined) order.amount = amountFor(books, value, meets())
  const needed = order.request.side === 'sell' ? order.amount : cost(books, order, meets)
  const currency = currencySpent(order, market)
  if (math.compare(needed, math.zero) <= 0) return false
  if (math.compare(wallet.free(currency), needed) < 0) return false
  wallet.hold(currency, needed)
  order.held = needed
  return true
}

function cost<N>({ math }: Books<N>, order: Order<N>, meets: () => readonly Match<N>[]): N {
  const { price, triggerPrice, value } = order.request
  if (value !== undefined) return value
  const bound = price ?? triggerPrice
  if (bound !== undefined) return math.multiply(bound, order.amount)
  let [left, sum] = [order.amount, math.zero]
  for (const match of meets()) {
    const part = least(math, match.amount, left)
    sum = math.add(sum, math.multiply(match.price, part))
    left = math.subtract(left, part)
  }
  return sum
}

function amountFor<N>({ math, market }: Books<N>, value: N, matches: readonly Match<N>[]): N {
  let [left, amount] = [value, math.zero]
  for (const match of matches) {
    const part = least(math, match.amount, math.affordable(left, match.price, market.step))
    amount = math.add(amount, part)
    left = math.subtract(left, math.multiply(match.price, part))
  }
  return amount
}

/** How much of a match the order still wants, and has money for. */
export function wantedOf<N>(books: Books<N>, order: Order<N>, match: Match<N>): N {
  const { math, market } = books
  const most = least(math, match.amount, math.subtract(goal(books, order), order.filled))
  const isBound = isUnpriced(order.request.type) && order.request.side === 'buy'
  return isBound ? least(math, math.affordable(order.held, match.price, market.step), most) : most
}

function goal<N>({ math, market }: Books<N>, order: Order<N>): N {
  if (order.effects.fills !== 'half_then_cancel') return order.amount
  return math.floor(math.share(order.amount, '0.5', 'down'), market.step)
}

export interface Trade<N> {
  readonly id: bigint
  /** Unix ms. */
  readonly at: number
  readonly price: N
  readonly amount: N
  readonly liquidity: Fill<N>['liquidity']
}

/** Moves the money of one trade and writes it into the order. */
export function settle<N>(books: Books<N>, order: Order<N>, trade: Trade<N>): Fill<N> {
  const { math, market, wallet } = books
  const { side, price: limit } = order.request
  const value = math.multiply(trade.price, trade.amount)
  const [spent, received] = side === 'buy' ? [value, trade.amount] : [trade.amount, value]
  const fee = feeOf(books, order, { received, liquidity: trade.liquidity })
  wallet.spendHeld(currencySpent(order, market), spent)
  wallet.deposit(
    currencyReceived(order, market),
    fee === null ? received : math.subtract(received, fee.amount),
  )
  order.held = math.subtract(order.held, spent)
  if (side === 'buy' && limit !== undefined)
    giveBack(books, order, math.subtract(math.multiply(limit, trade.amount), spent))
  const fill = { ...trade, value, fee }
  order.fills.push(fill)
  order.filled = math.add(order.filled, trade.amount)
  order.filledValue = math.add(order.filledValue, value)
  order.updatedAt = trade.at
  return fill
}

function feeOf<N>(
  { math, market, fees }: Books<N>,
  order: Order<N>,
  { received, liquidity }: { received: N; liquidity: Fill<N>['liquidity'] },
): Fill<N>['fee'] {
  if (order.request.side === 'sell' && fees.takenFrom === 'purchases') return null
  const rate = market.fees?.[liquidity] ?? fees.rate
  const amount = math.share(received, rate, fees.rounding)
  if (math.compare(amount, math.zero) === 0) return null
  return { amount, currency: currencyReceived(order, market) }
}

/** What a closed order did not spend. */
export function releaseRest<N>(books: Books<N>, order: Order<N>): void {
  giveBack(books, order, order.held)
}

function giveBack<N>({ math, market, wallet }: Books<N>, order: Order<N>, amount: N): void {
  wallet.release(currencySpent(order, market), amount)
  order.held = math.subtract(order.held, amount)
}

function least<N>(math: Arithmetic<N>, a: N, b: N): N {
  return math.compare(a, b) < 0 ? a : b
}
