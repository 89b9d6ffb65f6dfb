// The attacker's exchange: honest about what it did, with every fill at the worst price that the order allows.
import type {
  AccountTrade,
  Answered,
  Balance,
  ExchangeOrder,
  Fill,
  KeyRights,
  Liquidity,
  Lookup,
  Placed,
  Quote,
  WireOrder,
} from '../../executor/core/model/exchange.ts'
import type { Exchange } from '../../executor/venues/port.ts'
import { AMOUNT_PLACES, amountUnits, decimal, PRICE_PLACES, priceUnits } from '../units.ts'
import type { Market } from './market.ts'

interface Taken {
  readonly wire: WireOrder
  readonly exchangeId: string
  readonly amount: number
  readonly price: number
  status: 'waits_for_trigger' | 'open' | 'filled' | 'canceled' | 'expired'
  fill: Fill | null
}

/** At the limit, from the attacker's own order, or at the best price of the book. */
export type FillAt = 'limit' | 'best'

/** Of what is bought, in coins; of what is sold, in quote: 0.1 %. */
const FEE_PARTS = 1_000
const QUOTE_PLACES = AMOUNT_PLACES + PRICE_PLACES
/** The honest asks are worth more than anybody's order. */
const DEEP = '100000'

export class HostileVenue implements Exchange {
  readonly name = 'binance'
  readonly live = 'no'
  readonly acceptanceWindowMs = 10_000
  readonly viewLagMs = 0
  readonly #markets: ReadonlyMap<string, Market>
  readonly #now: () => number
  readonly #orders: Taken[] = []
  readonly #coins = new Map<string, number>()
  /** Quote, 1e-10; below zero when more was paid than taken. */
  #cash = 0
  fillAt: FillAt = 'limit'

  constructor(markets: ReadonlyMap<string, Market>, now: () => number) {
    this.#markets = markets
    this.#now = now
  }

  market(name: string): Market {
    const market = this.#markets.get(name)
    if (market === undefined) throw new RangeError(`no market ${name}`)
    return market
  }

  /** Money and coins at their honest price, 1e-10 of quote, less what there was in the beginning. */
  wealth(): number {
    return [...this.#coins].reduce(
      (sum, [market, amount]) => sum + amount * this.market(market).worth(),
      this.#cash,
    )
  }

  /** More coins than each order may have left below one step of its market's amounts. */
  hasOrphans(market: string): boolean {
    const orders = this.#orders.filter(({ wire }) => wire.market === market).length
    const crumbs = orders * amountUnits(this.market(market).rules.step)
    return (this.#coins.get(market) ?? 0) > crumbs
  }

  orderCount(): number {
    return this.#orders.length
  }

  /** After prices moved. */
  settle(): void {
    for (const order of this.#orders) {
      const market = this.market(order.wire.market)
      if (isTriggered(order, market)) this.#trigger(order, market)
      if (order.status === 'open') this.#match(order)
    }
  }

  /** On a path without leaps the price has been at the trigger, and the order could be sold to there. */
  #trigger(order: Taken, { kind }: Market): void {
    order.status = 'open'
    if (kind === 'liquid') this.#fill(order, order.price)
  }

  #match(order: Taken): void {
    const { market, side } = order.wire
    const [bid, ask] = [this.market(market).bid(), this.market(market).ask()]
    if (side === 'buy' ? ask > order.price : bid < order.price) return
    this.#fill(order, this.fillAt === 'limit' ? order.price : side === 'buy' ? ask : bid)
  }

  #fill(order: Taken, price: number): void {
    const { wire, amount } = order
    const buys = wire.side === 'buy'
    const value = amount * price
    const fee = Math.ceil((buys ? amount : value) / FEE_PARTS)
    const coins = this.#coins.get(wire.market) ?? 0
    this.#coins.set(wire.market, buys ? coins + amount - fee : coins - amount)
    this.#cash += buys ? -value : value - fee
    const { base, quote } = this.market(wire.market).rules
    order.status = 'filled'
    order.fill = {
      id: order.exchangeId,
      at: this.#now(),
      amount: wire.amount,
      price: decimal(price, PRICE_PLACES),
      fee: {
        amount: decimal(fee, buys ? AMOUNT_PLACES : QUOTE_PLACES),
        currency: buys ? base : quote,
      },
    }
  }

  async place(wire: WireOrder): Promise<Placed> {
    const refusal = this.#refusal(wire)
    if (refusal !== null) return { outcome: 'turned_down', code: refusal, message: refusal }
    const order: Taken = {
      wire,
      exchangeId: String(this.#orders.length + 1),
      amount: amountUnits(wire.amount),
      price: priceUnits(wire.price),
      status: wire.type === 'stop' ? 'waits_for_trigger' : 'open',
      fill: null,
    }
    this.#orders.push(order)
    if (order.status === 'open') this.#match(order)
    if (order.status === 'open' && wire.type === 'ioc') order.status = 'expired'
    return { outcome: 'accepted', order: viewOf(order) }
  }

  #refusal({ market, side, amount, stop }: WireOrder): string | null {
    if (stop !== undefined && priceUnits(stop) >= this.market(market).bid())
      return 'exchange_stop_would_trigger'
    const free = (this.#coins.get(market) ?? 0) - this.#promised(market)
    return side === 'sell' && amountUnits(amount) > free ? 'exchange_funds_insufficient' : null
  }

  #promised(market: string): number {
    return this.#orders
      .filter((one) => isOpen(one) && one.wire.market === market && one.wire.side === 'sell')
      .reduce((sum, { amount }) => sum + amount, 0)
  }

  async find(_: string, clientOrderId: string): Promise<Lookup> {
    const order = this.#orders.find(({ wire }) => wire.clientOrderId === clientOrderId)
    return order === undefined ? { outcome: 'missing' } : { outcome: 'found', order: viewOf(order) }
  }

  async fills(_: string, exchangeId: string): Promise<Answered<readonly Fill[]>> {
    const fill = this.#orders.find((one) => one.exchangeId === exchangeId)?.fill ?? null
    return { ok: true, value: fill === null ? [] : [fill] }
  }

  async cancel(_: string, clientOrderId: string): Promise<Answered<'canceled' | 'not_open'>> {
    const order = this.#orders.find(({ wire }) => wire.clientOrderId === clientOrderId)
    if (order === undefined || !isOpen(order)) return { ok: true, value: 'not_open' }
    order.status = 'canceled'
    return { ok: true, value: 'canceled' }
  }

  async openOrders(market: string): Promise<Answered<readonly ExchangeOrder[]>> {
    const open = this.#orders.filter((one) => isOpen(one) && one.wire.market === market)
    return { ok: true, value: open.map(viewOf) }
  }

  async trades(market: string, since: number): Promise<Answered<readonly AccountTrade[]>> {
    const value = this.#orders.flatMap(({ wire, fill, exchangeId }) =>
      wire.market === market && fill !== null && fill.at >= since
        ? [{ ...fill, exchangeId, side: wire.side }]
        : [],
    )
    return { ok: true, value }
  }

  async refreshBalances(): Promise<Answered<readonly Balance[]>> {
    const value = [...this.#markets].map(([name, { rules }]) => {
      const used = this.#promised(name)
      const free = (this.#coins.get(name) ?? 0) - used
      return {
        currency: rules.base,
        free: decimal(free, AMOUNT_PLACES),
        used: decimal(used, AMOUNT_PLACES),
      }
    })
    return { ok: true, value }
  }

  rules(market: string) {
    return this.#markets.get(market)?.rules ?? null
  }

  /** As old as the adapter's at most: he may sign a signal right after it. */
  quote(market: string): Quote | null {
    const one = this.#markets.get(market)
    if (one === undefined) return null
    const [bid, ask] = [one.bid(), one.ask()].map((price) => decimal(price, PRICE_PLACES))
    return { bid: bid ?? '', ask: ask ?? '', at: this.#now() }
  }

  liquidity(market: string): Liquidity | null {
    const quote = this.quote(market)
    if (quote === null) return null
    const { volume } = this.market(market)
    const at = this.#now()
    return { volume, volumeAt: at, asks: [[quote.ask, DEEP]], asksAt: at }
  }

  async refreshQuote(market: string): Promise<Answered<Quote>> {
    const value = this.quote(market)
    return value === null ? { ok: false, message: 'no such market' } : { ok: true, value }
  }

  async candles() {
    return { ok: true, value: [] } as const
  }

  async keyRights(): Promise<Answered<KeyRights>> {
    return { ok: true, value: { trade: 'yes', withdraw: 'no', transfer: 'no', ipList: 'yes' } }
  }

  async start(): Promise<void> {}
  async stop(): Promise<void> {}
  skewMs(): number {
    return 0
  }
  pause(): null {
    return null
  }
  reachable(): boolean {
    return true
  }
}

function isTriggered({ status, wire }: Taken, market: Market): boolean {
  return status === 'waits_for_trigger' && market.bid() <= priceUnits(wire.stop ?? '0')
}

function isOpen({ status }: Taken): boolean {
  return status === 'open' || status === 'waits_for_trigger'
}

function viewOf(order: Taken): ExchangeOrder {
  const { status, wire, exchangeId, fill } = order
  return {
    kind: wire.type === 'stop' ? 'stop' : 'order',
    exchangeId,
    clientOrderId: wire.clientOrderId,
    status: status === 'waits_for_trigger' ? 'open' : status,
    filled: fill === null ? '0' : wire.amount,
    fills: fill === null ? [] : [fill],
  }
}
