// What other folders may use of backtests, without the engine.

export type { Backtested } from './backtest/backtested.ts'
export { type CandleSource, prepare } from './backtest/prepare.ts'
export { htmlReport } from './backtest/report/html-report.ts'
export { PICTURE_WIDTH, pictureOf } from './backtest/report/picture.ts'
export { textReport } from './backtest/report/text-report.ts'
export { jsonReport, tradeRows } from './backtest/report/trade-rows.ts'
export { type RunOptions, runBacktest } from './backtest/run.ts'
export { readStrategyFile } from './backtest/strategy-file.ts'
export type { Strategy } from './strategies/file/strategy.ts'
