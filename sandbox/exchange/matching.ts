// Takes orders, matches them against the market's book as time goes by, and moves the balances.

import type { Clock } from '@keyside/runtime'
import Big from 'big.js'
import { type Market, tickAt } from '../market/market.ts'
import { TICK_MS } from '../market/wave.ts'
import type { Account } from './account.ts'
import type { Book, Level } from './book.ts'
import { refuse } from './errors.ts'
import {
  type Execution,
  type Fill,
  isOpen,
  isStop,
  isUnpriced,
  type Order,
  type OrderEvent,
  type OrderMarks,
  type OrderRequest,
} from './order.ts'
import { assetSpent, bookFill, releaseRest, reserve } from './settlement.ts'

// After a long jump of the clock the oldest ticks are not walked: five hours are enough for any test.
const MOST_TICKS = 72_000
const ZERO = new Big(0)

/** Of the first order and the first trade; each later one is one higher. */
export interface FirstNumbers {
  readonly order: bigint
  readonly trade: bigint
}

export interface MatchingOptions {
  readonly isTraded?: (symbol: string) => boolean
  readonly first?: FirstNumbers | undefined
}

const FIRST_NUMBERS: FirstNumbers = { order: 1001n, trade: 1n }

export class Matching {
  readonly #clock: Clock
  readonly #market: Market
  readonly #book: Book
  readonly #onEvent: (event: OrderEvent) => void
  readonly #isTraded: (symbol: string) => boolean
  readonly #first: FirstNumbers
  readonly #orders: Order[] = []
  readonly #open = new Set<Order>()
  #fills = 0
  #tick: number

  constructor(
    clock: Clock,
    market: Market,
    book: Book,
    onEvent: (event: OrderEvent) => void,
    { isTraded, first }: MatchingOptions = {},
  ) {
    this.#isTraded = isTraded ?? (() => true)
    this.#first = first ?? FIRST_NUMBERS
    this.#clock = clock
    this.#market = market
    this.#book = book
    this.#onEvent = onEvent
    this.#tick = tickAt(clock.now())
  }

  /** Every order that was ever accepted, oldest first. */
  get orders(): readonly Order[] {
    return this.#orders
  }

  get open(): ReadonlySet<Order> {
    return this.#open
  }

  /** Lets time pass for resting orders and waiting stops. */
  advance(): void {
    const now = tickAt(this.#clock.now())
    const first = Math.max(this.#tick + 1, now - MOST_TICKS)
    this.#tick = now
    for (let tick = first; tick <= now && this.#open.size > 0; tick++)
      for (const order of [...this.#open]) this.#step(order, tick)
  }

  /** Throws an ExchangeError, with nothing changed, if the order cannot be taken. */
  place(account: Account, request: OrderRequest, marks: OrderMarks): Order {
    this.advance()
    this.#refuseDuplicate(account, request)
    this.#refuseWrongSide(request)
    const order = this.#create(account, request, marks)
    reserve(order, this.#offers(order, this.#tick))
    this.#orders.push(order)
    this.#open.add(order)
    this.#emit('NEW', order, order.createdAt)
    if (order.workingAt !== undefined) this.#take(order, this.#tick, order.createdAt)
    return order
  }

  /** Throws an ExchangeError if it is not open any more. */
  cancel(order: Order, cancelId: string): void {
    this.advance()
    if (!isOpen(order)) throw refuse('cancel_rejected')
    this.#close(order, 'CANCELED', this.#clock.now(), cancelId)
  }

  #refuseDuplicate(account: Account, request: OrderRequest): void {
    for (const order of this.#open)
      if (order.account === account && order.request.clientOrderId === request.clientOrderId)
        throw refuse('duplicate_order')
  }

  #refuseWrongSide(request: OrderRequest): void {
    if (isStop(request.type) && this.#triggers(request, this.#tick)) throw refuse('would_trigger')
    if (request.type !== 'LIMIT_MAKER') return
    const [best] = this.#book.offers(request.instrument, this.#tick, request.side)
    if (best !== undefined && within(request, best)) throw refuse('would_match')
  }

  #create(account: Account, request: OrderRequest, marks: OrderMarks): Order {
    const now = this.#clock.now()
    return {
      id: this.#first.order + BigInt(this.#orders.length),
      account,
      request,
      marks,
      createdAt: now,
      updatedAt: now,
      workingAt: isStop(request.type) ? undefined : now,
      status: 'NEW',
      quantity: request.quantity ?? ZERO,
      executed: ZERO,
      executedQuote: ZERO,
      reserved: ZERO,
      fills: [],
    }
  }

  #step(order: Order, tick: number): void {
    if (!this.#isTraded(order.request.instrument.symbol)) return
    const time = tick * TICK_MS
    if (order.workingAt !== undefined)
      this.#match(order, this.#offers(order, tick), tick, time, 'maker')
    else if (this.#triggers(order.request, tick)) {
      order.workingAt = time
      order.updatedAt = time
      this.#take(order, tick, time)
    }
  }

  #triggers(request: OrderRequest, tick: number): boolean {
    const price = new Big(this.#market.price(request.instrument.symbol, tick * TICK_MS))
    const falls = request.type.startsWith('STOP') === (request.side === 'SELL')
    const stop = request.stopPrice ?? ZERO
    return falls ? price.lte(stop) : price.gte(stop)
  }

  #offers(order: Order, tick: number): Level[] {
    const offers = this.#book.offers(order.request.instrument, tick, order.request.side)
    return offers.filter((level) => within(order.request, level))
  }

  #take(order: Order, tick: number, time: number): void {
    const offers = this.#offers(order, tick)
    const { timeInForce, type } = order.request
    const hopeless = timeInForce === 'FOK' && total(offers).lt(order.quantity)
    if (!hopeless) this.#match(order, offers, tick, time, 'taker')
    if (!isOpen(order)) return
    if (order.marks.fills === 'half-then-cancel') this.#close(order, 'CANCELED', time)
    else if (timeInForce !== 'GTC' || isUnpriced(type)) this.#close(order, 'EXPIRED', time)
  }

  #match(
    order: Order,
    offers: readonly Level[],
    tick: number,
    time: number,
    role: Fill['role'],
  ): void {
    for (const offer of offers) {
      const quantity = affordable(order, offer)
      if (quantity.lte(0)) return
      const price = role === 'maker' ? (order.request.price ?? offer.price) : offer.price
      this.#book.eat(order.request.instrument, tick, offer.price, quantity)
      const id = this.#first.trade + BigInt(this.#fills)
      this.#fills++
      const fill = bookFill(order, { id, time, price, quantity, role })
      if (order.status === 'FILLED') this.#finish(order)
      this.#emit('TRADE', order, time, fill)
      if (!isOpen(order)) return
    }
  }

  #close(order: Order, execution: 'CANCELED' | 'EXPIRED', time: number, cancelId?: string): void {
    order.status = execution
    order.updatedAt = time
    this.#finish(order)
    this.#emit(execution, order, time, undefined, cancelId)
  }

  #finish(order: Order): void {
    this.#open.delete(order)
    releaseRest(order)
  }

  #emit(execution: Execution, order: Order, time: number, fill?: Fill, cancelId?: string): void {
    this.#onEvent({ execution, order, time, fill, cancelId })
  }
}

/** What of an offer the order still wants and has reserved money for. */
function affordable(order: Order, offer: Level): Big {
  const wanted = goal(order).minus(order.executed)
  const most = wanted.lt(offer.quantity) ? wanted : offer.quantity
  if (!isUnpriced(order.request.type) || assetSpent(order) !== order.request.instrument.quote)
    return most
  const step = order.request.instrument.stepSize
  const paid = order.reserved.div(offer.price).div(step).round(0, Big.roundDown).times(step)
  return paid.lt(most) ? paid : most
}

function goal(order: Order): Big {
  if (order.marks.fills !== 'half-then-cancel') return order.quantity
  const step = order.request.instrument.stepSize
  return order.quantity.div(2).div(step).round(0, Big.roundDown).times(step)
}

function within(request: OrderRequest, level: Level): boolean {
  if (isUnpriced(request.type) || request.price === undefined) return true
  return request.side === 'BUY' ? level.price.lte(request.price) : level.price.gte(request.price)
}

function total(levels: readonly Level[]): Big {
  return levels.reduce((sum, level) => sum.plus(level.quantity), ZERO)
}
