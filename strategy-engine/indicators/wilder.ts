// Indicators that Wilder's smoothing makes, to TA-Lib's definitions.
import { define, period } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'

/** Known after n changes: [seen, the value before, mean gain, mean loss]. */
function relativeStrength(n: number): Kernel {
  const state = new Float64Array(4)
  return {
    state,
    update([input], [output], from, to) {
      const x = input as Float64Array
      const out = output as Float64Array
      let seen = state[0] as number
      let before = state[1] as number
      let gain = state[2] as number
      let loss = state[3] as number
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        if (Number.isNaN(value)) {
          out[i] = Number.NaN
          continue
        }
        const change = value - before
        before = value
        const up = Math.max(change, 0)
        const down = Math.max(-change, 0)
        if (seen > n) {
          gain = (gain * (n - 1) + up) / n
          loss = (loss * (n - 1) + down) / n
        } else {
          if (seen > 0) {
            gain += up
            loss += down
          }
          if (seen === n) {
            gain /= n
            loss /= n
          }
          seen += 1
          if (seen <= n) {
            out[i] = Number.NaN
            continue
          }
        }
        const both = gain + loss
        out[i] = both === 0 ? 0 : 100 * (gain / both)
      }
      state[0] = seen
      state[1] = before
      state[2] = gain
      state[3] = loss
    },
  }
}

/** Known after n ranges, of which the first is the second candle's: [seen, the close before, the average]. */
function averageTrueRange(n: number): Kernel {
  const state = new Float64Array(3)
  return {
    state,
    update([highs, lows, closes], [output], from, to) {
      const h = highs as Float64Array
      const l = lows as Float64Array
      const c = closes as Float64Array
      const out = output as Float64Array
      let seen = state[0] as number
      let before = state[1] as number
      let average = state[2] as number
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        const close = c[i] as number
        if (Number.isNaN(high + low + close)) {
          out[i] = Number.NaN
          continue
        }
        const range = Math.max(high - low, Math.abs(high - before), Math.abs(low - before))
        before = close
        if (seen > n) {
          average = (average * (n - 1) + range) / n
          out[i] = average
          continue
        }
        if (seen > 0) average += range
        if (seen === n) average /= n
        out[i] = seen === n ? average : Number.NaN
        seen += 1
      }
      state[0] = seen
      state[1] = before
      state[2] = average
    },
  }
}

export const WILDER = {
  rsi: define({
    inputs: 'series',
    parameters: [period(14)],
    outputs: ['value'],
    unit: 'number',
    warmup: (n) => n,
    create: relativeStrength,
    about: 'relative strength index, 0 to 100',
  }),
  atr: define({
    inputs: ['high', 'low', 'close'],
    parameters: [period(14)],
    outputs: ['value'],
    unit: 'price',
    warmup: (n) => n,
    create: averageTrueRange,
    about: 'average true range',
  }),
} satisfies Record<string, Indicator>
