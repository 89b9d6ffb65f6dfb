// Oscillators of one series, to TA-Lib's definitions.
import { define, period } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, type Memory, NONE } from './memory.ts'
import { changeOf, highestOf, lowestOf, meanOf, sumOf } from './steps.ts'

/** Known after n changes. */
function strengthIn(memory: Memory, n: number): Kernel['update'] {
  const own = memory.take(4)
  return ([x = NONE], [out = NONE], from, to) => {
    let seen = own[0] as number
    let before = own[1] as number
    let gain = own[2] as number
    let loss = own[3] as number
    for (let i = from; i < to; i++) {
      const value = x[i] as number
      if (Number.isNaN(value)) {
        out[i] = Number.NaN
        continue
      }
      const change = value - before
      before = value
      // Half of a change and its size, without a branch: which way a candle goes is not to be foreseen.
      const up = (change + Math.abs(change)) * 0.5
      const down = up - change
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
    own[0] = seen
    own[1] = before
    own[2] = gain
    own[3] = loss
  }
}

function relativeStrength(n: number): Kernel {
  return kernel((memory) => strengthIn(memory, n))
}

/** As TA-Lib's CMO: smoothed as the RSI is. */
function chande(n: number): Kernel {
  return kernel((memory) => {
    const strength = strengthIn(memory, n)
    return (inputs, outputs, from, to) => {
      strength(inputs, outputs, from, to)
      const [out = NONE] = outputs
      for (let i = from; i < to; i++) out[i] = 2 * (out[i] as number) - 100
    }
  })
}

/** Chande's own: sums over n changes. */
function chandeSums(n: number): Kernel {
  return kernel((memory) => {
    const change = changeOf(memory, 1)
    const way = sumOf(memory, n)
    const path = sumOf(memory, n)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const move = change(x[i] as number)
        const length = path(Math.abs(move))
        const total = way(move)
        out[i] = length === 0 ? 0 : (100 * total) / length
      }
    }
  })
}

const MIN_RANGE = 1e-12

/** The RSI's place between its highest and its lowest of k candles, and the mean of that; shown when both are known. */
function stochasticStrength(n: number, k: number, d: number): Kernel {
  return kernel((memory) => {
    const strength = strengthIn(memory, n)
    const most = highestOf(memory, k)
    const least = lowestOf(memory, k)
    const mean = meanOf(memory, d)
    return (inputs, [fast = NONE, smooth = NONE], from, to) => {
      strength(inputs, [fast], from, to)
      for (let i = from; i < to; i++) {
        const value = fast[i] as number
        const low = least(value)
        const range = (most(value) - low) / 100
        // An RSI at rest moves by its rounding alone, and its place in that would be any.
        const place = range < MIN_RANGE ? 0 : (value - low) / range
        const average = mean(place)
        fast[i] = Number.isNaN(average) ? Number.NaN : place
        smooth[i] = average
      }
    }
  })
}

/** Kaufman's efficiency ratio: how far it came by how far it went. */
function efficiency(n: number): Kernel {
  return kernel((memory) => {
    const whole = changeOf(memory, n)
    const change = changeOf(memory, 1)
    const path = sumOf(memory, n)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        const way = Math.abs(whole(value))
        const length = path(Math.abs(change(value)))
        out[i] = length === 0 ? 1 : way / length
      }
    }
  })
}

/** Vertical horizontal filter: the range of the window by the length of its path. */
function filter(n: number): Kernel {
  return kernel((memory) => {
    const most = highestOf(memory, n)
    const least = lowestOf(memory, n)
    const change = changeOf(memory, 1)
    const path = sumOf(memory, n)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        const range = most(value) - least(value)
        const length = path(Math.abs(change(value)))
        out[i] = length === 0 ? 0 : range / length
      }
    }
  })
}

const NUMBER = { inputs: 'series', outputs: ['value'], unit: 'number' } as const

export const OSCILLATORS = {
  rsi: define({
    ...NUMBER,
    parameters: [period(14)],
    warmup: (n) => n,
    create: relativeStrength,
    about: 'relative strength index, 0 to 100; 0 where nothing has moved yet',
  }),
  stochrsi: define({
    ...NUMBER,
    outputs: ['k', 'd'],
    parameters: [period(14), period(5, 'fast_k', 1), period(3, 'fast_d', 1)],
    warmup: (n, k, d) => n + k + d - 2,
    create: stochasticStrength,
    about: 'stochastic of the RSI, 0 to 100',
  }),
  cmo: define({
    ...NUMBER,
    parameters: [period(14)],
    warmup: (n) => n,
    create: chande,
    about: 'Chande momentum oscillator, smoothed as the RSI is, -100 to 100',
  }),
  cmou: define({
    ...NUMBER,
    parameters: [period(14)],
    warmup: (n) => n,
    create: chandeSums,
    about: 'Chande momentum oscillator by sums, as Chande defined it, -100 to 100',
  }),
  er: define({
    ...NUMBER,
    parameters: [period(10)],
    warmup: (n) => n,
    create: efficiency,
    about: "Kaufman's efficiency ratio, 0 to 1",
  }),
  vhf: define({
    ...NUMBER,
    parameters: [period(28)],
    warmup: (n) => n,
    create: filter,
    about: 'vertical horizontal filter: range by path of the last `period` values',
  }),
} satisfies Record<string, Indicator>
