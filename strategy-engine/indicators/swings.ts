// What buyers and sellers did inside candles, to TA-Lib's definitions.
import { define, period } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, NONE } from './memory.ts'
import { emaOf, meanOf, sinceHighestOf, sumOf } from './steps.ts'

/** How lately the highest and the lowest of n + 1 candles were, 100 for now. */
function aroon(n: number): Kernel {
  return kernel((memory) => {
    const sinceHigh = sinceHighestOf(memory, n + 1)
    const sinceLow = sinceHighestOf(memory, n + 1)
    return ([h = NONE, l = NONE], [up = NONE, down = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        const known = !Number.isNaN(high + low)
        up[i] = known ? (100 / n) * (n - sinceHigh(high)) : Number.NaN
        down[i] = known ? (100 / n) * (n - sinceLow(-low)) : Number.NaN
      }
    }
  })
}

function aroonOscillator(n: number): Kernel {
  return kernel((memory) => {
    const sinceHigh = sinceHighestOf(memory, n + 1)
    const sinceLow = sinceHighestOf(memory, n + 1)
    return ([h = NONE, l = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        out[i] = Number.isNaN(high + low)
          ? Number.NaN
          : (100 / n) * (sinceLow(-low) - sinceHigh(high))
      }
    }
  })
}

function balanceOfPower(): Kernel {
  return kernel(() => ([o = NONE, h = NONE, l = NONE, c = NONE], [out = NONE], from, to) => {
    for (let i = from; i < to; i++) {
      const range = (h[i] as number) - (l[i] as number)
      const move = (c[i] as number) - (o[i] as number)
      out[i] = range <= 0 ? move * 0 : move / range
    }
  })
}

/** Rises of the close over the open by all moves, in percent. */
function intraday(n: number): Kernel {
  return kernel((memory) => {
    const ups = sumOf(memory, n)
    const all = sumOf(memory, n)
    return ([o = NONE, c = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const move = (c[i] as number) - (o[i] as number)
        const up = ups(Math.max(0, move))
        const total = all(Math.abs(move))
        out[i] = total === 0 ? 50 : (100 * up) / total
      }
    }
  })
}

function quickStick(n: number): Kernel {
  return kernel((memory) => {
    const mean = meanOf(memory, n)
    return ([o = NONE, c = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) out[i] = mean((c[i] as number) - (o[i] as number))
    }
  })
}

/** Two means of the candles' middles; with a signal, how fast their difference changes. */
function awesome(a: number, b: number, signal: number): Kernel {
  return kernel((memory) => {
    const fast = meanOf(memory, Math.min(a, b))
    const slow = meanOf(memory, Math.max(a, b))
    const mean = meanOf(memory, Math.max(1, signal))
    return ([h = NONE, l = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const middle = ((h[i] as number) + (l[i] as number)) / 2
        const difference = fast(middle) - slow(middle)
        out[i] = signal === 0 ? difference : difference - mean(difference)
      }
    }
  })
}

function elderRay(n: number): Kernel {
  return kernel((memory) => {
    const average = emaOf(memory, n)
    return ([h = NONE, l = NONE, c = NONE], [bull = NONE, bear = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const known = !Number.isNaN((h[i] as number) + (l[i] as number))
        const middle = known ? average(c[i] as number) : Number.NaN
        bull[i] = (h[i] as number) - middle
        bear[i] = (l[i] as number) - middle
      }
    }
  })
}

const HLC = { inputs: ['high', 'low', 'close'], outputs: ['value'], unit: 'number' } as const
const HL = { inputs: ['high', 'low'], outputs: ['value'] } as const
const OC = { inputs: ['open', 'close'], outputs: ['value'] } as const

export const SWINGS = {
  aroon: define({
    ...HL,
    unit: 'number',
    outputs: ['up', 'down'],
    parameters: [period(14, 'period', 2)],
    warmup: (n) => n,
    create: aroon,
    about: 'Aroon: how lately the highest and the lowest were, 0 to 100',
  }),
  aroonosc: define({
    ...HL,
    unit: 'number',
    parameters: [period(14)],
    warmup: (n) => n,
    create: aroonOscillator,
    about: 'Aroon up less down',
  }),
  bop: define({
    ...HLC,
    inputs: ['open', 'high', 'low', 'close'],
    parameters: [],
    warmup: () => 0,
    create: balanceOfPower,
    about: 'balance of power: the move from open to close by the range, -1 to 1',
  }),
  imi: define({
    ...OC,
    unit: 'number',
    parameters: [period(14)],
    warmup: (n) => n - 1,
    create: intraday,
    about: 'intraday momentum index, 0 to 100',
  }),
  qstick: define({
    ...OC,
    unit: 'price',
    parameters: [period(10)],
    warmup: (n) => n - 1,
    create: quickStick,
    about: 'mean of close less open',
  }),
  ao: define({
    ...HL,
    unit: 'price',
    parameters: [period(5, 'fast'), period(34, 'slow')],
    warmup: (fast, slow) => Math.max(fast, slow) - 1,
    create: (fast, slow) => awesome(fast, slow, 0),
    about: 'awesome oscillator',
  }),
  ac: define({
    ...HL,
    unit: 'price',
    parameters: [period(5, 'fast'), period(34, 'slow'), period(5, 'signal')],
    warmup: (fast, slow, signal) => Math.max(fast, slow) + signal - 2,
    create: awesome,
    about: 'accelerator: the awesome oscillator less its mean',
  }),
  elder_ray: define({
    ...HLC,
    unit: 'price',
    outputs: ['bull', 'bear'],
    parameters: [period(13)],
    warmup: (n) => n - 1,
    create: elderRay,
    about: "Elder's bull and bear power: high and low less the close's exponential average",
  }),
} satisfies Record<string, Indicator>
