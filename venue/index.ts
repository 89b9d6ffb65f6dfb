export { type Arithmetic, decimals, wholeNumbers } from './arithmetic.ts'
export { type FaultSchedule, NO_FAULT, type RequestFate, type VenueRequest } from './faults.ts'
export type { FillMoment, Match } from './fill-model.ts'
export {
  BestPriceFills,
  BookFills,
  type Level,
  type Quotes,
  WorstPriceFills,
} from './fill-models.ts'
export type { FilterName, Market, MarketSetup } from './market.ts'
export type { OrderEvent, Refusal, VenueBehavior } from './options.ts'
export {
  type Fill,
  isOpen,
  isTriggered,
  type Order,
  type OrderEffects,
  type OrderRequest,
  type OrderType,
  type Side,
  type TimeInForce,
} from './order.ts'
export { type Print, SeenMarketFills } from './seen-market-fills.ts'
export { Venue } from './venue.ts'
export {
  type BalanceView,
  balancesAt,
  isFoundByName,
  isVisible,
  type OrderView,
  tradesAt,
  viewAt,
} from './views.ts'
export type { Wallet } from './wallet.ts'
