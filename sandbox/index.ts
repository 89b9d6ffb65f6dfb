export { bybitDialect } from './bybit/dialect.ts'
export type { AcceptedOrder } from './exchange/accept-log.ts'
export {
  FAULT_NAMES as EXCHANGE_FAULT_NAMES,
  type FaultName as ExchangeFaultName,
  type FaultSetup as ExchangeFaultSetup,
} from './exchange/faults.ts'
export type { VenueDialect } from './exchange/opened-venue.ts'
export { type SandboxExchange, startExchange } from './exchange/start.ts'
export type { InstrumentSetup } from './market/instrument.ts'
export { type ManualClock, manualClock, stoppedClock } from './market/manual-clock.ts'
export { CALM, DEMO_WAVE, Market } from './market/market.ts'
export type { WaveShape } from './market/wave.ts'
export { okxDialect } from './okx/dialect.ts'
export { type ProxyOptions, type SandboxProxy, startProxy } from './proxy/start.ts'
export type { ChatPlayer } from './telegram/chat-player.ts'
export { type SandboxTelegram, startTelegram } from './telegram/start.ts'
