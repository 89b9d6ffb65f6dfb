// What is traded, in which steps, and the filters that every order must pass.
import type { Arithmetic } from './arithmetic.ts'
import { isTriggered, isUnpriced, type OrderRequest } from './order.ts'

/** As decimal text. What is absent is not limited. */
export interface MarketSetup {
  /** Unified, such as BTC/USDT. */
  readonly symbol: string
  readonly base: string
  readonly quote: string
  /** Step of prices, quote. */
  readonly tick: string
  /** Step of amounts, base. */
  readonly step: string
  readonly minAmount?: string
  readonly maxAmount?: string
  /** Of orders without a price, base. */
  readonly maxMarketAmount?: string
  readonly maxPrice?: string
  /** Least amount times price, quote. */
  readonly minValue?: string
  /** How far a limit may be from the market's price, as factors of it. */
  readonly priceBand?: { readonly up: string; readonly down: string }
  /** Of one account at once. */
  readonly maxOrders?: number
  readonly maxStops?: number
  /** Shares such as 0.001; the venue's one rate when left out. */
  readonly fees?: { readonly maker: string; readonly taker: string }
}

export interface Market<N>
  extends Pick<MarketSetup, 'symbol' | 'base' | 'quote' | 'priceBand' | 'fees'> {
  readonly tick: N
  readonly step: N
  readonly minAmount: N
  readonly maxAmount: N | null
  readonly maxMarketAmount: N | null
  readonly maxPrice: N | null
  readonly minValue: N
  readonly maxOrders: number
  readonly maxStops: number
}

export function createMarket<N>(math: Arithmetic<N>, setup: MarketSetup): Market<N> {
  const { symbol, base, quote, priceBand, fees } = setup
  const amount = (text: string | undefined) => (text === undefined ? null : math.amount.parse(text))
  return {
    symbol,
    base,
    quote,
    ...(priceBand && { priceBand }),
    ...(fees && { fees }),
    tick: math.price.parse(setup.tick),
    step: math.amount.parse(setup.step),
    minAmount: math.amount.parse(setup.minAmount ?? setup.step),
    maxAmount: amount(setup.maxAmount),
    maxMarketAmount: amount(setup.maxMarketAmount),
    maxPrice: setup.maxPrice === undefined ? null : math.price.parse(setup.maxPrice),
    minValue: math.value.parse(setup.minValue ?? '0'),
    maxOrders: setup.maxOrders ?? Number.POSITIVE_INFINITY,
    maxStops: setup.maxStops ?? Number.POSITIVE_INFINITY,
  }
}

export type FilterName =
  | 'price_step'
  | 'amount_step'
  | 'market_amount'
  | 'price_band'
  | 'min_value'
  | 'max_orders'
  | 'max_stops'

/** What an order meets on its market. */
export interface FilterInput<N> {
  readonly request: OrderRequest<N>
  readonly market: Market<N>
  /** Of the market now. */
  readonly price: N
  /** The account's open orders on it, and how many of them wait for a trigger. */
  readonly open: { readonly orders: number; readonly stops: number }
}

/** The first filter that the order fails; null when it passes all. */
export function failedFilter<N>(math: Arithmetic<N>, input: FilterInput<N>): FilterName | null {
  const { request, market, price, open } = input
  const { amount, triggerPrice, price: limit } = request
  const isAbove = (count: N, most: N | null) => most !== null && math.compare(count, most) > 0
  const isOff = (count: N, least: N, step: N) =>
    math.compare(count, least) < 0 || math.compare(math.floor(count, step), count) !== 0
  const prices = [limit, triggerPrice].filter((one) => one !== undefined)
  if (prices.some((one) => isOff(one, market.tick, market.tick) || isAbove(one, market.maxPrice)))
    return 'price_step'
  if (amount !== undefined) {
    if (isOff(amount, market.minAmount, market.step) || isAbove(amount, market.maxAmount))
      return 'amount_step'
    if (isUnpriced(request.type) && isAbove(amount, market.maxMarketAmount)) return 'market_amount'
  }
  if (limit !== undefined && isOutside(math, limit, price, market)) return 'price_band'
  const value = request.value ?? math.multiply(limit ?? triggerPrice ?? price, amount ?? math.zero)
  if (math.compare(value, market.minValue) < 0) return 'min_value'
  if (open.orders >= market.maxOrders) return 'max_orders'
  return isTriggered(request.type) && open.stops >= market.maxStops ? 'max_stops' : null
}

function isOutside<N>(math: Arithmetic<N>, limit: N, price: N, { priceBand }: Market<N>): boolean {
  if (priceBand === undefined) return false
  return (
    math.compare(limit, math.share(price, priceBand.up, 'down')) > 0 ||
    math.compare(limit, math.share(price, priceBand.down, 'up')) < 0
  )
}
