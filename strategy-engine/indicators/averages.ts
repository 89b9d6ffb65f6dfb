// Moving averages, to TA-Lib's definitions.
import { define, period } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'

/** The first value is the mean of `seed` values; the first that is shown is the n-th: [seen, the average]. */
function exponential(n: number, seed: number): Kernel {
  const state = new Float64Array(2)
  const weight = 2 / (n + 1)
  return {
    state,
    update([input], [output], from, to) {
      const x = input as Float64Array
      const out = output as Float64Array
      let seen = state[0] as number
      let average = state[1] as number
      let i = from
      for (; i < to && seen < n; i++) {
        const value = x[i] as number
        out[i] = Number.NaN
        if (Number.isNaN(value)) continue
        seen += 1
        if (seen <= seed) average += value
        if (seen === seed) average /= seed
        if (seen > seed) average += (value - average) * weight
        if (seen === n) out[i] = average
      }
      for (; i < to; i++) {
        const value = x[i] as number
        if (Number.isNaN(value)) {
          out[i] = Number.NaN
          continue
        }
        average += (value - average) * weight
        out[i] = average
      }
      state[0] = seen
      state[1] = average
    },
  }
}

/**
 * A window's sum in constant time and without a subtraction, so that nothing is left of a value that has gone.
 * Slots before `at` hold this lap's values, slots from it on what is left of the last lap's sum from that slot on.
 */
function simple(n: number): Kernel {
  const state = new Float64Array(n + 4)
  const AT = n + 1
  return {
    state,
    update([input], [output], from, to) {
      const x = input as Float64Array
      const out = output as Float64Array
      let at = state[AT] as number
      let sum = state[AT + 1] as number
      let full = state[AT + 2] as number
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        if (Number.isNaN(value)) {
          out[i] = Number.NaN
          continue
        }
        state[at] = value
        sum += value
        at += 1
        if (at === n) {
          full = 1
          out[i] = sum / n
          for (let k = n - 2; k >= 0; k--)
            state[k] = (state[k] as number) + (state[k + 1] as number)
          at = 0
          sum = 0
        } else out[i] = full === 1 ? (sum + (state[at] as number)) / n : Number.NaN
      }
      state[AT] = at
      state[AT + 1] = sum
      state[AT + 2] = full
    },
  }
}

export const AVERAGES = {
  sma: define({
    inputs: 'series',
    parameters: [period()],
    outputs: ['value'],
    unit: 'same',
    warmup: (n) => n - 1,
    create: simple,
    about: 'simple moving average: the mean of the last `period` values',
  }),
  ema: define({
    inputs: 'series',
    parameters: [period()],
    outputs: ['value'],
    unit: 'same',
    warmup: (n) => n - 1,
    create: (n) => exponential(n, n),
    about: 'exponential moving average, begun with the mean of the first `period` values',
  }),
  ema_first: define({
    inputs: 'series',
    parameters: [period()],
    outputs: ['value'],
    unit: 'same',
    warmup: (n) => n - 1,
    create: (n) => exponential(n, 1),
    about: 'exponential moving average, begun with the first value, as pandas and vectorbt do',
  }),
} satisfies Record<string, Indicator>
