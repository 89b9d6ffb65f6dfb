// The floor of a backtest: an EMA cross by hand, one loop over columns, with fills, fees and nothing else.
import type { CandleColumns } from '../strategy-engine/market/candle-columns.ts'

export interface LoopRule {
  readonly fast: number
  readonly slow: number
  readonly fill: 'open' | 'close'
  /** The averages begin with the first price, or with the mean of the first n. */
  readonly seed: 'first' | 'mean'
}

/** One base bought at the crossing up and sold at the crossing down, 0.1 % a side, from 10,000,000. */
export function loop({ open, close, length }: CandleColumns, rule: LoopRule) {
  const { fast: nFast, slow: nSlow, fill, seed } = rule
  const [a, b] = [2 / (nFast + 1), 2 / (nSlow + 1)]
  let fast = close[0] as number
  let slow = fast
  let [fastSum, slowSum] = [fast, fast]
  for (let i = 1; i < nSlow; i++) {
    const price = close[i] as number
    fastSum += price
    slowSum += price
    if (seed === 'mean' && i < nFast) fast = fastSum / (i + 1)
    else fast += a * (price - fast)
    if (seed === 'mean') slow = slowSum / (i + 1)
    else slow += b * (price - slow)
    if (seed === 'mean' && i === nFast - 1) fast = fastSum / nFast
  }
  let cash = 10_000_000
  let held = 0
  let trades = 0
  let above = fast > slow
  let below = fast < slow
  for (let i = nSlow; i < length; i++) {
    const price = close[i] as number
    fast += a * (price - fast)
    slow += b * (price - slow)
    const up = fast > slow
    const down = fast < slow
    const at = fill === 'close' ? price : i + 1 < length ? (open[i + 1] as number) : 0
    if (held === 0) {
      if (up && !above && at > 0) {
        cash -= at * 1.001
        held = 1
        trades += 1
      }
    } else if (down && !below && at > 0) {
      cash += at * 0.999
      held = 0
    }
    above = up
    below = down
  }
  return { trades, equity: cash + held * (close[length - 1] as number) }
}
