// Candles of a longer timeframe, made of shorter ones.
import { TIMEFRAMES, type Timeframe } from '../market/candle.ts'
import { type CandleColumns, newColumns, slice } from './columns.ts'

/**
 * Only candles that are closed for sure: the first one opens with a candle that is there or with one that came before
 * it, and the last one is over. Where shorter candles are missing inside, the longer one is made of the rest, as the
 * exchange makes it of the trades there were; without any there is none. Throws RangeError where `to` is no multiple.
 */
export function resample(columns: CandleColumns, from: Timeframe, to: Timeframe): CandleColumns {
  const [short, long] = [TIMEFRAMES[from], TIMEFRAMES[to]]
  if (long % short !== 0 || long < short) throw new RangeError(`${to} is no multiple of ${from}`)
  if (long === short) return columns
  const { start, open, high, low, close, volume } = columns
  const span = Number(start[columns.length - 1]) - Number(start[0])
  const made = newColumns(Math.min(columns.length, Math.floor((span || 0) / long) + 2))
  let count = 0
  let at = firstWhole(columns, long)
  while (at < columns.length) {
    const bucket = Math.floor(Number(start[at]) / long) * long
    let [top, bottom, sum] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0]
    const begin = at
    for (; at < columns.length && Number(start[at]) < bucket + long; at++) {
      top = Math.max(top, Number(high[at]))
      bottom = Math.min(bottom, Number(low[at]))
      sum += Number(volume[at])
    }
    const isOver = at < columns.length || Number(start[at - 1]) + short === bucket + long
    if (!isOver) break
    made.start[count] = bucket
    made.open[count] = Number(open[begin])
    made.high[count] = top
    made.low[count] = bottom
    made.close[count] = Number(close[at - 1])
    made.volume[count] = sum
    count++
  }
  return slice(made, 0, count)
}

/** Whatever may have happened before the first candle is not known. */
function firstWhole({ start, length }: CandleColumns, long: number): number {
  if (length === 0 || Number(start[0]) % long === 0) return 0
  const next = (Math.floor(Number(start[0]) / long) + 1) * long
  let at = 0
  while (at < length && Number(start[at]) < next) at++
  return at
}
