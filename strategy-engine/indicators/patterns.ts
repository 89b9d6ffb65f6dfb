// Candle patterns, to TA-Lib's definitions: 1 where one ends at the candle, 0 where none does.
import { define } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, NONE } from './memory.ts'
import { sumOf } from './steps.ts'

/** The last candles by age, 0 the newest. Each knows what was usual in the candles before it. */
interface Past {
  open(age: number): number
  high(age: number): number
  low(age: number): number
  close(age: number): number
  /** Mean body of the ten candles before. */
  usualBody(age: number): number
  /** Mean distance from high to low of the ten before. */
  usualRange(age: number): number
  /** The same of the five before. */
  lateRange(age: number): number
}

const AGES = 4
const FIELDS = 7

function past(slots: Float64Array): Past {
  const field = (place: number) => (age: number) => slots[place * AGES + age] as number
  return {
    open: field(0),
    high: field(1),
    low: field(2),
    close: field(3),
    usualBody: field(4),
    usualRange: field(5),
    lateRange: field(6),
  }
}

const body = (past: Past, age: number) => Math.abs(past.close(age) - past.open(age))
const top = (past: Past, age: number) => Math.max(past.open(age), past.close(age))
const bottom = (past: Past, age: number) => Math.min(past.open(age), past.close(age))
const upperShadow = (past: Past, age: number) => past.high(age) - top(past, age)
const lowerShadow = (past: Past, age: number) => bottom(past, age) - past.low(age)
const isWhite = (past: Past, age: number) => past.close(age) >= past.open(age)
const isLong = (past: Past, age: number) => body(past, age) > past.usualBody(age)
const isShort = (past: Past, age: number) => body(past, age) < past.usualBody(age)
const near = (past: Past, age: number) => 0.2 * past.lateRange(age)
const far = (past: Past, age: number) => 0.6 * past.lateRange(age)
const tiny = (past: Past, age: number) => 0.1 * past.usualRange(age)
const isBelow = (past: Past, age: number, other: number) => top(past, age) < bottom(past, other)
const isAbove = (past: Past, age: number, other: number) => bottom(past, age) > top(past, other)

function pattern(warmup: number, holds: (past: Past) => boolean): Kernel {
  return kernel((memory) => {
    const slots = memory.take(AGES * FIELDS, Number.NaN)
    const own = memory.take(1)
    const usual = memory.take(3, Number.NaN)
    const bodies = sumOf(memory, 10)
    const ranges = sumOf(memory, 10)
    const lateRanges = sumOf(memory, 5)
    const view = past(slots)
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
        usual[0] = bodies(Math.abs(close - open)) / 10
        usual[1] = ranges(high - low) / 10
        usual[2] = lateRanges(high - low) / 5
        const seen = own[0] as number
        if (seen >= warmup) out[i] = holds(view) ? 1 : 0
        else own[0] = seen + 1
      }
    }
  })
}

const hasLongLowerShadow = (past: Past) =>
  isShort(past, 0) && lowerShadow(past, 0) > body(past, 0) && upperShadow(past, 0) < tiny(past, 0)
const hasLongUpperShadow = (past: Past) =>
  isShort(past, 0) && upperShadow(past, 0) > body(past, 0) && lowerShadow(past, 0) < tiny(past, 0)

/** The newest body reaches over the one before on both sides, on one of them truly. */
const engulfs = (past: Past) =>
  top(past, 0) >= top(past, 1) &&
  bottom(past, 0) <= bottom(past, 1) &&
  (top(past, 0) > top(past, 1) || bottom(past, 0) < bottom(past, 1))

/** A short body inside the long one before, on one side truly. */
const isInside = (past: Past) =>
  isLong(past, 1) &&
  body(past, 0) <= past.usualBody(0) &&
  top(past, 0) <= top(past, 1) &&
  bottom(past, 0) >= bottom(past, 1) &&
  (top(past, 0) < top(past, 1) || bottom(past, 0) > bottom(past, 1))

/** A long body, a short one beyond it, and one that is not short. */
const isStar = (past: Past) =>
  isLong(past, 2) && body(past, 1) <= past.usualBody(1) && isLong(past, 0)

const opensInside = (past: Past, age: number) =>
  past.open(age) < past.open(age + 1) && past.open(age) > past.close(age + 1)

const follows = (past: Past, age: number) =>
  past.open(age) > past.open(age + 1) &&
  past.open(age) <= past.close(age + 1) + near(past, age + 1) &&
  body(past, age) > body(past, age + 1) - far(past, age + 1)

const ages = (...list: readonly number[]) => list

function found(about: string, warmup: number, holds: (past: Past) => boolean): Indicator {
  return define({
    inputs: ['open', 'high', 'low', 'close'],
    parameters: [],
    outputs: ['value'],
    unit: 'condition',
    warmup: () => warmup,
    create: () => pattern(warmup, holds),
    about,
  })
}

export const PATTERNS = {
  doji: found(
    'doji: opens and closes at about one price',
    10,
    (past) => body(past, 0) <= tiny(past, 0),
  ),
  hammer: found(
    'hammer: small body over a long lower shadow, near or below the low before',
    11,
    (past) => hasLongLowerShadow(past) && bottom(past, 0) <= past.low(1) + near(past, 1),
  ),
  hanging_man: found(
    'hanging man: the same shape near or above the high before',
    11,
    (past) => hasLongLowerShadow(past) && bottom(past, 0) >= past.high(1) - near(past, 1),
  ),
  inverted_hammer: found(
    'inverted hammer: small body under a long upper shadow, below the body before',
    11,
    (past) => hasLongUpperShadow(past) && isBelow(past, 0, 1),
  ),
  shooting_star: found(
    'shooting star: the same shape above the body before',
    11,
    (past) => hasLongUpperShadow(past) && isAbove(past, 0, 1),
  ),
  bullish_engulfing: found(
    'a rising body over the falling one before',
    2,
    (past) => isWhite(past, 0) && !isWhite(past, 1) && engulfs(past),
  ),
  bearish_engulfing: found(
    'a falling body over the rising one before',
    2,
    (past) => !isWhite(past, 0) && isWhite(past, 1) && engulfs(past),
  ),
  bullish_harami: found(
    'a short body inside the long falling one before',
    11,
    (past) => !isWhite(past, 1) && isInside(past),
  ),
  bearish_harami: found(
    'a short body inside the long rising one before',
    11,
    (past) => isWhite(past, 1) && isInside(past),
  ),
  piercing: found(
    'piercing: a long rise from below the low into the long falling body before, past its middle',
    11,
    (past) =>
      !isWhite(past, 1) &&
      isLong(past, 1) &&
      isWhite(past, 0) &&
      isLong(past, 0) &&
      past.open(0) < past.low(1) &&
      past.close(0) < past.open(1) &&
      past.close(0) > past.close(1) + body(past, 1) * 0.5,
  ),
  dark_cloud: found(
    'dark cloud cover: a fall from above the high into the long rising body before, past its middle',
    11,
    (past) =>
      isWhite(past, 1) &&
      isLong(past, 1) &&
      !isWhite(past, 0) &&
      past.open(0) > past.high(1) &&
      past.close(0) > past.open(1) &&
      past.close(0) < past.close(1) - body(past, 1) * 0.5,
  ),
  morning_star: found(
    'morning star: long fall, short body below it, rise into the first',
    12,
    (past) =>
      isStar(past) &&
      !isWhite(past, 2) &&
      isBelow(past, 1, 2) &&
      isWhite(past, 0) &&
      past.close(0) > past.close(2) + body(past, 2) * 0.3,
  ),
  evening_star: found(
    'evening star: long rise, short body above it, fall into the first',
    12,
    (past) =>
      isStar(past) &&
      isWhite(past, 2) &&
      isAbove(past, 1, 2) &&
      !isWhite(past, 0) &&
      past.close(0) < past.close(2) - body(past, 2) * 0.3,
  ),
  three_white_soldiers: found(
    'three rising bodies, each from inside the one before, closing at their highs',
    12,
    (past) =>
      ages(0, 1, 2).every(
        (age) => isWhite(past, age) && upperShadow(past, age) < tiny(past, age),
      ) &&
      past.close(0) > past.close(1) &&
      past.close(1) > past.close(2) &&
      follows(past, 1) &&
      follows(past, 0) &&
      isLong(past, 0),
  ),
  three_black_crows: found(
    'three falling bodies after a rising one, each from inside the one before, closing at their lows',
    13,
    (past) =>
      isWhite(past, 3) &&
      ages(0, 1, 2).every(
        (age) => !isWhite(past, age) && lowerShadow(past, age) < tiny(past, age),
      ) &&
      opensInside(past, 1) &&
      opensInside(past, 0) &&
      past.high(3) > past.close(2) &&
      past.close(2) > past.close(1) &&
      past.close(1) > past.close(0),
  ),
} satisfies Record<string, Indicator>
