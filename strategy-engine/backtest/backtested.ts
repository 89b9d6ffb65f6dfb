// All that a report shows of one backtest.
import type { Timeframe } from '../market/candle.ts'
import type { CandleColumns } from '../market/candle-columns.ts'
import type { AccountOptions, Ledger } from './ledger.ts'
import type { Metrics } from './metrics.ts'

export interface Backtested {
  readonly name: string
  readonly market: string
  readonly timeframe: Timeframe
  readonly options: AccountOptions
  readonly candles: CandleColumns
  /** Timeframe of the finer candles that decided within one; null without. */
  readonly detail: Timeframe | null
  /** Candles before the first at which anything could be decided. */
  readonly warmup: number
  /** Places where candles are missing: no entry right after one, as live. */
  readonly gaps: number
  /** Where the candles were made of shorter ones: in how many places those are missing. */
  readonly thin: { readonly timeframe: Timeframe; readonly gaps: number } | null
  readonly ledger: Ledger
  readonly metrics: Metrics
  /** Quote at each candle's close. */
  readonly equity: Float64Array
}
