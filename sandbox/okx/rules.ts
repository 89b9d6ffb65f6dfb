// What OKX holds orders against, and what it is like.
import type { MarketSetup, VenueBehavior } from '@keyside/venue'
import type { RefusedWhy } from '../exchange/filters.ts'
import type { VenueRefusal } from '../exchange/venue-refusal.ts'
import { type Instrument, marketSetupOf } from '../market/instrument.ts'
import { type OkxErrorName, refuse } from './errors.ts'

export const OKX_BEHAVIOR: Partial<VenueBehavior> = { triggeredStop: 'child_order' }

/** There is no least value, and nobody counts stops. */
export function okxMarket(instrument: Instrument): MarketSetup {
  return { ...marketSetupOf(instrument), priceBand: { up: '5', down: '0.2' } }
}

const WORDS: Readonly<Record<RefusedWhy, OkxErrorName>> = {
  not_open: 'not_open',
  duplicate_client_order_id: 'duplicate_order',
  stop_would_trigger: 'would_trigger',
  no_balance: 'no_balance',
  price_step: 'bad_parameter',
  price_band: 'price_limits',
  amount_step: 'not_a_lot',
  market_amount: 'not_a_lot',
  min_value: 'too_small',
  max_orders: 'bad_parameter',
  max_stops: 'bad_parameter',
}

export function okxRefusal(why: RefusedWhy): VenueRefusal {
  return refuse(WORDS[why])
}
