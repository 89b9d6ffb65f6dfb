// Indicators of a candle's range, to TA-Lib's definitions.
import { define, period } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, type Memory, NONE } from './memory.ts'
import { agoOf, emaOf, highestOf, lowestOf, meanOf, sumOf, trueRangeOf } from './steps.ts'

/** Known after n ranges, of which the first is the second candle's. */
function averageRangeIn(memory: Memory, n: number): Kernel['update'] {
  const own = memory.take(3)
  return ([h = NONE, l = NONE, c = NONE], [out = NONE], from, to) => {
    let seen = own[0] as number
    let before = own[1] as number
    let average = own[2] as number
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
    own[0] = seen
    own[1] = before
    own[2] = average
  }
}

function averageRange(n: number): Kernel {
  return kernel((memory) => averageRangeIn(memory, n))
}

function percentRange(n: number): Kernel {
  return kernel((memory) => {
    const range = averageRangeIn(memory, n)
    return (inputs, [out = NONE], from, to) => {
      range(inputs, [out], from, to)
      const close = inputs[2] ?? NONE
      for (let i = from; i < to; i++) out[i] = ((out[i] as number) / (close[i] as number)) * 100
    }
  })
}

function trueRange(): Kernel {
  return kernel((memory) => {
    const range = trueRangeOf(memory)
    return ([h = NONE, l = NONE, c = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        const close = c[i] as number
        out[i] = Number.isNaN(high + low + close) ? Number.NaN : range(high, low, close)
      }
    }
  })
}

/** Mean of high less low. */
function dayRange(n: number): Kernel {
  return kernel((memory) => {
    const mean = meanOf(memory, n)
    return ([h = NONE, l = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) out[i] = mean((h[i] as number) - (l[i] as number))
    }
  })
}

/** Choppiness: the path of the true ranges by the range of the window, 100 where it goes nowhere. */
function choppiness(n: number): Kernel {
  return kernel((memory) => {
    const range = trueRangeOf(memory)
    const path = sumOf(memory, n)
    const most = highestOf(memory, n)
    const least = lowestOf(memory, n)
    const scale = 100 / Math.log10(n)
    return ([h = NONE, l = NONE, c = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        const close = c[i] as number
        if (Number.isNaN(high + low + close)) {
          out[i] = Number.NaN
          continue
        }
        const length = path(range(high, low, close))
        const whole = most(high) - least(low)
        out[i] = whole === 0 ? Number.NaN : scale * Math.log10(length / whole)
      }
    }
  })
}

/** Mass index: sum of the range's average by its average's average. */
function mass(n: number, sumPeriod: number): Kernel {
  return kernel((memory) => {
    const once = emaOf(memory, n)
    const twice = emaOf(memory, n)
    const sum = sumOf(memory, sumPeriod)
    return ([h = NONE, l = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const first = once((h[i] as number) - (l[i] as number))
        const second = twice(first)
        out[i] = sum(second === 0 ? 0 : first / second)
      }
    }
  })
}

/** Chaikin's volatility: change of the range's average, in percent. */
function chaikinVolatility(n: number, change: number): Kernel {
  return kernel((memory) => {
    const average = emaOf(memory, n)
    const ago = agoOf(memory, change)
    return ([h = NONE, l = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = average((h[i] as number) - (l[i] as number))
        const old = ago(value)
        out[i] = old === 0 ? 0 : (100 * (value - old)) / old
      }
    }
  })
}

const HLC = { inputs: ['high', 'low', 'close'], outputs: ['value'] } as const
const HL = { inputs: ['high', 'low'], outputs: ['value'] } as const

export const RANGES = {
  atr: define({
    ...HLC,
    unit: 'price',
    parameters: [period(14)],
    warmup: (n) => n,
    create: averageRange,
    about: 'average true range',
  }),
  natr: define({
    ...HLC,
    unit: 'number',
    parameters: [period(14)],
    warmup: (n) => n,
    create: percentRange,
    about: 'average true range by the close, in percent',
  }),
  trange: define({
    ...HLC,
    unit: 'price',
    parameters: [],
    warmup: () => 1,
    create: trueRange,
    about: 'true range',
  }),
  adr: define({
    ...HL,
    unit: 'price',
    parameters: [period(14)],
    warmup: (n) => n - 1,
    create: dayRange,
    about: 'mean of high less low',
  }),
  chop: define({
    ...HLC,
    unit: 'number',
    parameters: [period(14)],
    warmup: (n) => n,
    create: choppiness,
    about:
      'choppiness index: 100 sideways, near 0 in a straight trend; unknown where nothing moved',
  }),
  massi: define({
    ...HL,
    unit: 'number',
    parameters: [period(9), period(25, 'sum')],
    warmup: (n, sum) => 2 * (n - 1) + sum - 1,
    create: mass,
    about: 'mass index: widening of the range, whichever way the price goes',
  }),
  cvi: define({
    ...HL,
    unit: 'number',
    parameters: [period(10), period(10, 'change', 1)],
    warmup: (n, change) => n - 1 + change,
    create: chaikinVolatility,
    about: "Chaikin's volatility: change of the range's average, in percent",
  }),
} satisfies Record<string, Indicator>
