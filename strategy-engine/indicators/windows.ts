// What happened over the last n values of a series.
import { define, period } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, NONE } from './memory.ts'
import { agoOf, changeOf, highestOf, lowestOf, sinceHighestOf, sumOf } from './steps.ts'

function sum(n: number): Kernel {
  return kernel((memory) => {
    const total = sumOf(memory, n)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) out[i] = total(x[i] as number)
    }
  })
}

function highest(n: number): Kernel {
  return kernel((memory) => {
    const most = highestOf(memory, n)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) out[i] = most(x[i] as number)
    }
  })
}

function lowest(n: number): Kernel {
  return kernel((memory) => {
    const least = lowestOf(memory, n)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) out[i] = least(x[i] as number)
    }
  })
}

/** With sign -1 since the lowest. */
function since(n: number, sign: number): Kernel {
  return kernel((memory) => {
    const ago = sinceHighestOf(memory, n)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) out[i] = ago(sign * (x[i] as number))
    }
  })
}

function midpoint(n: number): Kernel {
  return kernel((memory) => {
    const most = highestOf(memory, n)
    const least = lowestOf(memory, n)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        out[i] = (most(value) + least(value)) / 2
      }
    }
  })
}

/** The middle between the highest high and the lowest low. */
function middle(n: number): Kernel {
  return kernel((memory) => {
    const most = highestOf(memory, n)
    const least = lowestOf(memory, n)
    return ([h = NONE, l = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        out[i] = Number.isNaN(high + low) ? Number.NaN : (most(high) + least(low)) / 2
      }
    }
  })
}

function barsSince(): Kernel {
  return kernel((memory) => {
    const own = memory.take(1, Number.NaN)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        if (!Number.isNaN(value)) own[0] = value === 1 ? 0 : (own[0] as number) + 1
        out[i] = Number.isNaN(value) ? Number.NaN : (own[0] as number)
      }
    }
  })
}

/** How many of the n values before are below the newest, in percent. */
function rank(n: number): Kernel {
  return kernel((memory) => {
    const slots = memory.take(n, Number.NaN)
    const own = memory.take(1)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        out[i] = Number.NaN
        if (Number.isNaN(value)) continue
        const at = own[0] as number
        if (!Number.isNaN(slots[at] as number)) {
          let below = 0
          for (let k = 0; k < n; k++) below += (slots[k] as number) < value ? 1 : 0
          out[i] = (100 * below) / n
        }
        slots[at] = value
        own[0] = at + 1 === n ? 0 : at + 1
      }
    }
  })
}

function momentum(n: number): Kernel {
  return kernel((memory) => {
    const change = changeOf(memory, n)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) out[i] = change(x[i] as number)
    }
  })
}

/** (value / old - less) * times; 0 where the old value is 0. */
function ratio(n: number, less: number, times: number): Kernel {
  return kernel((memory) => {
    const ago = agoOf(memory, n)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        const old = ago(value)
        out[i] = old === 0 ? 0 : (value / old - less) * times
      }
    }
  })
}

const ONE = { inputs: 'series', outputs: ['value'], unit: 'same' } as const
const NUMBER = { ...ONE, unit: 'number' } as const

export const WINDOWS = {
  sum: define({
    ...ONE,
    parameters: [period()],
    warmup: (n) => n - 1,
    create: sum,
    about: 'sum of the last `period` values',
  }),
  highest: define({
    ...ONE,
    parameters: [period()],
    warmup: (n) => n - 1,
    create: highest,
    about: 'highest of the last `period` values, this candle included',
  }),
  lowest: define({
    ...ONE,
    parameters: [period()],
    warmup: (n) => n - 1,
    create: lowest,
    about: 'lowest of the last `period` values, this candle included',
  }),
  count: define({
    ...NUMBER,
    parameters: [period()],
    warmup: (n) => n - 1,
    create: sum,
    about: 'how often a condition held in the last `period` candles',
  }),
  since_highest: define({
    ...NUMBER,
    parameters: [period()],
    warmup: (n) => n - 1,
    create: (n) => since(n, 1),
    about: 'candles since the highest of the last `period` values, the latest of equal ones',
  }),
  since_lowest: define({
    ...NUMBER,
    parameters: [period()],
    warmup: (n) => n - 1,
    create: (n) => since(n, -1),
    about: 'candles since the lowest of the last `period` values, the latest of equal ones',
  }),
  barssince: define({
    ...NUMBER,
    parameters: [],
    warmup: () => 0,
    create: barsSince,
    about: 'candles since a condition last held, 0 while it holds; unknown until it has held once',
  }),
  midpoint: define({
    ...ONE,
    parameters: [period(14)],
    warmup: (n) => n - 1,
    create: midpoint,
    about: 'middle between the highest and the lowest of the last `period` values',
  }),
  midprice: define({
    ...ONE,
    inputs: ['high', 'low'],
    unit: 'price',
    parameters: [period(14)],
    warmup: (n) => n - 1,
    create: middle,
    about: 'middle between the highest high and the lowest low of the last `period` candles',
  }),
  percentrank: define({
    ...NUMBER,
    parameters: [period(100)],
    warmup: (n) => n,
    create: rank,
    about: 'how many of the `period` values before are below this one, in percent',
  }),
  mom: define({
    ...ONE,
    parameters: [period(10, 'period', 1)],
    warmup: (n) => n,
    create: momentum,
    about: 'momentum: the change against `period` candles ago',
  }),
  roc: define({
    ...NUMBER,
    parameters: [period(10, 'period', 1)],
    warmup: (n) => n,
    create: (n) => ratio(n, 1, 100),
    about: 'rate of change against `period` candles ago, in percent',
  }),
  rocp: define({
    ...NUMBER,
    parameters: [period(10, 'period', 1)],
    warmup: (n) => n,
    create: (n) => ratio(n, 1, 1),
    about: 'rate of change as a fraction',
  }),
  rocr: define({
    ...NUMBER,
    parameters: [period(10, 'period', 1)],
    warmup: (n) => n,
    create: (n) => ratio(n, 0, 1),
    about: 'ratio to the value `period` candles ago',
  }),
  rocr100: define({
    ...NUMBER,
    parameters: [period(10, 'period', 1)],
    warmup: (n) => n,
    create: (n) => ratio(n, 0, 100),
    about: 'ratio to the value `period` candles ago, times 100',
  }),
} satisfies Record<string, Indicator>
