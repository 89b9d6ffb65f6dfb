// Deviations and straight lines over the last n values, to TA-Lib's definitions.
import { define, factor, period } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, NONE } from './memory.ts'
import { momentsOf } from './moments.ts'

function variance(n: number): Kernel {
  return kernel((memory) => {
    const moments = momentsOf(memory, n, memory.take(1))
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) out[i] = moments(x[i] as number)
    }
  })
}

function deviation(n: number): Kernel {
  return kernel((memory) => {
    const moments = momentsOf(memory, n, memory.take(1))
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) out[i] = Math.sqrt(moments(x[i] as number))
    }
  })
}

function score(n: number): Kernel {
  return kernel((memory) => {
    const mean = memory.take(1)
    const moments = momentsOf(memory, n, mean)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        const spread = Math.sqrt(moments(value))
        out[i] = spread === 0 ? 0 : (value - (mean[0] as number)) / spread
      }
    }
  })
}

function bollinger(n: number, width: number): Kernel {
  return kernel((memory) => {
    const mean = memory.take(1)
    const moments = momentsOf(memory, n, mean)
    return ([x = NONE], [upper = NONE, middle = NONE, lower = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const spread = Math.sqrt(moments(x[i] as number)) * width
        // Where the moments are unknown the mean is that of an earlier value.
        const centre = Number.isNaN(spread) ? Number.NaN : (mean[0] as number)
        upper[i] = centre + spread
        middle[i] = centre
        lower[i] = centre - spread
      }
    }
  })
}

/** Where the value is between the bands, 0 to 1. */
function bollingerPercent(n: number, width: number): Kernel {
  return kernel((memory) => {
    const mean = memory.take(1)
    const moments = momentsOf(memory, n, mean)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        const spread = Math.sqrt(moments(value)) * width
        out[i] = spread === 0 ? 0.5 : (value - (mean[0] as number) + spread) / (2 * spread)
      }
    }
  })
}

/** The distance of the bands as a part of their middle. */
function bollingerWidth(n: number, width: number): Kernel {
  return kernel((memory) => {
    const mean = memory.take(1)
    const moments = momentsOf(memory, n, mean)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++)
        out[i] = (2 * Math.sqrt(moments(x[i] as number)) * width) / (mean[0] as number)
    }
  })
}

/** Mean distance from the mean. It depends on each value's side of the mean: n steps a candle. */
function averageDeviation(n: number): Kernel {
  return kernel((memory) => {
    const slots = memory.take(n, Number.NaN)
    const own = memory.take(1)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        out[i] = Number.NaN
        if (Number.isNaN(value)) continue
        const at = (own[0] as number) | 0
        slots[at] = value
        own[0] = at + 1 === n ? 0 : at + 1
        let sum = 0
        for (let k = 0; k < n; k++) sum += slots[k] as number
        const mean = sum / n
        let far = 0
        for (let k = 0; k < n; k++) far += Math.abs((slots[k] as number) - mean)
        out[i] = far / n
      }
    }
  })
}

const ONE = { inputs: 'series', outputs: ['value'] } as const

const BANDS = {
  inputs: 'series',
  parameters: [period(20), factor('deviations', 2, 0.1, 20)],
  warmup: (n: number) => n - 1,
} as const

export const STATISTICS = {
  bollinger: define({
    ...BANDS,
    outputs: ['upper', 'middle', 'lower'],
    unit: 'same',
    create: bollinger,
    about:
      'Bollinger bands: the mean and so many standard deviations (of the population) beside it',
  }),
  bollinger_percent: define({
    ...BANDS,
    outputs: ['value'],
    unit: 'number',
    create: bollingerPercent,
    about: '%B: 0 at the lower Bollinger band, 1 at the upper, 0.5 where nothing moved',
  }),
  bollinger_width: define({
    ...BANDS,
    outputs: ['value'],
    unit: 'number',
    create: bollingerWidth,
    about: 'distance between the Bollinger bands as a part of their middle',
  }),
  stdev: define({
    ...ONE,
    unit: 'same',
    parameters: [period(5)],
    warmup: (n) => n - 1,
    create: deviation,
    about: 'standard deviation of the last `period` values (of the population)',
  }),
  var: define({
    ...ONE,
    unit: 'number',
    parameters: [period(5)],
    warmup: (n) => n - 1,
    create: variance,
    about: 'variance of the last `period` values (of the population)',
  }),
  zscore: define({
    ...ONE,
    unit: 'number',
    parameters: [period(20)],
    warmup: (n) => n - 1,
    create: score,
    about: 'distance from the mean in standard deviations; 0 where nothing moved',
  }),
  avgdev: define({
    ...ONE,
    unit: 'same',
    parameters: [period(14)],
    warmup: (n) => n - 1,
    create: averageDeviation,
    about: 'mean distance from the mean',
  }),
} satisfies Record<string, Indicator>
