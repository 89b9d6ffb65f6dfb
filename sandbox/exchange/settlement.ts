// Which money an order locks, spends and brings, fees included.
import Big from 'big.js'
import type { Level } from './book.ts'
import { refuse } from './errors.ts'
import type { Fill, Order } from './order.ts'

// The venue's basic rate for makers and takers alike, taken from what the order brings.
export const FEE_RATE = '0.001'

export function assetSpent(order: Order): string {
  const { side, instrument } = order.request
  return side === 'BUY' ? instrument.quote : instrument.base
}

function assetReceived(order: Order): string {
  const { side, instrument } = order.request
  return side === 'BUY' ? instrument.base : instrument.quote
}

/** Locks what the order may cost, and settles how much an order given in quote wants. Throws an ExchangeError if the account has too little. */
export function reserve(order: Order, offers: readonly Level[]): void {
  const { quoteQuantity } = order.request
  if (quoteQuantity !== undefined) order.quantity = amountFor(order, quoteQuantity, offers)
  const amount = order.request.side === 'SELL' ? order.quantity : cost(order, offers)
  const { wallet } = order.account
  if (amount.lte(0) || wallet.free(assetSpent(order)).lt(amount)) throw refuse('no_balance')
  wallet.lock(assetSpent(order), amount)
  order.reserved = amount
}

function cost(order: Order, offers: readonly Level[]): Big {
  const { price, stopPrice, quoteQuantity } = order.request
  if (quoteQuantity !== undefined) return quoteQuantity
  const bound = price ?? stopPrice
  if (bound !== undefined) return bound.times(order.quantity)
  return walk(offers, order.quantity)
}

function walk(offers: readonly Level[], quantity: Big): Big {
  let left = quantity
  let sum = new Big(0)
  for (const offer of offers) {
    const part = offer.quantity.lt(left) ? offer.quantity : left
    sum = sum.plus(part.times(offer.price))
    left = left.minus(part)
  }
  return sum
}

function amountFor(order: Order, quote: Big, offers: readonly Level[]): Big {
  const step = order.request.instrument.stepSize
  let left = quote
  let amount = new Big(0)
  for (const offer of offers) {
    const lots = left.div(offer.price).div(step).round(0, Big.roundDown).times(step)
    const part = offer.quantity.lt(lots) ? offer.quantity : lots
    amount = amount.plus(part)
    left = left.minus(part.times(offer.price))
  }
  return amount
}

type Match = Pick<Fill, 'id' | 'time' | 'price' | 'quantity' | 'role'>

/** Moves the money of one match and writes it into the order. */
export function bookFill(order: Order, match: Match): Fill {
  const { wallet } = order.account
  const { side, price: limit } = order.request
  const notional = match.price.times(match.quantity)
  const [spent, received] = side === 'BUY' ? [notional, match.quantity] : [match.quantity, notional]
  const commission = received.times(FEE_RATE).round(8, Big.roundDown)
  wallet.spendLocked(assetSpent(order), spent)
  wallet.receive(assetReceived(order), received.minus(commission))
  order.reserved = order.reserved.minus(spent)
  if (side === 'BUY' && limit !== undefined)
    giveBack(order, limit.times(match.quantity).minus(spent))
  const fill = { ...match, commission, commissionAsset: assetReceived(order) }
  order.fills.push(fill)
  order.executed = order.executed.plus(match.quantity)
  order.executedQuote = order.executedQuote.plus(notional)
  order.status = order.executed.eq(order.quantity) ? 'FILLED' : 'PARTIALLY_FILLED'
  order.updatedAt = match.time
  return fill
}

export function releaseRest(order: Order): void {
  giveBack(order, order.reserved)
}

function giveBack(order: Order, amount: Big): void {
  order.account.wallet.unlock(assetSpent(order), amount)
  order.reserved = order.reserved.minus(amount)
}
