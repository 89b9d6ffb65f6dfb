// What other folders may use of stored candles, without the engine.

export { TIMEFRAME_NAMES, TIMEFRAMES } from '../market/candle.ts'
export { type CandleSet, readStored, type Stored, storedPaths } from './candle-store.ts'
export { instantOf } from './csv.ts'
export { type Downloaded, downloadCandles } from './download.ts'
export { openSource } from './exchange-candles.ts'
export { candlesAsCsv } from './export-candles.ts'
export type { StoredGap } from './gaps.ts'
export { importCandles } from './import-candles.ts'
export { openCandles } from './open-candles.ts'
