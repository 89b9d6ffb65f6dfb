// The exchange of the unit tests: a venue at one price that fills, rests, refuses or goes silent as a test says.
import { isOpen, type Order, type OrderEvent } from '@keyside/venue'
import type Big from 'big.js'
import type {
  AccountTrade,
  Answered,
  Backoff,
  ExchangeOrder,
  Fill,
  Liquidity,
  Lookup,
  MarketRules,
  OrderRequest,
  Placed,
  Quote,
} from '../core/model/exchange.ts'
import {
  fillOf,
  type PortOrder,
  type PortRequest,
  type PortVenue,
  requestOf,
} from '../venues/adapter/model-port.ts'
import { RULES } from './market-rules.ts'
import {
  ACCOUNT,
  fateOf,
  type Mode,
  math,
  onePriceVenue,
  PLENTY,
  rejected,
  withinLimit,
} from './one-price-venue.ts'
import { QuietExchange } from './quiet-exchange.ts'

export { type Mode, RULES }

/** What the exchange shows of an order: tests may take it away or change it. */
export interface ShownOrder {
  readonly order: OrderRequest
  readonly exchangeId: string
  status: ExchangeOrder['status']
  fills: Fill[]
}

export class FakeExchange extends QuietExchange {
  readonly acceptanceWindowMs = 20_000
  /** By client id. */
  readonly orders = new Map<string, ShownOrder>()
  /** Every order that reached the matching engine. */
  readonly accepted: OrderRequest[] = []
  /** Every call of `place`. */
  readonly sent: OrderRequest[] = []
  mode: Mode = 'fills'
  /** What lookups say: `honest`, or nothing at all. */
  lookups: 'honest' | 'silent' = 'honest'
  price = '60000'
  status: MarketRules['status'] = 'trading'
  paused: Backoff | null = null
  reach: 'yes' | 'no' = 'yes'
  budget: 'free' | 'tight' = 'free'
  /** Its clock less ours, ms. */
  skew: number | null = 0
  /** Turnover of 24 h. */
  volume = '2000000000'
  quoteAt = 0
  rights = 'no' as 'yes' | 'no'
  /** Of the base currency, what the trader had before. */
  own = '1'
  /** Whether it counts them: then open sales lock theirs, and no more is sold than is free. */
  coins: 'endless' | 'counted' = 'endless'
  readonly now: () => number
  readonly #venue: PortVenue<Big>
  /** Trades of orders that were over already. */
  #late = 0

  constructor(now: () => number) {
    super()
    this.now = now
    this.quoteAt = now()
    this.#venue = onePriceVenue({ price: () => this.price, mode: () => this.mode }, (event) =>
      this.#show(event),
    )
  }

  #show({ type, order, fill }: OrderEvent<Big, PortRequest<Big>>): void {
    const { wire } = order.request
    const shown = this.orders.get(wire.clientOrderId)
    if (shown === undefined || type === 'accepted' || type === 'rejected') {
      const exchangeId = String(order.id)
      this.orders.set(wire.clientOrderId, {
        order: wire,
        exchangeId,
        status: shownStatus(order),
        fills: [],
      })
      return
    }
    if (fill !== null) shown.fills.push({ ...fillOf(this.#venue, fill), id: `t${fill.id}` })
    shown.status = shownStatus(order)
  }

  /** What is over, and what was sent: a long run asks about none of it again. */
  forget(): void {
    this.orders.clear()
    this.accepted.length = 0
    this.sent.length = 0
    this.#venue.forgetClosed()
  }

  rules(market: string): MarketRules | null {
    return market === RULES.market ? { ...RULES, status: this.status } : null
  }

  quote(market: string): Quote | null {
    if (market !== RULES.market) return null
    return { bid: this.price, ask: this.price, at: this.quoteAt }
  }

  liquidity(market: string): Liquidity | null {
    if (market !== RULES.market) return null
    const now = this.now()
    return { volume: this.volume, volumeAt: now, asks: [[this.price, '1000']], asksAt: now }
  }

  override async refreshQuote(market: string): Promise<Answered<Quote>> {
    this.quoteAt = this.now()
    return super.refreshQuote(market)
  }

  /** What a test took off the book is off it. */
  #cancelHidden(): void {
    for (const known of [...this.#venue.open]) {
      const shown = this.orders.get(known.request.wire.clientOrderId)
      if (shown === undefined || shown.exchangeId !== String(known.id)) continue
      const { status } = shown
      if (status === 'open') continue
      this.#venue.cancel(known, this.now())
      shown.status = status
    }
  }

  balances() {
    this.#cancelHidden()
    const wallet = this.#venue.wallet(ACCOUNT)
    const traded = math.subtract(wallet.total(RULES.base), PLENTY)
    const paid = math.subtract(wallet.total(RULES.quote), PLENTY)
    const used = this.coins === 'counted' ? wallet.held(RULES.base) : math.zero
    const free = traded.plus(this.own).minus(used)
    return [
      { currency: RULES.quote, free: paid.plus(10_000).toFixed(), used: '0' },
      { currency: RULES.base, free: free.toFixed(5), used: used.toFixed(5) },
    ]
  }

  #lacks({ side, amount }: OrderRequest): boolean {
    const free = this.balances().find(({ currency }) => currency === RULES.base)?.free
    return this.coins === 'counted' && side === 'sell' && Number(amount) > Number(free)
  }

  async refreshBalances() {
    return { ok: true, value: this.balances() } as const
  }

  override skewMs(): number | null {
    return this.skew
  }

  override reachable(): boolean {
    return this.reach === 'yes'
  }

  override backoff(): Backoff | null {
    return this.paused
  }

  override requestBudget(): 'free' | 'tight' {
    return this.budget
  }

  async place(order: OrderRequest): Promise<Placed> {
    this.sent.push(order)
    const fate = fateOf(this.mode)
    if (fate.arrivesAfter !== null) {
      if (this.#lacks(order)) return rejected('exchange_funds_insufficient')
      this.accepted.push(order)
      const request = requestOf(math, order, ACCOUNT)
      const timeInForce = this.mode === 'rests' ? 'GTC' : request.timeInForce
      const { effects } = fate
      const submitted = this.#venue.submit({ ...request, timeInForce }, this.now(), effects)
      if (submitted.outcome === 'rejected') throw new Error(submitted.reason)
    }
    if (fate.answersAfter === null) return new Promise(() => undefined)
    if (fate.answer !== null) return fate.answer
    return { outcome: 'accepted', order: this.view(this.#shown(order.clientOrderId)) }
  }

  #shown(clientOrderId: string): ShownOrder {
    const shown = this.orders.get(clientOrderId)
    if (shown === undefined) throw new Error('no such order')
    return shown
  }

  #known(clientOrderId: string): PortOrder<Big> {
    const order = this.#venue.find(ACCOUNT, clientOrderId)
    if (order === undefined) throw new Error('no such order')
    return order
  }

  /** At the price of now, or at the limit where that is better for the exchange; `status` is how it is shown then. */
  fill(clientOrderId: string, amount: string, status: ExchangeOrder['status']): void {
    const order = this.#known(clientOrderId)
    const shown = this.#shown(clientOrderId)
    if (isOpen(order)) {
      const price = math.price.parse(this.price)
      const match = { price: withinLimit(order, price), amount: math.amount.parse(amount) }
      this.#venue.execute(order, match, this.now())
      if (status !== 'open') this.#venue.cancel(order, this.now())
    } else {
      this.#late += 1
      shown.fills.push({ id: `late${this.#late}`, at: this.now(), amount, price: this.price })
      const wallet = this.#venue.wallet(ACCOUNT)
      if (order.request.side === 'buy') wallet.deposit(RULES.base, math.amount.parse(amount))
      else wallet.withdraw(RULES.base, math.amount.parse(amount))
    }
    shown.status = status
  }

  view({ order, exchangeId, status, fills }: ShownOrder): ExchangeOrder {
    const filled = fills.reduce(
      (sum, { amount }) => math.add(sum, math.amount.parse(amount)),
      math.zero,
    )
    const { clientOrderId, type } = order
    const kind = type === 'stop_limit' ? 'stop' : 'order'
    return { kind, exchangeId, clientOrderId, status, filled: filled.toFixed(), fills: [...fills] }
  }

  async find(_: string, clientOrderId: string): Promise<Lookup> {
    if (this.lookups === 'silent') return { outcome: 'unknown', message: 'no answer' }
    const shown = this.orders.get(clientOrderId)
    return shown === undefined
      ? { outcome: 'missing' }
      : { outcome: 'found', order: this.view(shown) }
  }

  async fills(_: string, exchangeId: string): Promise<Answered<readonly Fill[]>> {
    const shown = [...this.orders.values()].find((one) => one.exchangeId === exchangeId)
    return shown === undefined
      ? { ok: false, message: 'no such order' }
      : { ok: true, value: [...shown.fills] }
  }

  async cancel(_: string, clientOrderId: string): Promise<Answered<'canceled' | 'not_open'>> {
    const status = this.orders.get(clientOrderId)?.status
    if (status === undefined) return { ok: false, message: 'no such order' }
    if (status !== 'open')
      return { ok: true, value: status === 'canceled' ? 'canceled' : 'not_open' }
    return { ok: true, value: this.#venue.cancel(this.#known(clientOrderId), this.now()) }
  }

  async openOrders(
    about: string | null,
    _rows?: 'all' | 'readable',
  ): Promise<Answered<readonly ExchangeOrder[]>> {
    const open = [...this.orders.values()].filter(({ status }) => status === 'open')
    const value = open.map((shown) => {
      const { market } = shown.order
      return { ...this.view(shown), ...(about === null && { market }) }
    })
    return { ok: true, value }
  }

  async trades(
    _: string,
    since: number,
    _rows?: 'all' | 'readable',
  ): Promise<Answered<readonly AccountTrade[]>> {
    const all = [...this.orders.values()].flatMap(({ exchangeId, fills, order }) =>
      fills.map((fill) => ({ ...fill, exchangeId, side: order.side })),
    )
    return { ok: true, value: all.filter(({ at }) => at >= since) }
  }

  override async keyRights() {
    return {
      ok: true,
      value: { trade: 'yes', withdraw: this.rights, transfer: 'no', ipList: 'yes' },
    } as const
  }
}

function shownStatus({ status }: Order<Big>): ExchangeOrder['status'] {
  return status === 'waiting' || status === 'open' || status === 'triggered' ? 'open' : status
}
