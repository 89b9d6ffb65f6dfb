// The simulated exchange's own truth: orders, matching, fills and balances. It knows no faults and forgets nothing.
import type { ExchangeOrder, Fill, WireOrder } from '../executor/core/model/exchange.ts'
import { MARKETS, type Market } from './market.ts'
import type { Random } from './random.ts'
import { AMOUNT_PLACES, amountUnits, decimal, PRICE_PLACES, priceUnits } from './units.ts'

export interface Traded {
  readonly id: string
  /** Unix ms. */
  readonly at: number
  /** Units of units.ts. */
  readonly amount: number
  readonly price: number
  /** Taken in base currency, in its units. */
  readonly feeInBase: number
}

type Closed = 'filled' | 'canceled' | 'expired' | 'rejected'

export interface VenueOrder {
  readonly by: 'device' | 'hand'
  readonly wire: WireOrder
  readonly exchangeId: string
  readonly acceptedAt: number
  readonly amount: number
  readonly price: number
  readonly trades: Traded[]
  state: 'waits_for_trigger' | 'open' | Closed
  closedAt: number
}

export type Accepted =
  | { readonly ok: true; readonly order: VenueOrder }
  | { readonly ok: false; readonly code: string; readonly proof: 'yes' | 'no' }

interface Arrival {
  /** The device's clock when it sent the order, and when it came: both are held against it. Unix ms. */
  readonly stamped: number
  readonly arrived: number
  readonly now: number
  readonly as: 'taken' | 'rejected'
}

/** Binance refuses what is stamped further ahead, or longer ago, ms. */
const MAX_AHEAD_MS = 1_000
const RECEIVE_WINDOW_MS = 5_000
/** The trader's own coins: the exchange alone does not keep the executor from selling too much. */
export const OWN_COINS = amountUnits('5')

export class Venue {
  /** Every order that was ever taken, in its order. */
  readonly orders: VenueOrder[] = []
  readonly #markets: ReadonlyMap<string, Market>
  readonly #random: Random
  readonly #feeParts: number
  #trades = 0
  readonly #withdrawn = new Map<string, number>()
  readonly #touched = new Map<string, number>()
  /** Chance that a match finds only a part of the amount. */
  thinness = 0
  /** Chance that a waiting order is canceled by the exchange between two moves of the market. */
  moodiness = 0
  readonly #onMood: (order: VenueOrder) => void

  constructor(
    markets: ReadonlyMap<string, Market>,
    random: Random,
    onMood: (order: VenueOrder) => void,
  ) {
    this.#markets = markets
    this.#onMood = onMood
    this.#random = random
    // 0.1 % of what is bought, or paid in another currency.
    this.#feeParts = random.pick([0, 1])
  }

  market(name: string): Market {
    const market = this.#markets.get(name)
    if (market === undefined) throw new RangeError(`no market ${name}`)
    return market
  }

  accept(wire: WireOrder, { stamped, arrived, now, as }: Arrival): Accepted {
    if (stamped > arrived + MAX_AHEAD_MS || arrived > stamped + RECEIVE_WINDOW_MS)
      return refusal('-1021', 'no')
    if (this.find(wire.clientOrderId, now)?.closedAt === 0) return refusal('duplicate', 'no')
    if (
      wire.side === 'sell' &&
      amountUnits(wire.amount) > this.there(wire.market) - this.#used(wire.market)
    )
      return refusal('exchange_funds_insufficient', 'yes')
    if (wire.stop !== undefined && priceUnits(wire.stop) >= this.market(wire.market).bid(now))
      return refusal('exchange_stop_would_trigger', 'yes')
    if (as === 'taken') return { ok: true, order: this.#add('device', wire, now) }
    const order = this.#keep('device', wire, now)
    close(order, 'rejected', now)
    return { ok: true, order }
  }

  /** The trader's own, at the exchange's site. */
  orderByHand(wire: WireOrder, now: number): VenueOrder {
    return this.#add('hand', wire, now)
  }

  #add(by: VenueOrder['by'], wire: WireOrder, now: number): VenueOrder {
    const order = this.#keep(by, wire, now)
    this.#match(order, now)
    if (wire.type === 'ioc') close(order, 'expired', now)
    return order
  }

  #keep(by: VenueOrder['by'], wire: WireOrder, now: number): VenueOrder {
    const order = newOrder(by, wire, String(this.orders.length + 1), now)
    this.orders.push(order)
    return order
  }

  /** The trader takes coins away that the positions need, also out of the orders that hold them. */
  withdraw(market: string, amount: number, now: number): void {
    for (const order of this.#ordersOn(market))
      if (order.wire.side === 'sell') close(order, 'canceled', now)
    const most = Math.max(0, this.there(market))
    this.#withdrawn.set(market, this.withdrawn(market) + Math.min(amount, most))
    this.#touched.set(market, now)
  }

  /** All that was taken away comes back. */
  bringBack(market: string, now: number): void {
    this.#withdrawn.delete(market)
    this.#touched.set(market, now)
  }

  /** When coins were last taken away or came back, Unix ms. */
  touchedAt(market: string): number {
    return this.#touched.get(market) ?? 0
  }

  withdrawn(market: string): number {
    return this.#withdrawn.get(market) ?? 0
  }

  /** The newest of that name which was taken by `asOf`. */
  find(clientOrderId: string, asOf: number): VenueOrder | undefined {
    return this.orders.findLast(
      (one) => one.wire.clientOrderId === clientOrderId && one.acceptedAt <= asOf,
    )
  }

  cancel(clientOrderId: string, now: number): 'canceled' | 'not_open' | 'unheard_of' {
    const order = this.find(clientOrderId, now)
    if (order === undefined) return 'unheard_of'
    close(order, 'canceled', now)
    return order.state === 'canceled' ? 'canceled' : 'not_open'
  }

  /** The market moved: stops trigger, waiting orders fill. */
  tick(now: number): void {
    for (const order of this.orders) {
      if (order.closedAt > 0) continue
      const { stop, market } = order.wire
      const bid = this.market(market).bid(now)
      if (order.state === 'waits_for_trigger' && bid <= priceUnits(stop ?? '0'))
        order.state = 'open'
      if (order.state === 'open') this.#match(order, now)
      if (order.closedAt === 0 && this.#random.chance(this.moodiness)) this.#takeBack(order, now)
    }
  }

  /** By the exchange, perhaps after a part of it was filled. */
  #takeBack(order: VenueOrder, now: number): void {
    const part = this.#part(order.amount - filledOf(order), order.wire.market)
    if (order.state === 'open' && order.wire.side === 'buy' && part > 0)
      this.#trade(order, part, order.price, now)
    close(order, 'canceled', now)
    this.#onMood(order)
  }

  #match(order: VenueOrder, now: number): void {
    if (order.state !== 'open') return
    const { side, market } = order.wire
    const { price, amount } = order
    const best = side === 'buy' ? this.market(market).ask(now) : this.market(market).bid(now)
    if (side === 'buy' ? best > price : best < price) return
    const rest = amount - filledOf(order)
    const taken = this.#random.chance(this.thinness) ? this.#part(rest, market) : rest
    if (taken > 0) this.#trade(order, taken, best, now)
    if (filledOf(order) === amount) close(order, 'filled', now)
  }

  /** Whole steps, from nothing to all but one. */
  #part(rest: number, market: string): number {
    const step = amountUnits(MARKETS.find((one) => one.market === market)?.step ?? '1')
    return this.#random.between(0, Math.max(0, Math.floor(rest / step) - 1)) * step
  }

  /** In one piece or two. */
  #trade(order: VenueOrder, amount: number, price: number, now: number): void {
    const step = amountUnits(MARKETS.find((one) => one.market === order.wire.market)?.step ?? '1')
    const first = this.#random.chance(0.3) ? Math.floor(amount / step / 2) * step : 0
    for (const piece of [first, amount - first]) {
      if (piece === 0) continue
      this.#trades += 1
      const feeInBase = order.wire.side === 'buy' ? Math.round((piece * this.#feeParts) / 1_000) : 0
      order.trades.push({ id: String(this.#trades), at: now, amount: piece, price, feeInBase })
    }
  }

  /** Units of base, whether or not an order uses them. */
  there(market: string): number {
    return this.#ordersOn(market).reduce((sum, { wire, trades }) => {
      const done = trades.reduce((all, { amount, feeInBase }) => all + amount - feeInBase, 0)
      return wire.side === 'buy' ? sum + done : sum - done
    }, OWN_COINS - this.withdrawn(market))
  }

  #used(market: string): number {
    return this.#ordersOn(market)
      .filter(({ wire, closedAt }) => wire.side === 'sell' && closedAt === 0)
      .reduce((sum, order) => sum + order.amount - filledOf(order), 0)
  }

  #ordersOn(market: string): readonly VenueOrder[] {
    return this.orders.filter(({ wire }) => wire.market === market)
  }
}

function refusal(code: string, proof: 'yes' | 'no'): Accepted {
  return { ok: false, code, proof }
}

function newOrder(
  by: VenueOrder['by'],
  wire: WireOrder,
  exchangeId: string,
  now: number,
): VenueOrder {
  return {
    by,
    wire,
    exchangeId,
    acceptedAt: now,
    amount: amountUnits(wire.amount),
    price: priceUnits(wire.price),
    trades: [],
    state: wire.type === 'stop' ? 'waits_for_trigger' : 'open',
    closedAt: 0,
  }
}

function close(order: VenueOrder, state: Closed, now: number): void {
  if (order.closedAt > 0) return
  order.state = state
  order.closedAt = now
}

export function filledOf({ trades }: Pick<VenueOrder, 'trades'>): number {
  return trades.reduce((sum, { amount }) => sum + amount, 0)
}

/** An order as the exchange showed it at `asOf`, without its fills. */
export function viewOf(order: VenueOrder, asOf: number): ExchangeOrder {
  const seen = order.trades.filter(({ at }) => at <= asOf)
  const closed = order.closedAt > 0 && order.closedAt <= asOf
  const open = order.state === 'waits_for_trigger' || order.state === 'open' || !closed
  return {
    kind: order.wire.type === 'stop' ? 'stop' : 'order',
    exchangeId: order.exchangeId,
    clientOrderId: order.wire.clientOrderId,
    status: open ? 'open' : (order.state as Closed),
    filled: decimal(filledOf({ trades: seen }), AMOUNT_PLACES),
    fills: [],
  }
}

export function fillsOf({ trades, wire }: VenueOrder, asOf: number): Fill[] {
  const [base = ''] = wire.market.split('/')
  return trades
    .filter(({ at }) => at <= asOf)
    .map(({ id, at, amount, price, feeInBase }) => ({
      id,
      at,
      amount: decimal(amount, AMOUNT_PLACES),
      price: decimal(price, PRICE_PLACES),
      ...(feeInBase > 0 && {
        fee: { amount: decimal(feeInBase, AMOUNT_PLACES), currency: base },
      }),
    }))
}
