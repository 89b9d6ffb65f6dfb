export { bybitDialect } from './bybit/dialect.ts'
export type { AcceptedOrder } from './exchange/accept-log.ts'
export type { AccountSetup, KeyRights } from './exchange/account.ts'
export { EXCHANGE_CONTROL_REFUSALS } from './exchange/control.ts'
export { EXCHANGE_ERRORS } from './exchange/errors.ts'
export {
  FAULT_NAMES as EXCHANGE_FAULT_NAMES,
  type FaultName as ExchangeFaultName,
  type FaultSetup as ExchangeFaultSetup,
} from './exchange/faults.ts'
export type { ListingStatus } from './exchange/listings.ts'
export type { VenueDialect } from './exchange/opened-venue.ts'
export { type ExchangeOptions, type SandboxExchange, startExchange } from './exchange/start.ts'
export {
  type Candle,
  type CandleQuery,
  INTERVALS,
  type Interval,
  isInterval,
} from './market/candle.ts'
export type { DrivePoint } from './market/drives.ts'
export type { Instrument, InstrumentSetup } from './market/instrument.ts'
export { CALM, DEMO_WAVE, Market, type MarketOptions } from './market/market.ts'
export { stoppedTime, type TurnableClock, turnableClock } from './market/turnable-clock.ts'
export type { WaveShape } from './market/wave.ts'
export { okxDialect } from './okx/dialect.ts'
export { type ProxyOptions, type SandboxProxy, startProxy } from './proxy/start.ts'
export type { ChatPlayer } from './telegram/chat-player.ts'
export { FAULT_NAMES as TELEGRAM_FAULT_NAMES } from './telegram/faults.ts'
export { TELEGRAM_REFUSALS } from './telegram/refusals.ts'
export { CONTROL_REFUSALS as TELEGRAM_CONTROL_REFUSALS } from './telegram/same-machine.ts'
export { type SandboxTelegram, startTelegram, type TelegramOptions } from './telegram/start.ts'
export type { ApiCall as TelegramCall } from './telegram/world.ts'
