// What a candle pattern looks at: the last candles, and what was usual before each of them. To TA-Lib's definitions.
import { define } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, NONE } from './memory.ts'
import { sumOf } from './steps.ts'

/** The last candles by age, 0 the newest. */
export interface Past {
  open(age: number): number
  high(age: number): number
  low(age: number): number
  close(age: number): number
  /** 1 for a candle that rose or stood still, -1 for one that fell. */
  colour(age: number): number
  /** Mean body of the ten candles before. */
  usualBody(age: number): number
  /** Mean distance from high to low of the ten before. */
  usualRange(age: number): number
  /** The same of the five before. */
  lateRange(age: number): number
  /** Half of what the bodies of the ten before left of their ranges: the mean length of a shadow. */
  usualShadow(age: number): number
}

const AGES = 5
const FIELDS = 8

function past(slots: Float64Array): Past {
  const field = (place: number) => (age: number) => slots[place * AGES + age] as number
  const [open, close] = [field(0), field(3)]
  return {
    open,
    high: field(1),
    low: field(2),
    close,
    colour: (age) => (close(age) >= open(age) ? 1 : -1),
    usualBody: field(4),
    usualRange: field(5),
    lateRange: field(6),
    usualShadow: field(7),
  }
}

/** Upside down: what falls in it rises. */
function mirrored(past: Past): Past {
  return {
    ...past,
    open: (age) => -past.open(age),
    high: (age) => -past.low(age),
    low: (age) => -past.high(age),
    close: (age) => -past.close(age),
    colour: (age) => -past.colour(age),
  }
}

export const body = (past: Past, age: number) => Math.abs(past.close(age) - past.open(age))
export const top = (past: Past, age: number) => Math.max(past.open(age), past.close(age))
export const bottom = (past: Past, age: number) => Math.min(past.open(age), past.close(age))
export const upperShadow = (past: Past, age: number) => past.high(age) - top(past, age)
export const lowerShadow = (past: Past, age: number) => bottom(past, age) - past.low(age)
export const isWhite = (past: Past, age: number) => past.colour(age) === 1
export const isBlack = (past: Past, age: number) => past.colour(age) === -1
export const isLong = (past: Past, age: number) => body(past, age) > past.usualBody(age)
export const isShort = (past: Past, age: number) => body(past, age) < past.usualBody(age)
export const isDoji = (past: Past, age: number) => body(past, age) <= tiny(past, age)

/** How far "about the same", "near" and "far" are, by the candles before this one. */
export const same = (past: Past, age: number) => 0.05 * past.lateRange(age)
export const near = (past: Past, age: number) => 0.2 * past.lateRange(age)
export const far = (past: Past, age: number) => 0.6 * past.lateRange(age)
/** A shadow below it is as good as none, a body as well. */
export const tiny = (past: Past, age: number) => 0.1 * past.usualRange(age)
export const hasNoUpper = (past: Past, age: number) => upperShadow(past, age) < tiny(past, age)
export const hasNoLower = (past: Past, age: number) => lowerShadow(past, age) < tiny(past, age)

export const isWithin = (value: number, middle: number, distance: number) =>
  value <= middle + distance && value >= middle - distance

/** A gap between the bodies: the one of `age` is above that of `other`, or below it. */
export const isAbove = (past: Past, age: number, other: number) =>
  bottom(past, age) > top(past, other)
export const isBelow = (past: Past, age: number, other: number) =>
  top(past, age) < bottom(past, other)

export type Holds = (past: Past) => boolean

function pattern(warmup: number, holds: Holds, isMirrored: boolean): Kernel {
  return following(warmup, (past) => {
    const view = isMirrored ? mirrored(past) : past
    return () => holds(view)
  })
}

/** `begin` is given the candles and a memory of its own once, and then asked at each candle from the third on. */
function following(
  warmup: number,
  begin: (past: Past, own: Float64Array) => () => boolean,
  places = 0,
): Kernel {
  return kernel((memory) => {
    const slots = memory.take(AGES * FIELDS, Number.NaN)
    const seen = memory.take(1)
    const usual = memory.take(4, Number.NaN)
    const bodies = sumOf(memory, 10)
    const ranges = sumOf(memory, 10)
    const lateRanges = sumOf(memory, 5)
    const shadows = sumOf(memory, 10)
    const holds = begin(past(slots), memory.take(places))
    return ([o = NONE, h = NONE, l = NONE, c = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const open = o[i] as number
        const high = h[i] as number
        const low = l[i] as number
        const close = c[i] as number
        out[i] = Number.NaN
        if (Number.isNaN(open + high + low + close)) continue
        slots.copyWithin(1, 0, AGES * FIELDS - 1)
        slots[0] = open
        slots[AGES] = high
        slots[2 * AGES] = low
        slots[3 * AGES] = close
        slots[4 * AGES] = usual[0] as number
        slots[5 * AGES] = usual[1] as number
        slots[6 * AGES] = usual[2] as number
        slots[7 * AGES] = usual[3] as number
        const body = Math.abs(close - open)
        usual[0] = bodies(body) / 10
        usual[1] = ranges(high - low) / 10
        usual[2] = lateRanges(high - low) / 5
        usual[3] = shadows(high - low - body) / 20
        const before = seen[0] as number
        if (before < warmup) seen[0] = before + 1
        if (before < warmup && places === 0) continue
        const found = holds()
        if (before >= warmup) out[i] = found ? 1 : 0
      }
    }
  })
}

function indicator(about: string, warmup: number, create: () => Kernel): Indicator {
  return define({
    inputs: ['open', 'high', 'low', 'close'],
    parameters: [],
    outputs: ['value'],
    unit: 'condition',
    warmup: () => warmup,
    create,
    about,
  })
}

export function found(about: string, warmup: number, holds: Holds): Indicator {
  return indicator(about, warmup, () => pattern(warmup, holds, false))
}

/** The same upside down: `holds` says it of a market that rises. */
export function foundFalling(about: string, warmup: number, holds: Holds): Indicator {
  return indicator(about, warmup, () => pattern(warmup, holds, true))
}

/** How long an inside candle waits for the close that confirms it. */
const CONFIRMED_WITHIN = 3

/**
 * A break out of an inside candle that turns back (`breaks`, the newest candle being the break), and again at the close
 * above the inside candle's high within three candles. `rising`: upwards. Looked at from the candle `first` on.
 */
export function hikkake(
  about: string,
  warmup: number,
  rising: boolean,
  breaks: (past: Past) => boolean,
): Indicator {
  const begin = (real: Past, own: Float64Array) => {
    const [up, down] = [real, mirrored(real)]
    const first = warmup - CONFIRMED_WITHIN
    return () => {
      const age = (own[0] as number) + 1
      own[0] = age
      // The latest break, upwards or downwards, is the one that waits: its side, its candle, the price to pass.
      const side = age <= first ? 0 : breaks(up) ? 1 : breaks(down) ? -1 : 0
      if (side !== 0) {
        own[1] = side
        own[2] = age
        own[3] = (side === 1 ? up : down).high(1)
        return side === (rising ? 1 : -1)
      }
      const waiting = own[1] as number
      if (waiting === 0 || age > (own[2] as number) + CONFIRMED_WITHIN) return false
      if (waiting * real.close(0) <= (own[3] as number)) return false
      own[1] = 0
      return waiting === (rising ? 1 : -1)
    }
  }
  return indicator(about, warmup, () => following(warmup, begin, 4))
}
