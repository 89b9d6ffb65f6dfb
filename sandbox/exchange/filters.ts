// The symbol's rules for prices and amounts: shown in exchangeInfo, checked on every order.
import type Big from 'big.js'
import type { Instrument } from '../market/instrument.ts'
import { refuse } from './errors.ts'
import { isStop, isUnpriced, type OrderRequest } from './order.ts'

export const MOST_OPEN_ORDERS = 200
export const MOST_STOP_ORDERS = 5
const PERCENT = { up: '5', down: '0.2' }

/** As exchangeInfo lists them. */
export function describeFilters(instrument: Instrument): object[] {
  const { tickSize, stepSize, minNotional, maxQuantity, maxMarketQuantity } = instrument
  return [
    { filterType: 'PRICE_FILTER', minPrice: tickSize, maxPrice: '1000000.00', tickSize },
    { filterType: 'LOT_SIZE', minQty: stepSize, maxQty: maxQuantity, stepSize },
    { filterType: 'ICEBERG_PARTS', limit: 10 },
    {
      filterType: 'MARKET_LOT_SIZE',
      minQty: '0.00000000',
      maxQty: maxMarketQuantity,
      stepSize: '0.00000000',
    },
    {
      filterType: 'PERCENT_PRICE_BY_SIDE',
      bidMultiplierUp: PERCENT.up,
      bidMultiplierDown: PERCENT.down,
      askMultiplierUp: PERCENT.up,
      askMultiplierDown: PERCENT.down,
      avgPriceMins: 5,
    },
    {
      filterType: 'NOTIONAL',
      minNotional,
      applyMinToMarket: true,
      maxNotional: '9000000.00000000',
      applyMaxToMarket: false,
      avgPriceMins: 5,
    },
    { filterType: 'MAX_NUM_ORDERS', maxNumOrders: MOST_OPEN_ORDERS },
    { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: MOST_STOP_ORDERS },
  ]
}

export interface OpenCounts {
  readonly orders: number
  readonly stops: number
}

/** `price` is the market's price now. Throws the first failing filter as an ExchangeError. */
export function checkFilters(request: OrderRequest, price: Big, open: OpenCounts): void {
  for (const filter of FILTERS)
    if (!filter.holds(request, price, open)) throw refuse('filter_failed', filter.name)
}

interface Filter {
  readonly name: string
  readonly holds: (request: OrderRequest, price: Big, open: OpenCounts) => boolean
}

const FILTERS: readonly Filter[] = [
  {
    name: 'PRICE_FILTER',
    holds: ({ price, stopPrice, instrument }) =>
      [price, stopPrice].every(
        (value) => value === undefined || (onGrid(value, instrument.tickSize) && value.lte(1e6)),
      ),
  },
  {
    name: 'LOT_SIZE',
    holds: ({ quantity, instrument }) =>
      quantity === undefined ||
      (onGrid(quantity, instrument.stepSize) && quantity.lte(instrument.maxQuantity)),
  },
  {
    name: 'MARKET_LOT_SIZE',
    holds: ({ quantity, type, instrument }) =>
      quantity === undefined || !isUnpriced(type) || quantity.lte(instrument.maxMarketQuantity),
  },
  {
    name: 'PERCENT_PRICE_BY_SIDE',
    holds: ({ price }, now) =>
      price === undefined ||
      (price.lte(now.times(PERCENT.up)) && price.gte(now.times(PERCENT.down))),
  },
  {
    name: 'NOTIONAL',
    holds: (request, now) => notional(request, now).gte(request.instrument.minNotional),
  },
  { name: 'MAX_NUM_ORDERS', holds: (_request, _price, open) => open.orders < MOST_OPEN_ORDERS },
  {
    name: 'MAX_NUM_ALGO_ORDERS',
    holds: ({ type }, _price, open) => !isStop(type) || open.stops < MOST_STOP_ORDERS,
  },
]

function notional(request: OrderRequest, now: Big): Big {
  const { quantity, quoteQuantity, price, stopPrice } = request
  if (quoteQuantity !== undefined) return quoteQuantity
  return (price ?? stopPrice ?? now).times(quantity ?? 0)
}

function onGrid(value: Big, step: string): boolean {
  return value.gte(step) && value.mod(step).eq(0)
}
