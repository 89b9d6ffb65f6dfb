// What really happened at the exchange, counted by the judge itself from the venue's events, never from its balances.
import type { Fill, OrderRequest } from '../executor/core/model/exchange.ts'
import { ForeignMoves } from './account/foreign.ts'
import { amountUnits, priceUnits } from './base/units.ts'
import type { Ledger } from './ledger.ts'
import type { Market } from './market.ts'

/** The trader's own coins: the exchange alone does not keep the executor from selling too much. */
export const OWN_COINS = amountUnits('5')

interface Traded {
  readonly id: string
  /** Unix ms. */
  readonly at: number
  /** Units of units.ts. */
  readonly amount: number
  readonly price: number
  /** Taken in base currency, in its units. */
  readonly feeInBase: number
}

export interface TakenOrder {
  readonly by: 'device' | 'trader'
  readonly wire: OrderRequest
  readonly exchangeId: string
  /** Unix ms. */
  readonly acceptedAt: number
  readonly amount: number
  readonly price: number
  readonly trades: Traded[]
  /** A stop that the price has passed already when it is taken sells a rise, and no fall. */
  readonly protects: 'yes' | 'no'
  /** Unix ms; 0 while it is open. */
  closedAt: number
}

export class GroundTruth {
  /** Every order that was ever taken, in its order. */
  readonly orders: TakenOrder[] = []
  /** Sales that were refused for want of coins. */
  readonly uncovered: { readonly market: string; readonly at: number }[] = []
  readonly foreign = new ForeignMoves()
  readonly #markets: ReadonlyMap<string, Market>
  readonly #withdrawn = new Map<string, number>()
  readonly #touched = new Map<string, number>()
  readonly #forgotten = new Map<string, number>()

  constructor(markets: ReadonlyMap<string, Market>) {
    this.#markets = markets
  }

  market(name: string): Market {
    const market = this.#markets.get(name)
    if (market === undefined) throw new RangeError(`no market ${name}`)
    return market
  }

  onTaken(taken: Pick<TakenOrder, 'by' | 'wire' | 'exchangeId' | 'acceptedAt'>): void {
    const { amount, price, triggerPrice, market } = taken.wire
    const bid = this.market(market).bid(taken.acceptedAt)
    this.orders.push({
      ...taken,
      amount: amountUnits(amount),
      price: priceUnits(price),
      trades: [],
      protects: triggerPrice !== undefined && priceUnits(triggerPrice) < bid ? 'yes' : 'no',
      closedAt: 0,
    })
  }

  onFill(exchangeId: string, { id, at, amount, price, fee }: Fill): void {
    const order = this.order(exchangeId)
    const [base] = order.wire.market.split('/')
    const feeInBase = fee?.currency === base ? amountUnits(fee?.amount ?? '0') : 0
    order.trades.push({ id, at, amount: amountUnits(amount), price: priceUnits(price), feeInBase })
  }

  onClosed(exchangeId: string, at: number): void {
    this.order(exchangeId).closedAt = at
  }

  knows(exchangeId: string): boolean {
    return this.orders.some((one) => one.exchangeId === exchangeId)
  }

  order(exchangeId: string): TakenOrder {
    const order = this.orders.find((one) => one.exchangeId === exchangeId)
    if (order === undefined) throw new RangeError(`no order ${exchangeId}`)
    return order
  }

  /** The exchange refused a sale, because the coins were not there. */
  onUncovered(market: string, at: number): void {
    this.uncovered.push({ market, at })
  }

  /** What the trader took away of a market's coins, units of base; 0 when all of it came back. */
  onWithdrawn(market: string, amount: number, at: number): void {
    this.#withdrawn.set(market, amount)
    this.#touched.set(market, at)
  }

  withdrawn(market: string): number {
    return this.#withdrawn.get(market) ?? 0
  }

  /** Base that the trader's own sales hold, in its units. */
  lockedByTrader(market: string): number {
    return this.orders
      .filter(
        ({ by, wire, closedAt }) =>
          by === 'trader' && wire.side === 'sell' && wire.market === market && closedAt === 0,
      )
      .reduce((sum, order) => sum + order.amount - filledOf(order), 0)
  }

  onTouched(market: string, at: number): void {
    this.#touched.set(market, at)
  }

  /** When coins were last taken away, or held by the trader, or came back, Unix ms. */
  touchedAt(market: string): number {
    return this.#touched.get(market) ?? 0
  }

  /** The exchange said for the first time that there is no such order, of one that it has taken. */
  onForgotten(clientOrderId: string, at: number): void {
    if (!this.#forgotten.has(clientOrderId)) this.#forgotten.set(clientOrderId, at)
  }

  /** Unix ms; null for one that nobody was told is missing. */
  forgottenAt(clientOrderId: string): number | null {
    return this.#forgotten.get(clientOrderId) ?? null
  }

  /** Units of base, whether or not an order uses them. */
  there(market: string): number {
    return this.orders
      .filter(({ wire }) => wire.market === market)
      .reduce((sum, { wire, trades }) => {
        const done = trades.reduce((all, { amount, feeInBase }) => all + amount - feeInBase, 0)
        return wire.side === 'buy' ? sum + done : sum - done
      }, OWN_COINS - this.withdrawn(market))
  }
}

export function filledOf({ trades }: Pick<TakenOrder, 'trades'>): number {
  return trades.reduce((sum, { amount }) => sum + amount, 0)
}

function ordersOf(truth: GroundTruth, ledger: Ledger, stream: string): readonly TakenOrder[] {
  return truth.orders.filter(
    ({ wire }) => ledger.orders.get(wire.clientOrderId)?.seed.stream === stream,
  )
}

/** Bought less sold less fees in base less what was written off, in units of units.ts. */
export function heldBy(truth: GroundTruth, ledger: Ledger, stream: string, market: string): number {
  return ordersOf(truth, ledger, stream)
    .filter(({ wire }) => wire.market === market)
    .flatMap(({ wire, trades }) =>
      trades.map(({ amount, feeInBase }) => (wire.side === 'buy' ? amount - feeInBase : -amount)),
    )
    .reduce((sum, amount) => sum + amount, 0 - ledger.lost(`${stream} ${market}`))
}

/** What the stream's open orders may still sell, for each market. */
export function openSales(
  truth: GroundTruth,
  ledger: Ledger,
  stream: string,
): readonly { market: string; amount: number }[] {
  const sums = new Map<string, number>()
  for (const order of ordersOf(truth, ledger, stream)) {
    if (order.wire.side === 'buy' || order.closedAt > 0) continue
    const rest = order.amount - filledOf(order)
    sums.set(order.wire.market, (sums.get(order.wire.market) ?? 0) + rest)
  }
  return [...sums].map(([market, amount]) => ({ market, amount }))
}

export function restingStop(truth: GroundTruth, ledger: Ledger, stream: string, market: string) {
  return ordersOf(truth, ledger, stream).find(
    ({ wire, closedAt, protects }) =>
      wire.market === market && protects === 'yes' && closedAt === 0,
  )
}

/** What of it can be sold at the least, whatever position lacks the coins that went elsewhere. */
export function thereFor(
  truth: GroundTruth,
  ledger: Ledger,
  stream: string,
  market: string,
): number {
  const streams = new Set([...ledger.orders.values()].map(({ seed }) => seed.stream))
  const all = [...streams].reduce((sum, one) => sum + heldBy(truth, ledger, one, market), 0)
  const short = Math.max(0, all - truth.there(market) + truth.lockedByTrader(market))
  return Math.max(0, heldBy(truth, ledger, stream, market) - short)
}
