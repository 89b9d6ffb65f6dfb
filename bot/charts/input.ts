// What a chart is drawn from: kept with the message, so that it can be drawn again after a restart.
import type { Decimal } from '@keyside/protocol'

/** Start in Unix seconds, open, high, low, close. */
export type ChartCandle = readonly [number, Decimal, Decimal, Decimal, Decimal]

export interface ChartInput {
  readonly title: string
  readonly timeframe: string
  readonly side: 'buy' | 'sell'
  readonly candles: readonly ChartCandle[]
  /** The order's limit price, quote per base. */
  readonly limit: Decimal
  /** Price now on the exchange. */
  readonly market: Decimal
  readonly stop?: Decimal
}
