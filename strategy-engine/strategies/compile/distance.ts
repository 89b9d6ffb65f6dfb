// How far below a price a stop or a trailing stop begins.
import type { Stop } from '../file/strategy.ts'
import type { Graph } from './graph.ts'

export interface Distance {
  /** Candles before the first at which it is known. */
  readonly warmup: number
  /** From a price at candle `i` of the block, quote per base; NaN while it is unknown. */
  readonly below: (price: number, i: number) => number
}

/** Adds the series that it needs to the graph. */
export function distanceOf(stop: Stop, graph: Graph): Distance {
  if (stop.by === 'percent') {
    const percent = Number(stop.percent)
    return { warmup: 0, below: (price) => (price * percent) / 100 }
  }
  const { column, warmup } = graph.series(stop.distance)
  return { warmup, below: (_, i) => column[i] as number }
}
