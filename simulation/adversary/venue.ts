// The attacker's exchange: truthful about what it did, with every fill at the worst price that the order allows.
import type {
  AccountTrade,
  Answered,
  Balance,
  ExchangeOrder,
  Fill,
  Liquidity,
  Lookup,
  OrderRequest,
  Placed,
  Quote,
} from '../../executor/core/model/exchange.ts'
import { QuietExchange } from '../../executor/testing/quiet-exchange.ts'
import {
  cancelOf,
  exchangeOrderOf,
  fillOf,
  fillsOf,
  openOrdersOf,
  type PortOrder,
  type PortRequest,
  type PortVenue,
  rejectionCodeOf,
  requestOf,
  tradesOf,
} from '../../executor/venues/adapter/model-port.ts'
import type { Decimal } from '../../protocol/index.ts'
import { type OrderEvent, Venue, WorstPriceFills, wholeNumbers } from '../../venue/index.ts'
import {
  AMOUNT_PLACES,
  amountUnits,
  decimal,
  PRICE_PLACES,
  priceUnits,
  valueUnits,
} from '../base/units.ts'
import type { Market } from './market.ts'

/** At the limit, from the attacker's own order, or at the best price of the book. */
export type FillAt = 'limit' | 'best'

const ACCOUNT = 'device'
/** More than a day can cost. */
const MONEY = '1000000'
/** The honest asks are worth more than anybody's order. */
const DEEP = '100000'

const math = wholeNumbers({ amount: AMOUNT_PLACES, price: PRICE_PLACES })

export class HostileVenue extends QuietExchange {
  readonly acceptanceWindowMs = 10_000
  readonly #markets: ReadonlyMap<string, Market>
  readonly #now: () => number
  readonly #core: PortVenue<bigint>
  /** Counted here from the fills, apart from the venue's balances. Units of units.ts. */
  readonly #coins = new Map<string, number>()
  /** Quote, 1e-10; below zero when more was paid than taken. */
  #cash = 0
  fillAt: FillAt = 'limit'

  /** `takerFee`: a share such as '0.001'. */
  constructor(markets: ReadonlyMap<string, Market>, now: () => number, takerFee: Decimal) {
    super()
    this.#markets = markets
    this.#now = now
    const fills = new WorstPriceFills(math, {
      quotes: {
        bid: ({ symbol }) => BigInt(this.market(symbol).bid()),
        ask: ({ symbol }) => BigInt(this.market(symbol).ask()),
      },
      fillsAt: () => this.fillAt,
      isContinuous: ({ symbol }) => this.market(symbol).kind === 'liquid',
    })
    this.#core = new Venue<bigint, PortRequest<bigint>>(
      {
        math,
        markets: [...markets.values()].map(({ rules: { market, ...rules } }) => ({
          symbol: market,
          ...rules,
        })),
        fills,
        fees: { rate: takerFee, rounding: 'up', takenFrom: 'everything' },
      },
      (event) => this.#count(event),
    )
    this.#core.wallet(ACCOUNT).deposit('USDT', math.value.parse(MONEY))
  }

  market(name: string): Market {
    const market = this.#markets.get(name)
    if (market === undefined) throw new RangeError(`no market ${name}`)
    return market
  }

  #count({ order, fill }: OrderEvent<bigint, PortRequest<bigint>>): void {
    if (fill === null) return
    const { market, side } = order.request
    const { amount: text, price, fee } = fillOf(this.#core, fill)
    const amount = amountUnits(text)
    const value = amount * priceUnits(price)
    const buys = side === 'buy'
    const taken = fee?.amount ?? '0'
    const coins = this.#coins.get(market) ?? 0
    this.#coins.set(market, buys ? coins + amount - amountUnits(taken) : coins - amount)
    this.#cash += buys ? -value : value - valueUnits(taken)
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
    const orders = this.#core.orders.filter(({ request }) => request.market === market).length
    const crumbs = orders * amountUnits(this.market(market).rules.step)
    return (this.#coins.get(market) ?? 0) > crumbs
  }

  orderCount(): number {
    return this.#core.orders.length
  }

  /** After prices moved. */
  settle(): void {
    this.#core.advance(this.#now())
  }

  async place(wire: OrderRequest): Promise<Placed> {
    const submitted = this.#core.submit(requestOf(math, wire, ACCOUNT), this.#now())
    if (submitted.outcome === 'accepted')
      return { outcome: 'accepted', order: this.#view(submitted.order) }
    const code = rejectionCodeOf(submitted.reason)
    if (code === 'unknown') return { outcome: 'unknown', message: submitted.reason }
    return { outcome: 'rejected', code, message: submitted.reason }
  }

  #view(order: PortOrder<bigint>): ExchangeOrder {
    const view = exchangeOrderOf(this.#core, order, this.#now())
    if (view === null) throw new Error('an order that was taken is not to be seen')
    return { ...view, fills: fillsOf(this.#core, order, this.#now()) }
  }

  async find(_: string, clientOrderId: string): Promise<Lookup> {
    const order = this.#core.find(ACCOUNT, clientOrderId)
    return order === undefined
      ? { outcome: 'missing' }
      : { outcome: 'found', order: this.#view(order) }
  }

  async fills(_: string, exchangeId: string): Promise<Answered<readonly Fill[]>> {
    const order = this.#core.order(BigInt(exchangeId))
    if (order === undefined) return { ok: true, value: [] }
    return { ok: true, value: fillsOf(this.#core, order, this.#now()) }
  }

  async cancel(_: string, clientOrderId: string): Promise<Answered<'canceled' | 'not_open'>> {
    return cancelOf(this.#core, { account: ACCOUNT, clientOrderId, now: this.#now() })
  }

  async openOrders(market: string | null): Promise<Answered<readonly ExchangeOrder[]>> {
    const value = openOrdersOf(this.#core, { account: ACCOUNT, market, asOf: this.#now() })
    return { ok: true, value }
  }

  async trades(market: string, since: number): Promise<Answered<readonly AccountTrade[]>> {
    const all = tradesOf(this.#core, { account: ACCOUNT, market, asOf: this.#now() })
    return { ok: true, value: all.filter(({ at }) => at >= since) }
  }

  async refreshBalances(): Promise<Answered<readonly Balance[]>> {
    const wallet = this.#core.wallet(ACCOUNT)
    const value = [...this.#markets.values()].map(({ rules: { base } }) => ({
      currency: base,
      free: math.amount.format(wallet.free(base)),
      used: math.amount.format(wallet.held(base)),
    }))
    const quote = {
      currency: 'USDT',
      free: math.value.format(wallet.free('USDT')),
      used: math.value.format(wallet.held('USDT')),
    }
    return { ok: true, value: [...value, quote] }
  }

  rules(market: string) {
    return this.#markets.get(market)?.rules ?? null
  }

  /** As old as the adapter's at most: the attacker may sign a signal right after it. */
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
}
