// Oscillators of candles: where the close is among highs and lows. To TA-Lib's definitions.
import { define, period } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, NONE } from './memory.ts'
import { highestOf, lowestOf, meanOf, sumOf, wilderOf } from './steps.ts'

/** %K smoothed over `slow` candles and its mean over d; shown when both are known. */
function stochastic(n: number, slow: number, d: number): Kernel {
  return kernel((memory) => {
    const most = highestOf(memory, n)
    const least = lowestOf(memory, n)
    const smooth = meanOf(memory, slow)
    const mean = meanOf(memory, d)
    return ([h = NONE, l = NONE, c = NONE], [k = NONE, average = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        const close = c[i] as number
        k[i] = Number.NaN
        average[i] = Number.NaN
        if (Number.isNaN(high + low + close)) continue
        const bottom = least(low)
        const range = (most(high) - bottom) / 100
        const value = smooth(range === 0 ? 0 : (close - bottom) / range)
        const last = mean(value)
        if (Number.isNaN(last)) continue
        k[i] = value
        average[i] = last
      }
    }
  })
}

/** The stochastic by Wilder's averages, and j = 3 k - 2 d. */
function stochasticWilder(n: number, slow: number, d: number): Kernel {
  return kernel((memory) => {
    const most = highestOf(memory, n)
    const least = lowestOf(memory, n)
    const smooth = wilderOf(memory, slow)
    const mean = wilderOf(memory, d)
    return ([h = NONE, l = NONE, c = NONE], [k = NONE, average = NONE, j = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        const close = c[i] as number
        k[i] = Number.NaN
        average[i] = Number.NaN
        j[i] = Number.NaN
        if (Number.isNaN(high + low + close)) continue
        const bottom = least(low)
        const range = (most(high) - bottom) / 100
        const value = smooth(range === 0 ? 0 : (close - bottom) / range)
        const last = mean(value)
        if (Number.isNaN(last)) continue
        k[i] = value
        average[i] = last
        j[i] = 3 * value - 2 * last
      }
    }
  })
}

function williams(n: number): Kernel {
  return kernel((memory) => {
    const most = highestOf(memory, n)
    const least = lowestOf(memory, n)
    return ([h = NONE, l = NONE, c = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        const close = c[i] as number
        out[i] = Number.NaN
        if (Number.isNaN(high + low + close)) continue
        const top = most(high)
        const range = (top - least(low)) / -100
        out[i] = range === 0 ? 0 : (top - close) / range
      }
    }
  })
}

/** Distance of the typical price from its mean, by 1.5 % of its mean deviation. n steps a candle, as `avgdev`. */
function commodityChannel(n: number): Kernel {
  return kernel((memory) => {
    const slots = memory.take(n, Number.NaN)
    const own = memory.take(1)
    return ([h = NONE, l = NONE, c = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const typical = ((h[i] as number) + (l[i] as number) + (c[i] as number)) / 3
        out[i] = Number.NaN
        if (Number.isNaN(typical)) continue
        const at = own[0] as number
        slots[at] = typical
        own[0] = at + 1 === n ? 0 : at + 1
        let sum = 0
        for (let k = 0; k < n; k++) sum += slots[k] as number
        const mean = sum / n
        let far = 0
        for (let k = 0; k < n; k++) far += Math.abs((slots[k] as number) - mean)
        // What is not more than the rounding of the mean is nothing.
        out[i] = far <= n * n * mean * Number.EPSILON ? 0 : (typical - mean) / (0.015 * (far / n))
      }
    }
  })
}

/** Buying pressure by true range over three windows, the shortest weighing most. */
function ultimate(...given: readonly [number, number, number]): Kernel {
  const [short, middle, long] = given.toSorted((a, b) => a - b) as [number, number, number]
  return kernel((memory) => {
    const before = memory.take(1, Number.NaN)
    const pressure1 = sumOf(memory, short)
    const pressure2 = sumOf(memory, middle)
    const pressure3 = sumOf(memory, long)
    const range1 = sumOf(memory, short)
    const range2 = sumOf(memory, middle)
    const range3 = sumOf(memory, long)
    return ([h = NONE, l = NONE, c = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        const close = c[i] as number
        out[i] = Number.NaN
        if (Number.isNaN(high + low + close)) continue
        const old = before[0] as number
        before[0] = close
        const bottom = Math.min(low, old)
        const pressure = close - bottom
        const range = Math.max(high, old) - bottom
        const by1 = part(pressure1(pressure), range1(range))
        const by2 = part(pressure2(pressure), range2(range))
        const by3 = part(pressure3(pressure), range3(range))
        out[i] = (100 * (4 * by1 + 2 * by2 + by3)) / 7
      }
    }
  })
}

function part(of: number, whole: number): number {
  return whole === 0 ? 0 : of / whole
}

const HLC = { inputs: ['high', 'low', 'close'], outputs: ['value'], unit: 'number' } as const

export const STOCHASTICS = {
  stoch: define({
    ...HLC,
    outputs: ['k', 'd'],
    parameters: [period(5, 'fast_k'), period(3, 'slow_k', 1), period(3, 'slow_d', 1)],
    warmup: (n, slow, d) => n + slow + d - 3,
    create: stochastic,
    about: 'slow stochastic, 0 to 100; k and d begin together',
  }),
  stochf: define({
    ...HLC,
    outputs: ['k', 'd'],
    parameters: [period(5, 'fast_k'), period(3, 'fast_d', 1)],
    warmup: (n, d) => n + d - 2,
    create: (n, d) => stochastic(n, 1, d),
    about: 'fast stochastic, 0 to 100; k and d begin together',
  }),
  kdj: define({
    ...HLC,
    outputs: ['k', 'd', 'j'],
    parameters: [period(9, 'fast_k'), period(3, 'slow_k', 1), period(3, 'slow_d', 1)],
    warmup: (n, slow, d) => n + slow + d - 3,
    create: stochasticWilder,
    about: "stochastic by Wilder's averages, with j = 3 k - 2 d",
  }),
  willr: define({
    ...HLC,
    parameters: [period(14)],
    warmup: (n) => n - 1,
    create: williams,
    about: 'Williams %R, -100 to 0',
  }),
  cci: define({
    ...HLC,
    parameters: [period(14)],
    warmup: (n) => n - 1,
    create: commodityChannel,
    about: 'commodity channel index of the typical price',
  }),
  ultosc: define({
    ...HLC,
    parameters: [period(7, 'short', 1), period(14, 'middle', 1), period(28, 'long', 1)],
    warmup: (a, b, c) => Math.max(a, b, c),
    create: ultimate,
    about: 'ultimate oscillator, 0 to 100',
  }),
} satisfies Record<string, Indicator>
