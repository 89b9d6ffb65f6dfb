// What a chart is drawn from: kept with the message, so that it can be drawn again after a restart.
import type { Decimal } from '@keyside/protocol'

/** Start in Unix seconds, open, high, low, close. */
export type ChartCandle = readonly [number, Decimal, Decimal, Decimal, Decimal]

/** An order that is asked about. Prices are quote per base. */
export interface OrderChart {
  readonly of: 'order'
  readonly title: string
  readonly timeframe: string
  readonly side: 'buy' | 'sell'
  readonly candles: readonly ChartCandle[]
  /** The order's limit price. */
  readonly limit: Decimal
  /** Price now on the exchange. */
  readonly market: Decimal
  readonly stop?: Decimal
  /** In the signal's order. */
  readonly takeProfits?: readonly Decimal[]
}

/** When, Unix seconds, and at which price, quote per base. */
export type ChartPoint = readonly [number, Decimal]

/** A sale that is over, on the candles around it. */
export interface SaleChart {
  readonly of: 'sale'
  readonly title: string
  readonly timeframe: string
  readonly candles: readonly ChartCandle[]
  /** When the first of it was bought, and at which average price. */
  readonly bought: ChartPoint
  readonly sold: ChartPoint
  /** Prices of the stop and when each began to hold, oldest first. */
  readonly stops: readonly ChartPoint[]
}

/** What sales have brought, added up over time. */
export interface EquityChart {
  readonly of: 'equity'
  readonly title: string
  readonly currency: string
  /** Unix seconds: the curve is 0 at its beginning. */
  readonly since: number
  readonly until: number
  /** Pairs of a time (Unix seconds) and the sum from then on; "-12.5" is a loss. Oldest first. */
  readonly points: readonly (readonly [number, string])[]
}

/** What a rule would have done. All in percent since the start, at equal distances, the last one at the end. */
export interface YearChart {
  readonly of: 'year'
  readonly title: string
  /** Unix seconds. */
  readonly since: number
  readonly until: number
  readonly own: readonly number[]
  /** The market, bought at the start and held. */
  readonly hold: readonly number[]
  /** How far it was below its best: 0 or less. */
  readonly falls: readonly number[]
}

export type ChartInput = OrderChart | SaleChart | EquityChart | YearChart
