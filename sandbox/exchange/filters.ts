// The symbol's rules for prices and amounts as exchangeInfo shows them; the venue checks them on every order.
import type { FilterName, MarketSetup, Refusal } from '@keyside/venue'
import { type Instrument, marketSetupOf } from '../market/instrument.ts'
import { type ExchangeError, refuse } from './errors.ts'

const MAX_OPEN_ORDERS = 200
const MAX_STOP_ORDERS = 5
const PRICE_BAND = { up: '5', down: '0.2' }
/** For makers and takers alike, taken from what the order brings. */
export const FEE_RATE = '0.001'

const FILTER_NAMES: Readonly<Record<FilterName, string>> = {
  price_step: 'PRICE_FILTER',
  amount_step: 'LOT_SIZE',
  market_amount: 'MARKET_LOT_SIZE',
  price_band: 'PERCENT_PRICE_BY_SIDE',
  min_value: 'NOTIONAL',
  max_orders: 'MAX_NUM_ORDERS',
  max_stops: 'MAX_NUM_ALGO_ORDERS',
}

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
      bidMultiplierUp: PRICE_BAND.up,
      bidMultiplierDown: PRICE_BAND.down,
      askMultiplierUp: PRICE_BAND.up,
      askMultiplierDown: PRICE_BAND.down,
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
    { filterType: 'MAX_NUM_ORDERS', maxNumOrders: MAX_OPEN_ORDERS },
    { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: MAX_STOP_ORDERS },
  ]
}

/** `not_open`: a cancel that comes too late. */
export type RefusedWhy = Refusal | 'not_open'

/** Why an order or a cancel is refused, in the venue's words. */
export function refusalOf(why: RefusedWhy): ExchangeError {
  if (why === 'not_open') return refuse('cancel_rejected')
  if (why === 'duplicate_client_order_id') return refuse('duplicate_order')
  if (why === 'stop_would_trigger') return refuse('would_trigger')
  if (why === 'no_balance') return refuse('no_balance')
  return refuse('filter_failed', FILTER_NAMES[why satisfies FilterName])
}

/** The same rules, for the venue that checks them. */
export function marketSetup(instrument: Instrument): MarketSetup {
  return {
    ...marketSetupOf(instrument),
    maxPrice: '1000000',
    minValue: instrument.minNotional,
    priceBand: PRICE_BAND,
    maxOrders: MAX_OPEN_ORDERS,
    maxStops: MAX_STOP_ORDERS,
  }
}
