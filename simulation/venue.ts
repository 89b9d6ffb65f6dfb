// The simulated exchange: the venue model at wandering prices. It knows no faults; what it says, the judge writes down.
import type { Answered, Fill, MarketRules, OrderRequest } from '../executor/core/model/exchange.ts'
import {
  cancelOf,
  fillOf,
  type PortOrder,
  type PortRequest,
  type PortVenue,
  rejectionCodeOf,
  requestOf,
} from '../executor/venues/adapter/model-port.ts'
import {
  type OrderEffects,
  type OrderEvent,
  Venue,
  type VenueBehavior,
  wholeNumbers,
} from '../venue/index.ts'
import type { Random } from './base/random.ts'
import { AMOUNT_PLACES, PRICE_PLACES } from './base/units.ts'
import { MAX_LAG_MS } from './faults.ts'
import { GroundTruth, OWN_COINS } from './ground-truth.ts'
import { MARKETS, type Market } from './market.ts'
import { PartialFills } from './partial-fills.ts'

export type Accepted =
  | { readonly ok: true; readonly order: PortOrder<bigint> }
  | { readonly ok: false; readonly code: string; readonly proof: 'yes' | 'no' }

export interface Arrival {
  /** The device's clock when it sent the order, and when it came: both are held against it. Unix ms. */
  readonly stamped: number
  readonly arrived: number
  readonly now: number
  /** A rejected one is there, and never at work; a hidden one is not found for so long. */
  readonly effects: OrderEffects
}

export interface VenueParts {
  readonly markets: ReadonlyMap<string, Market>
  readonly random: Random
  readonly behavior: Partial<VenueBehavior>
  /** Longest that an answer may lag, ms; by default that of an exchange that is quick. */
  readonly viewLagMs?: number
  /** How long a closed order is found by its name, ms; by default for ever. */
  readonly closedMs?: number
  /** How long one is in any list that nobody has seen since, ms; by default for ever. Its fills are known by its number. */
  readonly keptMs?: number
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
  readonly viewLagMs: number
  readonly closedMs: number
  readonly keptMs: number
  /** By client id: when an answer last showed it to the device, Unix ms. */
  readonly shownAt = new Map<string, number>()
  readonly stopsHold: VenueBehavior['stopsHold']
  readonly #rules: ReadonlyMap<string, MarketRules>
  readonly #random: Random
  readonly #fills: PartialFills
  readonly #onCanceled: VenueParts['onCanceled']
  readonly #withdrawn = new Map<string, bigint>()
  /** Chance that a waiting order is canceled by the exchange between two moves of the market. */
  cancelRate = 0

  constructor(parts: VenueParts) {
    const { markets, random, behavior, viewLagMs = MAX_LAG_MS, onCanceled } = parts
    const marketOf = (name: string) => this.truth.market(name)
    this.truth = new GroundTruth(markets)
    this.#random = random
    this.#onCanceled = onCanceled
    this.viewLagMs = viewLagMs
    this.closedMs = parts.closedMs ?? Number.POSITIVE_INFINITY
    this.keptMs = parts.keptMs ?? Number.POSITIVE_INFINITY
    this.stopsHold = behavior.stopsHold ?? 'coins'
    this.#rules = new Map(
      MARKETS.map((rules) => [
        rules.market,
        { ...rules, stop: { ...rules.stop, holds: this.stopsHold } },
      ]),
    )
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
        behavior,
      },
      (event) => this.#record(event),
    )
    const wallet = this.core.wallet(ACCOUNT)
    for (const { base } of MARKETS) wallet.deposit(base, BigInt(OWN_COINS))
    for (const { base } of MARKETS)
      this.truth.foreign.onPaid(base, math.amount.format(BigInt(OWN_COINS)), 0)
    this.pay('USDT', OWN_MONEY, 0)
  }

  /** Chance that a match finds only a part of the amount. */
  set partialFillRate(rate: number) {
    this.#fills.rate = rate
  }

  rules(market: string): MarketRules | null {
    return this.#rules.get(market) ?? null
  }

  market(name: string): Market {
    return this.truth.market(name)
  }

  #record({ type, order, at, fill }: OrderEvent<bigint, PortRequest<bigint>>): void {
    const { truth } = this
    const exchangeId = String(order.parent ?? order.id)
    // A stop that held nothing is rejected when it triggers, long after it was taken.
    const isTaken = type === 'accepted' || (type === 'rejected' && !truth.knows(exchangeId))
    if (order.parent === null && isTaken) {
      const { wire } = order.request
      const by = wire.clientOrderId.startsWith(MANUAL) ? 'trader' : 'device'
      truth.onTaken({ by, wire, exchangeId, acceptedAt: order.createdAt })
    }
    if (fill !== null) this.#recordFill(exchangeId, fillOf(this.core, fill))
    if (order.closedAt === null || order.child !== null) return
    truth.onClosed(exchangeId, at)
    const { clientOrderId, market, side } = order.request.wire
    // Whoever ended it: the coins that it held are there again.
    if (clientOrderId.startsWith(MANUAL) && side === 'sell') truth.onTouched(market, at)
  }

  #recordFill(exchangeId: string, fill: Fill): void {
    this.truth.onFill(exchangeId, fill)
    const { by, wire } = this.truth.order(exchangeId)
    if (by === 'trader') this.truth.foreign.onFill(wire, fill)
  }

  accept(wire: OrderRequest, { stamped, arrived, now, effects }: Arrival): Accepted {
    if (stamped > arrived + MAX_AHEAD_MS || arrived > stamped + RECEIVE_WINDOW_MS)
      return { ok: false, code: '-1021', proof: 'no' }
    const request = requestOf(math, wire, ACCOUNT)
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
    this.truth.foreign.onPaid(base, `-${this.core.math.amount.format(gone)}`, now)
    this.#withdrawn.set(market, gone)
    this.truth.onWithdrawn(market, Number(gone), now)
  }

  /** Somebody pays in quote, or a coin that no market here trades. */
  pay(coin: string, amount: string, now: number): void {
    this.core.wallet(ACCOUNT).deposit(coin, math.value.parse(amount))
    this.truth.foreign.onPaid(coin, amount, now)
  }

  /** The same goes out, where it is free. */
  takeOut(coin: string, amount: string, now: number): void {
    const wallet = this.core.wallet(ACCOUNT)
    if (wallet.free(coin) < math.value.parse(amount)) return
    wallet.withdraw(coin, math.value.parse(amount))
    this.truth.foreign.onPaid(coin, `-${amount}`, now)
  }

  /** All that was taken away comes back. */
  bringBack(market: string, now: number): void {
    const { base } = this.core.market(market)
    const back = this.#withdrawn.get(market) ?? 0n
    this.core.wallet(ACCOUNT).deposit(base, back)
    this.truth.foreign.onPaid(base, this.core.math.amount.format(back), now)
    this.#withdrawn.delete(market)
    this.truth.onWithdrawn(market, 0, now)
  }

  /** The trader's sale, far from the price: it holds all coins that no other order holds. Null where there are none. */
  sellByHand(wire: Omit<OrderRequest, 'amount' | 'side'>, now: number): string | null {
    const { math } = this.core
    const free = this.core.wallet(ACCOUNT).free(this.core.market(wire.market).base)
    if (math.compare(free, math.zero) <= 0) return null
    const sale = { ...wire, side: 'sell', amount: math.amount.format(free) } as const
    const { outcome } = this.core.submit(requestOf(math, sale, ACCOUNT), now)
    if (outcome === 'accepted') this.truth.onTouched(wire.market, now)
    return outcome === 'accepted' ? sale.amount : null
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

export function nameOf({ clientOrderId, side, type }: OrderRequest): string {
  return `${clientOrderId.slice(0, 6)} ${side} ${type}`
}
