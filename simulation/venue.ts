// The simulated exchange: the venue model at wandering prices. It knows no faults; what it says, the judge writes down.
import type { Answered, OrderRequest } from '../executor/core/model/exchange.ts'
import {
  cancelOf,
  fillOf,
  type PortOrder,
  type PortRequest,
  type PortVenue,
  rejectionCodeOf,
  requestOf,
} from '../executor/testing/venue-port.ts'
import { type Habits, type OrderEvent, Venue, wholeNumbers } from '../venue/index.ts'
import { GroundTruth, OWN_COINS } from './ground-truth.ts'
import { MARKETS, type Market } from './market.ts'
import { PartialFills } from './partial-fills.ts'
import type { Random } from './random.ts'
import { AMOUNT_PLACES, PRICE_PLACES } from './units.ts'

export type Accepted =
  | { readonly ok: true; readonly order: PortOrder<bigint> }
  | { readonly ok: false; readonly code: string; readonly proof: 'yes' | 'no' }

export interface Arrival {
  /** The device's clock when it sent the order, and when it came: both are held against it. Unix ms. */
  readonly stamped: number
  readonly arrived: number
  readonly now: number
  /** `rejected`: it is there, and never at work. */
  readonly as: 'taken' | 'rejected'
}

export interface VenueParts {
  readonly markets: ReadonlyMap<string, Market>
  readonly random: Random
  readonly habits: Partial<Habits>
  /** The exchange has canceled it by itself. */
  readonly onCanceled: (order: PortOrder<bigint>) => void
}

/** One account, the device's and the trader's. */
export const ACCOUNT = 'account'
/** Binance refuses what is stamped further ahead, or longer ago, ms. */
const MAX_AHEAD_MS = 1_000
const RECEIVE_WINDOW_MS = 5_000
/** More than is spent in a run. */
const OWN_MONEY = '1000000'

/** Client ids of the trader's own orders begin so. */
export const MANUAL = 'web_'

const math = wholeNumbers({ amount: AMOUNT_PLACES, price: PRICE_PLACES })

export class SimulatedVenue {
  readonly truth: GroundTruth
  readonly core: PortVenue<bigint>
  readonly #random: Random
  readonly #fills: PartialFills
  readonly #onCanceled: VenueParts['onCanceled']
  readonly #withdrawn = new Map<string, bigint>()
  /** Chance that a waiting order is canceled by the exchange between two moves of the market. */
  cancelRate = 0

  constructor({ markets, random, habits, onCanceled }: VenueParts) {
    const marketOf = (name: string) => this.truth.market(name)
    this.truth = new GroundTruth(markets)
    this.#random = random
    this.#onCanceled = onCanceled
    this.#fills = new PartialFills(
      math,
      {
        bid: ({ symbol }, now) => BigInt(marketOf(symbol).bid(now)),
        ask: ({ symbol }, now) => BigInt(marketOf(symbol).ask(now)),
      },
      random,
    )
    this.core = new Venue<bigint, PortRequest<bigint>>(
      {
        math,
        markets: MARKETS.map(({ market, ...rules }) => ({ symbol: market, ...rules })),
        fills: this.#fills,
        // 0.1 % of what is bought, or paid in another currency.
        fees: { rate: random.pick(['0', '0.001']), rounding: 'nearest', takenFrom: 'purchases' },
        habits,
      },
      (event) => this.#record(event),
    )
    const wallet = this.core.wallet(ACCOUNT)
    for (const { base } of MARKETS) wallet.deposit(base, BigInt(OWN_COINS))
    wallet.deposit('USDT', math.value.parse(OWN_MONEY))
  }

  /** Chance that a match finds only a part of the amount. */
  set partialFillRate(rate: number) {
    this.#fills.rate = rate
  }

  market(name: string): Market {
    return this.truth.market(name)
  }

  #record({ type, order, at, fill }: OrderEvent<bigint, PortRequest<bigint>>): void {
    const { truth } = this
    const exchangeId = String(order.parent ?? order.id)
    if (order.parent === null && (type === 'accepted' || type === 'rejected')) {
      const { wire } = order.request
      const by = wire.clientOrderId.startsWith(MANUAL) ? 'trader' : 'device'
      truth.onTaken({ by, wire, exchangeId, acceptedAt: order.createdAt })
    }
    if (fill !== null) truth.onFill(exchangeId, fillOf(this.core, fill))
    if (order.closedAt !== null && order.child === null) truth.onClosed(exchangeId, at)
  }

  accept(wire: OrderRequest, { stamped, arrived, now, as }: Arrival): Accepted {
    if (stamped > arrived + MAX_AHEAD_MS || arrived > stamped + RECEIVE_WINDOW_MS)
      return { ok: false, code: '-1021', proof: 'no' }
    const request = requestOf(math, wire, ACCOUNT)
    const effects = as === 'rejected' ? ({ status: 'rejected' } as const) : {}
    const submitted = this.core.submit(request, now, effects)
    if (submitted.outcome === 'accepted') return { ok: true, order: submitted.order }
    if (submitted.reason === 'no_balance' && request.side === 'sell')
      this.truth.onUncovered(request.market, now)
    const code = rejectionCodeOf(submitted.reason)
    if (code === 'unknown') return { ok: false, code: submitted.reason, proof: 'no' }
    return { ok: false, code, proof: 'yes' }
  }

  /** The trader's own, at the exchange's site. */
  orderByHand(wire: OrderRequest, now: number): void {
    this.core.submit(requestOf(math, wire, ACCOUNT), now)
  }

  /** The trader takes coins away that the positions need, also out of the orders that hold them. Units of base. */
  withdraw(market: string, amount: number, now: number): void {
    for (const order of [...this.core.open])
      if (order.request.market === market && order.request.side === 'sell')
        this.core.cancel(order, now)
    const { base } = this.core.market(market)
    const wallet = this.core.wallet(ACCOUNT)
    const there = wallet.free(base)
    const gone = there < BigInt(amount) ? there : BigInt(amount)
    wallet.withdraw(base, gone)
    this.#withdrawn.set(market, gone)
    this.truth.onWithdrawn(market, Number(gone), now)
  }

  /** All that was taken away comes back. */
  bringBack(market: string, now: number): void {
    const { base } = this.core.market(market)
    this.core.wallet(ACCOUNT).deposit(base, this.#withdrawn.get(market) ?? 0n)
    this.#withdrawn.delete(market)
    this.truth.onWithdrawn(market, 0, now)
  }

  find(clientOrderId: string): PortOrder<bigint> | undefined {
    return this.core.find(ACCOUNT, clientOrderId)
  }

  cancel(clientOrderId: string, now: number): Answered<'canceled' | 'not_open'> {
    return cancelOf(this.core, { account: ACCOUNT, clientOrderId, now })
  }

  /** The market moved: stops trigger, waiting orders fill, and some are canceled by the exchange. */
  tick(now: number): void {
    this.core.advance(now)
    for (const order of [...this.core.open])
      if (this.#random.chance(this.cancelRate)) this.#takeBack(order, now)
  }

  /** Perhaps after a part of it was filled. */
  #takeBack(order: PortOrder<bigint>, now: number): void {
    const { side, market, price } = order.request
    const part = this.#fills.part(order.amount - order.filled, this.core.market(market))
    if (order.status === 'open' && side === 'buy' && price !== undefined)
      this.core.execute(order, { price, amount: part }, now)
    this.core.cancel(order, now)
    this.#onCanceled(order)
  }
}
