// Averages that follow their series more closely than a mean does, to TA-Lib's definitions.
import { define, factor, period } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, NONE } from './memory.ts'
import { agoOf, emaOf, sumOf, weightedOf } from './steps.ts'

const { floor, sqrt } = Math

function double(n: number): Kernel {
  return kernel((memory) => {
    const once = emaOf(memory, n)
    const twice = emaOf(memory, n)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const first = once(x[i] as number)
        out[i] = 2 * first - twice(first)
      }
    }
  })
}

function triple(n: number): Kernel {
  return kernel((memory) => {
    const once = emaOf(memory, n)
    const twice = emaOf(memory, n)
    const thrice = emaOf(memory, n)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const first = once(x[i] as number)
        const second = twice(first)
        out[i] = 3 * first - 3 * second + thrice(second)
      }
    }
  })
}

/** Tillson's: six averages in a row, the last four of them mixed. */
function tillson(n: number, volume: number): Kernel {
  return kernel((memory) => {
    const e1 = emaOf(memory, n)
    const e2 = emaOf(memory, n)
    const e3 = emaOf(memory, n)
    const e4 = emaOf(memory, n)
    const e5 = emaOf(memory, n)
    const e6 = emaOf(memory, n)
    const square = volume * volume
    const c1 = -square * volume
    const c2 = 3 * (square - c1)
    const c3 = -6 * square - 3 * (volume - c1)
    const c4 = 1 + 3 * volume - c1 + 3 * square
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const third = e3(e2(e1(x[i] as number)))
        const fourth = e4(third)
        const fifth = e5(fourth)
        out[i] = c1 * e6(fifth) + c2 * fifth + c3 * fourth + c4 * third
      }
    }
  })
}

/** Kaufman's: the more a series goes one way, the closer the average follows. Begins at the value before the first. */
function kaufman(n: number): Kernel {
  return kernel((memory) => {
    const ago = agoOf(memory, n)
    const path = sumOf(memory, n)
    const own = memory.take(2, Number.NaN)
    const slow = 2 / 31
    const fast = 2 / 3
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        if (Number.isNaN(value)) {
          out[i] = Number.NaN
          continue
        }
        const before = own[0] as number
        own[0] = value
        const way = value - ago(value)
        const length = path(Math.abs(value - before))
        if (Number.isNaN(way)) {
          out[i] = Number.NaN
          continue
        }
        const average = Number.isNaN(own[1] as number) ? before : (own[1] as number)
        // TA-Lib compares the way with its sign: straight up is 1 without a division.
        const ratio = length <= way || length === 0 ? 1 : Math.abs(way / length)
        const weight = ratio * (fast - slow) + slow
        own[1] = average + (value - average) * weight * weight
        out[i] = own[1] as number
      }
    }
  })
}

function hull(n: number): Kernel {
  return kernel((memory) => {
    const half = weightedOf(memory, floor(n / 2))
    const whole = weightedOf(memory, n)
    const smooth = weightedOf(memory, floor(sqrt(n)))
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        out[i] = smooth(2 * half(value) - whole(value))
      }
    }
  })
}

function zeroLag(n: number): Kernel {
  return kernel((memory) => {
    const ago = agoOf(memory, floor((n - 1) / 2))
    const average = emaOf(memory, n)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        out[i] = average(2 * value - ago(value))
      }
    }
  })
}

const ONE = { inputs: 'series', outputs: ['value'], unit: 'same' } as const

export const FAST_AVERAGES = {
  dema: define({
    ...ONE,
    parameters: [period()],
    warmup: (n) => 2 * (n - 1),
    create: double,
    about: 'double exponential moving average',
  }),
  tema: define({
    ...ONE,
    parameters: [period()],
    warmup: (n) => 3 * (n - 1),
    create: triple,
    about: 'triple exponential moving average',
  }),
  t3: define({
    ...ONE,
    parameters: [period(5), factor('volume_factor', 0.7, 0, 1)],
    warmup: (n) => 6 * (n - 1),
    create: tillson,
    about: "Tillson's T3: six exponential averages in a row",
  }),
  kama: define({
    ...ONE,
    parameters: [period()],
    warmup: (n) => n,
    create: kaufman,
    about: "Kaufman's adaptive moving average (fast 2, slow 30)",
  }),
  hma: define({
    ...ONE,
    parameters: [period()],
    warmup: (n) => n - 1 + floor(sqrt(n)) - 1,
    create: hull,
    about: 'Hull moving average',
  }),
  zlema: define({
    ...ONE,
    parameters: [period(undefined, 'period', 3)],
    warmup: (n) => n - 1 + floor((n - 1) / 2),
    create: zeroLag,
    about: 'zero-lag exponential moving average',
  }),
} satisfies Record<string, Indicator>
