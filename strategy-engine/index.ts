// What other folders may use of the engine.
export { ENGINE_CODES, type EngineCode } from './codes.ts'
export { type EngineConfig, engineConfig } from './config.ts'
export { type Engine, type EngineDeps, startEngine } from './engine.ts'
export { type Candle, TIMEFRAMES, type Timeframe } from './market/candle.ts'
export { type Read as StrategyRead, readStrategy, type Strategy } from './strategies/strategy.ts'
export { type FolderChange, StrategyFolder } from './strategy-folder.ts'
