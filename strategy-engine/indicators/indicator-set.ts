// All series of one strategy, read off together at each candle.
import type { Candle } from '../market/candle.ts'
import { INDICATORS, type IndicatorName, type Price, type Series } from './series-table.ts'

/** One series as a rule names it: `close`, or `ema(12)`. */
export type SeriesName =
  | { readonly price: Price }
  | { readonly indicator: IndicatorName; readonly period: number }

/** From a series' text to its value. */
export type IndicatorValues = ReadonlyMap<string, number>

export function seriesText(name: SeriesName): string {
  return 'price' in name ? name.price : `${name.indicator}(${name.period})`
}

/** Takes candles in order; gives null until every series has a value. */
export function createIndicatorSet(
  names: readonly SeriesName[],
): (candle: Candle) => IndicatorValues | null {
  const indicators = new Map(names.map((name) => [seriesText(name), series(name)]))
  return (candle) => {
    const read = [...indicators].map(([text, gauge]) => [text, gauge(candle)] as const)
    return read.every(isKnown) ? new Map(read) : null
  }
}

/** How many candles must have closed before every one of them has a value. */
export function candlesNeeded(names: readonly SeriesName[]): number {
  const indicators = createIndicatorSet(names)
  const flat = { open: '1', high: '1', low: '1', close: '1', volume: '1' }
  let count = 1
  while (indicators({ start: count, ...flat }) === null) count += 1
  return count
}

function series(name: SeriesName): Series {
  if ('indicator' in name) return INDICATORS[name.indicator](name.period)
  return (candle) => Number(candle[name.price])
}

function isKnown(entry: readonly [string, number | null]): entry is readonly [string, number] {
  return entry[1] !== null
}
