// Moving averages, to TA-Lib's definitions.
import { define, period } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, NONE } from './memory.ts'
import { addUp, meanOf, sumOf, weightedOf, wilderOf } from './steps.ts'

const { floor } = Math

/** The first value is the mean of `seed` values; the first that is shown is the n-th. */
function exponential(n: number, seed: number): Kernel {
  const weight = 2 / (n + 1)
  const alone = kernel((memory) => {
    const own = memory.take(2)
    return ([x = NONE], [out = NONE], from, to) => {
      let seen = own[0] as number
      let average = own[1] as number
      let i = from
      for (; i < to && seen < n; i++) {
        const value = x[i] as number
        out[i] = Number.NaN
        if (Number.isNaN(value)) continue
        seen += 1
        if (seen <= seed) average += value
        else average += (value - average) * weight
        if (seen === seed) average /= seed
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
      own[0] = seen
      own[1] = average
    }
  })
  return { ...alone, average: { n, weight } }
}

/** As `sumOf`, written out lap by lap: it is what strategies use most. */
function simple(n: number): Kernel {
  return kernel((memory) => {
    const slots = memory.take(n + 3, Number.NaN).fill(0, n)
    return ([x = NONE], [out = NONE], from, to) => {
      let at = (slots[n + 1] as number) | 0
      let sum = slots[n + 2] as number
      for (let i = from; i < to; ) {
        const end = Math.min(to, i + n - at)
        for (; i < end; i++) {
          const value = x[i] as number
          if (Number.isNaN(value)) {
            out[i] = Number.NaN
            continue
          }
          slots[at] = value
          sum += value
          at += 1
          out[i] = (sum + (slots[at] as number)) / n
        }
        if (at < n) continue
        addUp(slots, n)
        at = 0
        sum = 0
      }
      slots[n + 1] = at
      slots[n + 2] = sum
    }
  })
}

function weighted(n: number): Kernel {
  return kernel((memory) => {
    const average = weightedOf(memory, n)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) out[i] = average(x[i] as number)
    }
  })
}

function wilder(n: number): Kernel {
  return kernel((memory) => {
    const average = wilderOf(memory, n)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) out[i] = average(x[i] as number)
    }
  })
}

function triangular(n: number): Kernel {
  return kernel((memory) => {
    const inner = meanOf(memory, floor((n + 1) / 2))
    const outer = meanOf(memory, floor(n / 2) + 1)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) out[i] = outer(inner(x[i] as number))
    }
  })
}

function volumeWeighted(n: number): Kernel {
  return kernel((memory) => {
    const traded = sumOf(memory, n)
    const volumes = sumOf(memory, n)
    return ([x = NONE, v = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const product = (x[i] as number) * (v[i] as number)
        out[i] = Number.isNaN(product) ? Number.NaN : traded(product) / volumes(v[i] as number)
      }
    }
  })
}

const ONE = { inputs: 'series', outputs: ['value'], unit: 'same' } as const

export const AVERAGES = {
  sma: define({
    ...ONE,
    parameters: [period()],
    warmup: (n) => n - 1,
    create: simple,
    about: 'simple moving average: the mean of the last `period` values',
  }),
  mean: define({
    ...ONE,
    parameters: [period()],
    warmup: (n) => n - 1,
    create: simple,
    about: 'another name of `sma`',
  }),
  ema: define({
    ...ONE,
    parameters: [period()],
    warmup: (n) => n - 1,
    create: (n) => exponential(n, n),
    about: 'exponential moving average; begins with the mean of the first `period` values',
  }),
  ema_first: define({
    ...ONE,
    parameters: [period()],
    warmup: (n) => n - 1,
    create: (n) => exponential(n, 1),
    about: 'exponential moving average; begins with the first value, as in pandas and vectorbt',
  }),
  rma: define({
    ...ONE,
    parameters: [period()],
    warmup: (n) => n - 1,
    create: wilder,
    about: "Wilder's smoothed moving average",
  }),
  wma: define({
    ...ONE,
    parameters: [period()],
    warmup: (n) => n - 1,
    create: weighted,
    about: 'linearly weighted moving average, the newest value weighing most',
  }),
  trima: define({
    ...ONE,
    parameters: [period()],
    warmup: (n) => n - 1,
    create: triangular,
    about: 'triangular moving average: the middle of the window weighs most',
  }),
  vwma: define({
    inputs: ['close', 'volume'],
    parameters: [period()],
    outputs: ['value'],
    unit: 'price',
    warmup: (n) => n - 1,
    create: volumeWeighted,
    about: 'volume-weighted moving average of the close; unknown while nothing is traded',
  }),
} satisfies Record<string, Indicator>
