export { type Arithmetic, decimals, type Rounding, wholeNumbers } from './arithmetic.ts'
export { type FaultSchedule, NO_FAULT, type RequestFate, type VenueRequest } from './faults.ts'
export type { FillModel, FillMoment, Match } from './fill-model.ts'
export {
  BestPriceFills,
  BookFills,
  type BookSource,
  type Level,
  type OrderBook,
  type Quotes,
  WorstPriceFills,
} from './fill-models.ts'
export type { FilterName, Market, MarketSetup } from './market.ts'
export type { Habits, OrderEvent, Refusal, Submitted, VenueOptions } from './options.ts'
export {
  type Fill,
  isOpen,
  isTriggered,
  isUnpriced,
  type Order,
  type OrderEffects,
  type OrderRequest,
  type OrderStatus,
  type OrderType,
  type Side,
  type TimeInForce,
} from './order.ts'
export { type Print, SeenMarketFills, type Sight } from './seen-market-fills.ts'
export type { FeeSchedule } from './settlement.ts'
export { Venue } from './venue.ts'
export {
  type BalanceView,
  balancesAt,
  isFoundByName,
  isVisible,
  type OrderView,
  openAt,
  tradesAt,
  viewAt,
} from './views.ts'
export type { Wallet } from './wallet.ts'
