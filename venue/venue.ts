// The exchange: takes orders, matches them by its fill model as time goes by, and moves the balances.
import type { FillMoment, Match } from './fill-model.ts'
import { createMarket, type FilterName, failedFilter, type Market } from './market.ts'
import {
  DEFAULT_BEHAVIOR,
  type OrderEvent,
  type Submitted,
  type VenueBehavior,
  type VenueOptions,
} from './options.ts'
import {
  type Fill,
  isOpen,
  isTriggered,
  isUnpriced,
  type MadeFrom,
  newOrder,
  type Order,
  type OrderEffects,
  type OrderRequest,
  type OrderStatus,
} from './order.ts'
import { type Books, releaseRest, reserve, settle, wantedOf } from './settlement.ts'
import { Wallet } from './wallet.ts'

/** All times are Unix ms and never go back. An unknown market is a RangeError. */
export class Venue<N, R extends OrderRequest<N> = OrderRequest<N>> {
  readonly math: VenueOptions<N>['math']
  readonly markets: ReadonlyMap<string, Market<N>>
  readonly #options: VenueOptions<N>
  readonly #behavior: VenueBehavior
  readonly #onEvent: (event: OrderEvent<N, R>) => void
  readonly #wallets = new Map<string, Wallet<N>>()
  readonly #orders: Order<N, R>[] = []
  readonly #open = new Set<Order<N, R>>()
  #nextOrder: bigint
  #nextTrade: bigint
  constructor(options: VenueOptions<N>, onEvent: (event: OrderEvent<N, R>) => void = () => {}) {
    this.math = options.math
    this.#options = options
    this.#behavior = { ...DEFAULT_BEHAVIOR, ...options.behavior }
    this.#onEvent = onEvent
    this.#nextOrder = options.first?.order ?? 1n
    this.#nextTrade = options.first?.trade ?? 1n
    this.markets = new Map(
      options.markets.map((setup) => [setup.symbol, createMarket(options.math, setup)]),
    )
  }

  /** Every order that was taken and is not forgotten, oldest first. */
  get orders(): readonly Order<N, R>[] {
    return this.#orders
  }

  get open(): ReadonlySet<Order<N, R>> {
    return this.#open
  }

  market(symbol: string): Market<N> {
    const market = this.markets.get(symbol)
    if (market === undefined) throw new RangeError(`the venue has no ${symbol}`)
    return market
  }

  /** Of an account, which is there as soon as it is asked for. */
  wallet(account: string): Wallet<N> {
    const known = this.#wallets.get(account)
    if (known !== undefined) return known
    const wallet = new Wallet(this.math)
    this.#wallets.set(account, wallet)
    return wallet
  }

  /** The first filter that it fails, as if it came now; nothing is taken. */
  failedFilter(request: R, now: number): FilterName | null {
    const market = this.market(request.market)
    const price = this.#options.fills.price(market, now)
    const mine = [...this.#open].filter(
      (order) =>
        order.request.account === request.account && order.request.market === request.market,
    )
    const stops = mine.filter((order) => order.triggersOn !== null).length
    const open = { orders: mine.length, stops }
    return failedFilter(this.math, { request, market, price, open })
  }

  submit(request: R, now: number, effects: OrderEffects = {}): Submitted<N, R> {
    const filter = this.failedFilter(request, now)
    if (filter !== null) return { outcome: 'rejected', reason: filter }
    if (this.#isDuplicate(request))
      return { outcome: 'rejected', reason: 'duplicate_client_order_id' }
    const direction = this.#direction(request, now)
    if (direction === 'passed') return { outcome: 'rejected', reason: 'stop_would_trigger' }
    const order = this.#create(request, now, { effects, triggersOn: direction })
    if (effects.status === 'rejected') return this.#takeRejected(order, now)
    const holds = direction === null || this.#behavior.stopsHold === 'coins'
    if (holds && !this.#reserve(order, 'arrives', now))
      return { outcome: 'rejected', reason: 'no_balance' }
    this.#keep(order, now)
    if (direction === null) this.#take(order, 'arrives', now)
    return { outcome: 'accepted', order }
  }

  /** Lets resting orders and waiting stops see the market as it is now. */
  advance(now: number): void {
    for (const order of [...this.#open]) {
      if (!isOpen(order) || this.#options.isTraded?.(order.request.market) === false) continue
      if (order.status === 'open') this.#match(order, 'rests', now)
      else if (order.triggersOn !== null && this.#isReached(order, order.triggersOn, now))
        this.#trigger(order, now)
    }
  }

  /** `not_open` where it is over: a fill was faster. */
  cancel(order: Order<N, R>, now: number): 'canceled' | 'not_open' {
    if (!isOpen(order)) return 'not_open'
    this.#close(order, 'canceled', now)
    return 'canceled'
  }

  /** The oldest orders, up to the first that is open: for long runs that ask about none of them again. */
  forgetClosed(): void {
    const at = this.#orders.findIndex(isOpen)
    this.#orders.splice(0, at < 0 ? this.#orders.length : at)
  }

  /** One of before, the oldest first; nothing is told of it. What wallets held for it is the caller's to restore. */
  restore(order: Order<N, R>): void {
    this.#list(order)
    if (isOpen(order)) this.#open.add(order)
    for (const { id } of order.fills) if (id >= this.#nextTrade) this.#nextTrade = id + 1n
  }

  /** A fill that no fill model gave, at most of what is left. */
  execute(order: Order<N, R>, match: Match<N>, now: number): void {
    this.#fill(order, match, 'maker', now)
  }

  /** By its number. */
  order(id: bigint): Order<N, R> | undefined {
    return this.#orders.findLast((order) => order.id === id)
  }

  /** The newest of that name, whether it is open or not. */
  find(account: string, clientOrderId: string): Order<N, R> | undefined {
    return this.#orders.findLast(
      ({ request }) => request.account === account && request.clientOrderId === clientOrderId,
    )
  }

  #isDuplicate({ account, clientOrderId }: R): boolean {
    for (const { request } of this.#open)
      if (request.account === account && request.clientOrderId === clientOrderId) return true
    return false
  }

  /** `passed`: the price is there already. */
  #direction(request: R, now: number): 'fall' | 'rise' | 'passed' | null {
    if (!isTriggered(request.type)) return null
    const isStop = request.type.startsWith('stop')
    const [own, other] =
      isStop === (request.side === 'sell')
        ? (['fall', 'rise'] as const)
        : (['rise', 'fall'] as const)
    if (!this.#isReached({ request }, own, now)) return own
    return this.#behavior.wrongSidedStop === 'rejected' ? 'passed' : other
  }

  #isReached({ request }: { request: R }, direction: 'fall' | 'rise', now: number): boolean {
    const market = this.market(request.market)
    const reached = this.#options.fills.reached(market, direction, now)
    const distance = this.math.compare(reached, request.triggerPrice ?? this.math.zero)
    return direction === 'fall' ? distance <= 0 : distance >= 0
  }

  #create(request: R, now: number, made: Partial<MadeFrom<N, R>>): Order<N, R> {
    return newOrder({ id: this.#nextOrder, request, now, zero: this.math.zero }, made)
  }

  #list(order: Order<N, R>): void {
    this.#nextOrder = order.id + 1n
    this.#orders.push(order)
  }

  #takeRejected(order: Order<N, R>, now: number): Submitted<N, R> {
    this.#list(order)
    this.#close(order, 'rejected', now)
    return { outcome: 'accepted', order }
  }

  #keep(order: Order<N, R>, now: number): void {
    this.#list(order)
    this.#open.add(order)
    this.#emit('accepted', order, now)
  }

  #trigger(order: Order<N, R>, now: number): void {
    order.updatedAt = now
    if (this.#behavior.stopsHold === 'nothing' && !this.#reserve(order, 'triggers', now))
      this.#close(order, 'rejected', now)
    else if (this.#behavior.triggeredStop === 'child_order') this.#becomeChild(order, now)
    else this.#begin(order, now)
  }

  #begin(order: Order<N, R>, now: number): void {
    order.status = 'open'
    order.workingAt = now
    this.#emit('triggered', order, now)
    this.#take(order, 'triggers', now)
  }

  /** Money and amount go over; the stop is over as itself, and knows its child's number. */
  #becomeChild(stop: Order<N, R>, now: number): void {
    const type = isUnpriced(stop.request.type) ? ('market' as const) : ('limit' as const)
    const request = { ...stop.request, type, triggerPrice: undefined, clientOrderId: '' }
    const { id: parent, amount, held } = stop
    // Only a new order is found late.
    const effects = { ...stop.effects, hiddenMs: 0 }
    const child = this.#create(request, now, { effects, parent, amount, held })
    stop.held = this.math.zero
    stop.child = child.id
    this.#close(stop, 'triggered', now)
    this.#keep(child, now)
    this.#take(child, 'triggers', now)
  }

  #reserve(order: Order<N, R>, moment: FillMoment, now: number): boolean {
    return reserve(this.#books(order), order, () => this.#matches(order, moment, now))
  }

  #matches(order: Order<N, R>, moment: FillMoment, now: number): readonly Match<N>[] {
    return this.#options.fills.matches(order, this.market(order.request.market), moment, now)
  }

  #books({ request }: Order<N, R>): Books<N> {
    const { math, fees } = this.#options
    return { math, fees, market: this.market(request.market), wallet: this.wallet(request.account) }
  }

  #take(order: Order<N, R>, moment: FillMoment, now: number): void {
    const { timeInForce, type } = order.request
    if (timeInForce !== 'FOK' || this.#isWhole(order, moment, now)) this.#match(order, moment, now)
    if (!isOpen(order)) return
    if (order.effects.fills === 'half_then_cancel') this.#close(order, 'canceled', now)
    else if (timeInForce !== 'GTC' || isUnpriced(type)) this.#close(order, 'expired', now)
  }

  #isWhole(order: Order<N, R>, moment: FillMoment, now: number): boolean {
    const there = this.#matches(order, moment, now).reduce(
      (sum, { amount }) => this.math.add(sum, amount),
      this.math.zero,
    )
    return this.math.compare(there, order.amount) >= 0
  }

  #match(order: Order<N, R>, moment: FillMoment, now: number): void {
    const liquidity = moment === 'rests' ? 'maker' : 'taker'
    for (const match of this.#matches(order, moment, now))
      if (!this.#fill(order, match, liquidity, now) || !isOpen(order)) return
  }

  /** False where the order can take nothing of it. */
  #fill(order: Order<N, R>, match: Match<N>, liquidity: Fill<N>['liquidity'], at: number): boolean {
    const books = this.#books(order)
    const amount = wantedOf(books, order, match)
    if (this.math.compare(amount, this.math.zero) <= 0) return false
    this.#options.fills.onFill?.(books.market, match, amount)
    const id = this.#nextTrade
    this.#nextTrade += 1n
    const fill = settle(books, order, { id, at, price: match.price, amount, liquidity })
    const isFilled = this.math.compare(order.filled, order.amount) === 0
    if (isFilled) this.#end(order, 'filled', at)
    this.#emit('filled', order, at, fill)
    return true
  }

  #close(
    order: Order<N, R>,
    status: 'canceled' | 'expired' | 'rejected' | 'triggered',
    now: number,
  ) {
    this.#end(order, status, now)
    this.#emit(status, order, now)
  }

  #end(order: Order<N, R>, status: OrderStatus, now: number): void {
    order.status = status
    order.updatedAt = now
    order.closedAt = now
    this.#open.delete(order)
    releaseRest(this.#books(order), order)
  }

  #emit(type: OrderEvent<N, R>['type'], order: Order<N, R>, at: number, fill?: Fill<N>): void {
    this.#onEvent({ type, order, at, fill: fill ?? null })
  }
}
