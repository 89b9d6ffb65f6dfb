// Oscillators made of averages, to TA-Lib's definitions.
import { define, period } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, NONE } from './memory.ts'
import { agoOf, changeOf, emaOf, meanOf, weightedOf } from './steps.ts'

/**
 * Difference of two exponential averages, the fast one begun so that both begin at the same candle, as in TA-Lib; then
 * the difference's own average, and what is between them. TA-Lib shows nothing before all three are known.
 */
function convergence(a: number, b: number, signalPeriod: number): Kernel {
  const quick = Math.min(a, b)
  const slow = Math.max(a, b)
  return kernel((memory) => {
    const own = memory.take(4)
    const fastWeight = 2 / (quick + 1)
    const slowWeight = 2 / (slow + 1)
    const signalWeight = 2 / (signalPeriod + 1)
    const all = slow + signalPeriod - 1
    return ([x = NONE], [macd = NONE, signal = NONE, histogram = NONE], from, to) => {
      let seen = own[0] as number
      let fastAverage = own[1] as number
      let slowAverage = own[2] as number
      let average = own[3] as number
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        if (Number.isNaN(value) || seen < all) {
          macd[i] = Number.NaN
          signal[i] = Number.NaN
          histogram[i] = Number.NaN
          if (Number.isNaN(value)) continue
          seen += 1
          if (seen > slow) {
            fastAverage += (value - fastAverage) * fastWeight
            slowAverage += (value - slowAverage) * slowWeight
          } else {
            slowAverage += value
            if (seen > slow - quick) fastAverage += value
            if (seen < slow) continue
            fastAverage /= quick
            slowAverage /= slow
          }
          average += fastAverage - slowAverage
          if (seen < all) continue
          average /= signalPeriod
        } else {
          fastAverage += (value - fastAverage) * fastWeight
          slowAverage += (value - slowAverage) * slowWeight
          average += (fastAverage - slowAverage - average) * signalWeight
        }
        const difference = fastAverage - slowAverage
        macd[i] = difference
        signal[i] = average
        histogram[i] = difference - average
      }
      own[0] = seen
      own[1] = fastAverage
      own[2] = slowAverage
      own[3] = average
    }
  })
}

/** The difference of two averages alone, or as a part of the slow one in percent. */
function priceOscillator(a: number, b: number, percent: boolean): Kernel {
  return kernel((memory) => {
    const fastAverage = emaOf(memory, Math.min(a, b))
    const slowAverage = emaOf(memory, Math.max(a, b))
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        const fast = fastAverage(value)
        const base = slowAverage(value)
        const difference = fast - base
        out[i] = percent ? (base === 0 ? 0 : (100 * difference) / base) : difference
      }
    }
  })
}

/** Change of a triple exponential average, in percent. */
function tripleChange(n: number): Kernel {
  return kernel((memory) => {
    const once = emaOf(memory, n)
    const twice = emaOf(memory, n)
    const thrice = emaOf(memory, n)
    const before = agoOf(memory, 1)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = thrice(twice(once(x[i] as number)))
        const old = before(value)
        out[i] = old === 0 ? 0 : (value / old - 1) * 100
      }
    }
  })
}

/** True strength index: the change smoothed twice, against its size smoothed twice. */
function trueStrength(first: number, second: number): Kernel {
  return kernel((memory) => {
    const change = changeOf(memory, 1)
    const once = emaOf(memory, first)
    const twice = emaOf(memory, second)
    const sizeOnce = emaOf(memory, first)
    const sizeTwice = emaOf(memory, second)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const move = change(x[i] as number)
        const way = twice(once(move))
        const size = sizeTwice(sizeOnce(Math.abs(move)))
        out[i] = size === 0 ? 0 : (100 * way) / size
      }
    }
  })
}

/** Coppock's: weighted average of two rates of change. */
function coppock(n: number, long: number, short: number): Kernel {
  return kernel((memory) => {
    const ago = agoOf(memory, long)
    const lately = agoOf(memory, short)
    const average = weightedOf(memory, n)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        out[i] = average(100 * (value / ago(value) - 1) + 100 * (value / lately(value) - 1))
      }
    }
  })
}

/** Detrended price: the value of half a window before, against the window's mean. */
function detrended(n: number): Kernel {
  return kernel((memory) => {
    const ago = agoOf(memory, Math.floor(n / 2) + 1)
    const mean = meanOf(memory, n)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        out[i] = ago(value) - mean(value)
      }
    }
  })
}

const NUMBER = { inputs: 'series', outputs: ['value'], unit: 'number' } as const
const FAST_SLOW = [period(12, 'fast'), period(26, 'slow')] as const
const slower = (fast: number, slow: number) => Math.max(fast, slow) - 1

export const AVERAGE_OSCILLATORS = {
  macd: define({
    ...NUMBER,
    unit: 'same',
    outputs: ['macd', 'signal', 'histogram'],
    parameters: [...FAST_SLOW, period(9, 'signal', 1)],
    warmup: (fast, slow, signal) => slower(fast, slow) + signal - 1,
    create: convergence,
    about: 'moving average convergence divergence; all three outputs begin together',
  }),
  apo: define({
    ...NUMBER,
    unit: 'same',
    parameters: FAST_SLOW,
    warmup: slower,
    create: (fast, slow) => priceOscillator(fast, slow, false),
    about: 'absolute price oscillator: fast less slow exponential average',
  }),
  ppo: define({
    ...NUMBER,
    parameters: FAST_SLOW,
    warmup: slower,
    create: (fast, slow) => priceOscillator(fast, slow, true),
    about: 'percentage price oscillator: the same by the slow average, in percent',
  }),
  pvo: define({
    ...NUMBER,
    inputs: ['volume'],
    parameters: FAST_SLOW,
    warmup: slower,
    create: (fast, slow) => priceOscillator(fast, slow, true),
    about: 'percentage volume oscillator: `ppo` of the volume',
  }),
  trix: define({
    ...NUMBER,
    parameters: [period(30)],
    warmup: (n) => 3 * (n - 1) + 1,
    create: tripleChange,
    about: 'change of a triple exponential average, in percent',
  }),
  tsi: define({
    ...NUMBER,
    parameters: [period(25, 'first'), period(13, 'second')],
    warmup: (first, second) => first + second - 1,
    create: trueStrength,
    about: 'true strength index, -100 to 100',
  }),
  coppock: define({
    ...NUMBER,
    parameters: [period(10), period(11, 'roc1', 1), period(14, 'roc2', 1)],
    warmup: (n, a, b) => Math.max(a, b) + n - 1,
    create: coppock,
    about: 'Coppock curve: weighted average of two rates of change',
  }),
  dpo: define({
    ...NUMBER,
    unit: 'same',
    parameters: [period(20)],
    warmup: (n) => Math.max(n - 1, Math.floor(n / 2) + 1),
    create: detrended,
    about: 'detrended price oscillator: the value of half a period before less the mean',
  }),
} satisfies Record<string, Indicator>
