// Channels around the price, to TA-Lib's definitions.
import { define, factor, period } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, NONE } from './memory.ts'
import { agoOf, emaOf, highestOf, lowestOf, meanOf, trueRangeOf, wilderOf } from './steps.ts'

/** Exponential average of the typical price, and so many average ranges beside it. Both begin so that they end together. */
function keltner(n: number, rangePeriod: number, times: number): Kernel {
  const whole = Math.max(n - 1, rangePeriod)
  return kernel((memory) => {
    const average = emaOf(memory, n)
    const range = trueRangeOf(memory)
    const averageRange = wilderOf(memory, rangePeriod)
    const own = memory.take(1)
    return (
      [h = NONE, l = NONE, c = NONE],
      [upper = NONE, middle = NONE, lower = NONE],
      from,
      to,
    ) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        const close = c[i] as number
        upper[i] = Number.NaN
        middle[i] = Number.NaN
        lower[i] = Number.NaN
        if (Number.isNaN(high + low + close)) continue
        const place = own[0] as number
        own[0] = Math.min(place + 1, whole)
        const span = range(high, low, close)
        const distance = averageRange(place > whole - rangePeriod ? span : Number.NaN) * times
        const value = average(place > whole - n ? (high + low + close) / 3 : Number.NaN)
        if (Number.isNaN(distance + value)) continue
        upper[i] = value + distance
        middle[i] = value
        lower[i] = value - distance
      }
    }
  })
}

function donchian(n: number): Kernel {
  return kernel((memory) => {
    const most = highestOf(memory, n)
    const least = lowestOf(memory, n)
    return ([h = NONE, l = NONE], [upper = NONE, middle = NONE, lower = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const known = !Number.isNaN((h[i] as number) + (l[i] as number))
        const top = known ? most(h[i] as number) : Number.NaN
        const bottom = known ? least(l[i] as number) : Number.NaN
        upper[i] = top
        middle[i] = (top + bottom) / 2
        lower[i] = bottom
      }
    }
  })
}

function accelerationBands(n: number): Kernel {
  return kernel((memory) => {
    const top = meanOf(memory, n)
    const mean = meanOf(memory, n)
    const bottom = meanOf(memory, n)
    return (
      [h = NONE, l = NONE, c = NONE],
      [upper = NONE, middle = NONE, lower = NONE],
      from,
      to,
    ) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        const close = c[i] as number
        const known = !Number.isNaN(high + low + close)
        const wide = high + low === 0 ? 0 : (4 * (high - low)) / (high + low)
        upper[i] = known ? top(high * (1 + wide)) : Number.NaN
        middle[i] = known ? mean(close) : Number.NaN
        lower[i] = known ? bottom(low * (1 - wide)) : Number.NaN
      }
    }
  })
}

/** All lines as they stand at the candle: the spans are those of `base` candles before, nothing is of later ones. */
function ichimoku(conversion: number, base: number, span: number): Kernel {
  return kernel((memory) => {
    const high1 = highestOf(memory, conversion)
    const high2 = highestOf(memory, base)
    const high3 = highestOf(memory, span)
    const low1 = lowestOf(memory, conversion)
    const low2 = lowestOf(memory, base)
    const low3 = lowestOf(memory, span)
    const agoA = agoOf(memory, base)
    const agoB = agoOf(memory, base)
    return (
      [h = NONE, l = NONE],
      [tenkan = NONE, kijun = NONE, spanA = NONE, spanB = NONE],
      from,
      to,
    ) => {
      for (let i = from; i < to; i++) {
        const known = !Number.isNaN((h[i] as number) + (l[i] as number))
        const high = known ? (h[i] as number) : Number.NaN
        const low = known ? (l[i] as number) : Number.NaN
        const short = (high1(high) + low1(low)) / 2
        const middle = (high2(high) + low2(low)) / 2
        tenkan[i] = short
        kijun[i] = middle
        spanA[i] = agoA((short + middle) / 2)
        spanB[i] = agoB((high3(high) + low3(low)) / 2)
      }
    }
  })
}

const HLC = { inputs: ['high', 'low', 'close'], unit: 'price' } as const
const HL = { inputs: ['high', 'low'], unit: 'price' } as const
const BANDS = ['upper', 'middle', 'lower'] as const

export const CHANNELS = {
  keltner: define({
    ...HLC,
    outputs: BANDS,
    parameters: [period(20), period(10, 'atr_period'), factor('multiplier', 2, 0.01, 100)],
    warmup: (n, range) => Math.max(n - 1, range),
    create: keltner,
    about:
      'Keltner channel: average of the typical price and so many average true ranges beside it',
  }),
  donchian: define({
    ...HL,
    outputs: BANDS,
    parameters: [period(20)],
    warmup: (n) => n - 1,
    create: donchian,
    about: 'Donchian channel: highest high, lowest low, and their middle, this candle included',
  }),
  accbands: define({
    ...HLC,
    outputs: BANDS,
    parameters: [period(20)],
    warmup: (n) => n - 1,
    create: accelerationBands,
    about: 'acceleration bands',
  }),
  ichimoku: define({
    ...HL,
    outputs: ['tenkan', 'kijun', 'senkou_a', 'senkou_b'],
    parameters: [period(9, 'tenkan'), period(26, 'kijun'), period(52, 'senkou')],
    warmup: (conversion) => conversion - 1,
    create: ichimoku,
    about:
      'Ichimoku: the lines as they stand at this candle, the cloud as drawn `kijun` candles ago',
  }),
} satisfies Record<string, Indicator>
