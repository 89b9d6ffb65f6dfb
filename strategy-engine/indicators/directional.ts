// Wilder's directional movement, to TA-Lib's definitions.
import { define, period } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, type Memory, NONE } from './memory.ts'
import { agoOf } from './steps.ts'

/**
 * Sums of movement up, movement down and true range, begun with n - 1 candles and smoothed from then on. Movement is the
 * part of a range outside of the one before, on the side where more of it is; equal parts are none.
 */
interface Movement {
  readonly own: Float64Array
  /** False until the sums are known; they are own[PLUS], own[MINUS], own[RANGE]. */
  readonly next: (high: number, low: number, close: number) => boolean
}

const PLUS = 0
const MINUS = 1
const RANGE = 2

function movementOf(memory: Memory, n: number): Movement {
  const own = memory.take(7)
  const next = (high: number, low: number, close: number) => {
    const seen = own[3] as number
    const up = high - (own[4] as number)
    const down = (own[5] as number) - low
    const old = own[6] as number
    own[4] = high
    own[5] = low
    own[6] = close
    if (seen === 0) {
      own[3] = 1
      return false
    }
    const range = Math.max(high - low, Math.abs(high - old), Math.abs(low - old))
    const plus = up > 0 && up > down ? up : 0
    const minus = down > 0 && down > up ? down : 0
    if (seen < n) {
      own[PLUS] = (own[PLUS] as number) + plus
      own[MINUS] = (own[MINUS] as number) + minus
      own[RANGE] = (own[RANGE] as number) + range
      own[3] = seen + 1
      return false
    }
    own[PLUS] = (own[PLUS] as number) - (own[PLUS] as number) / n + plus
    own[MINUS] = (own[MINUS] as number) - (own[MINUS] as number) / n + minus
    own[RANGE] = (own[RANGE] as number) - (own[RANGE] as number) / n + range
    return true
  }
  return { own, next }
}

/** Movement up (side PLUS) or down by the true range, in percent. */
function indicator(n: number, side: number): Kernel {
  return kernel((memory) => {
    const { own, next } = movementOf(memory, n)
    return ([h = NONE, l = NONE, c = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        const close = c[i] as number
        out[i] = Number.NaN
        if (Number.isNaN(high + low + close) || !next(high, low, close)) continue
        const range = own[RANGE] as number
        out[i] = range === 0 ? 0 : 100 * ((own[side] as number) / range)
      }
    }
  })
}

/** The sum of movement alone: known one candle earlier. */
function movement(n: number, side: number): Kernel {
  return kernel((memory) => {
    const { own, next } = movementOf(memory, n)
    return ([h = NONE, l = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        out[i] = Number.NaN
        if (Number.isNaN(high + low)) continue
        next(high, low, low)
        if ((own[3] as number) >= n) out[i] = own[side] as number
      }
    }
  })
}

/** Each gives the DX of the candle, the one before where the sums are 0 and nothing can be said; -1 while unknown. */
function indexOf(memory: Memory, n: number): (high: number, low: number, close: number) => number {
  const { own, next } = movementOf(memory, n)
  return (high, low, close) => {
    if (!next(high, low, close)) return -1
    const range = own[RANGE] as number
    if (range === 0) return Number.NaN
    const plus = 100 * ((own[PLUS] as number) / range)
    const minus = 100 * ((own[MINUS] as number) / range)
    const both = plus + minus
    return both === 0 ? Number.NaN : 100 * (Math.abs(minus - plus) / both)
  }
}

function directionalIndex(n: number): Kernel {
  return kernel((memory) => {
    const index = indexOf(memory, n)
    const last = memory.take(1)
    return ([h = NONE, l = NONE, c = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        const close = c[i] as number
        out[i] = Number.NaN
        if (Number.isNaN(high + low + close)) continue
        const value = index(high, low, close)
        if (value >= 0) last[0] = value
        if (value !== -1) out[i] = last[0] as number
      }
    }
  })
}

/**
 * The mean of the first n indices, then smoothed; where a candle says nothing it stays as it was. Written out, with
 * `movementOf` in it: strategies use it most.
 */
function averageIndexIn(memory: Memory, n: number): Kernel['update'] {
  const own = memory.take(6)
  return ([h = NONE, l = NONE, c = NONE], [out = NONE], from, to) => {
    let seen = own[0] as number
    let plus = own[1] as number
    let minus = own[2] as number
    let average = own[3] as number
    let highBefore = own[4] as number
    let lowBefore = own[5] as number
    for (let i = from; i < to; i++) {
      const high = h[i] as number
      const low = l[i] as number
      if (Number.isNaN(high + low + (c[i] as number))) {
        out[i] = Number.NaN
        continue
      }
      const up = high - highBefore
      const down = lowBefore - low
      highBefore = high
      lowBefore = low
      if (seen < n) {
        if (seen > 0) {
          plus += up > 0 && up > down ? up : 0
          minus += down > 0 && down > up ? down : 0
        }
        seen += 1
        out[i] = Number.NaN
        continue
      }
      plus += (up > 0 && up > down ? up : 0) - plus / n
      minus += (down > 0 && down > up ? down : 0) - minus / n
      // Both are by the same true range, which falls out of their ratio.
      const both = plus + minus
      const isKnown = both !== 0
      const value = isKnown ? 100 * (Math.abs(minus - plus) / both) : 0
      if (seen < 2 * n) {
        average += value
        seen += 1
        if (seen === 2 * n) average /= n
        out[i] = seen === 2 * n ? average : Number.NaN
        continue
      }
      if (isKnown) average = (average * (n - 1) + value) / n
      out[i] = average
    }
    own[0] = seen
    own[1] = plus
    own[2] = minus
    own[3] = average
    own[4] = highBefore
    own[5] = lowBefore
  }
}

function averageIndex(n: number): Kernel {
  return kernel((memory) => averageIndexIn(memory, n))
}

/** Mean of the ADX and the one of n - 1 candles before. */
function averageIndexRating(n: number): Kernel {
  return kernel((memory) => {
    const average = averageIndexIn(memory, n)
    const ago = agoOf(memory, n - 1)
    return (inputs, [out = NONE], from, to) => {
      average(inputs, [out], from, to)
      for (let i = from; i < to; i++) {
        const value = out[i] as number
        out[i] = (value + ago(value)) / 2
      }
    }
  })
}

const HLC = {
  inputs: ['high', 'low', 'close'],
  outputs: ['value'],
  unit: 'number',
  parameters: [period(14)],
} as const
const HL = { ...HLC, inputs: ['high', 'low'], unit: 'price' } as const

export const DIRECTIONAL = {
  plus_dm: define({
    ...HL,
    warmup: (n) => n - 1,
    create: (n) => movement(n, PLUS),
    about: "+DM: Wilder's sum of movement up",
  }),
  minus_dm: define({
    ...HL,
    warmup: (n) => n - 1,
    create: (n) => movement(n, MINUS),
    about: "-DM: Wilder's sum of movement down",
  }),
  plus_di: define({
    ...HLC,
    warmup: (n) => n,
    create: (n) => indicator(n, PLUS),
    about: '+DI: movement up by the true range, 0 to 100',
  }),
  minus_di: define({
    ...HLC,
    warmup: (n) => n,
    create: (n) => indicator(n, MINUS),
    about: '-DI: movement down by the true range, 0 to 100',
  }),
  dx: define({
    ...HLC,
    warmup: (n) => n,
    create: directionalIndex,
    about: 'directional movement index, 0 to 100',
  }),
  adx: define({
    ...HLC,
    warmup: (n) => 2 * n - 1,
    create: averageIndex,
    about: 'average directional movement index, 0 to 100',
  }),
  adxr: define({
    ...HLC,
    warmup: (n) => 3 * n - 2,
    create: averageIndexRating,
    about: 'mean of the ADX and the one of `period` - 1 candles before',
  }),
} satisfies Record<string, Indicator>
