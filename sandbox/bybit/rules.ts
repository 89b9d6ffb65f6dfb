// What Bybit holds orders against, and what it is like.
import type { MarketSetup, VenueBehavior } from '@keyside/venue'
import type { RefusedWhy } from '../exchange/filters.ts'
import type { VenueRefusal } from '../exchange/venue-refusal.ts'
import { type Instrument, marketSetupOf } from '../market/instrument.ts'
import { type BybitErrorName, refuse } from './errors.ts'

export const BYBIT_BEHAVIOR: Partial<VenueBehavior> = { wrongSidedStop: 'taken_as_take_profit' }

/** Of the account on one market. */
const MAX_ORDERS = 500
const MAX_STOPS = 30

export function bybitMarket(instrument: Instrument): MarketSetup {
  return {
    ...marketSetupOf(instrument),
    minValue: instrument.minNotional,
    priceBand: { up: '5', down: '0.2' },
    maxOrders: MAX_ORDERS,
    maxStops: MAX_STOPS,
  }
}

const WORDS: Readonly<Record<RefusedWhy, BybitErrorName>> = {
  not_open: 'filled',
  duplicate_client_order_id: 'duplicate_order',
  // It takes those for the other direction.
  stop_would_trigger: 'bad_parameter',
  no_balance: 'no_balance',
  price_step: 'price_step',
  price_band: 'price_band',
  amount_step: 'amount_step',
  market_amount: 'too_large',
  min_value: 'min_value',
  max_orders: 'too_many_orders',
  max_stops: 'too_many_orders',
}

export function bybitRefusal(why: RefusedWhy): VenueRefusal {
  return refuse(WORDS[why])
}
