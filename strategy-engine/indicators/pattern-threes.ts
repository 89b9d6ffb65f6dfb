// Patterns of three candles.
import type { Indicator } from './kernel.ts'
import {
  body,
  bottom,
  far,
  found,
  foundFalling,
  hasNoLower,
  hasNoUpper,
  isAbove,
  isBelow,
  isBlack,
  isDoji,
  isLong,
  isShort,
  isWhite,
  isWithin,
  lowerShadow,
  near,
  type Past,
  same,
  tiny,
  top,
  upperShadow,
} from './pattern-candles.ts'

const are = (past: Past, is: (past: Past, age: number) => boolean) =>
  is(past, 2) && is(past, 1) && is(past, 0)
const closesHigher = (past: Past) => past.close(0) > past.close(1) && past.close(1) > past.close(2)

/** A long fall, a small body below it, and a rise well into the first. */
const morning = (past: Past, isSmall: (past: Past, age: number) => boolean) =>
  isBlack(past, 2) &&
  isLong(past, 2) &&
  isSmall(past, 1) &&
  isBelow(past, 1, 2) &&
  isWhite(past, 0) &&
  body(past, 0) > past.usualBody(0) &&
  past.close(0) > past.close(2) + body(past, 2) * 0.3
const isStar = (past: Past, age: number) => body(past, age) <= past.usualBody(age)
const morningStar = (past: Past) => morning(past, isStar)
const morningDojiStar = (past: Past) => morning(past, isDoji)

/** A doji that shares no price with the candles beside it. */
const abandoned = (past: Past) =>
  isBlack(past, 2) &&
  isLong(past, 2) &&
  isDoji(past, 1) &&
  past.high(1) < past.low(2) &&
  isWhite(past, 0) &&
  isLong(past, 0) &&
  past.low(0) > past.high(1) &&
  past.close(0) > past.close(2) + body(past, 2) * 0.3

const inside = (past: Past) =>
  isBlack(past, 2) &&
  isLong(past, 2) &&
  body(past, 1) <= past.usualBody(1) &&
  top(past, 1) < top(past, 2) &&
  bottom(past, 1) > bottom(past, 2) &&
  isWhite(past, 0) &&
  past.close(0) > past.open(2)

const outside = (past: Past) =>
  isWhite(past, 1) &&
  isBlack(past, 2) &&
  past.close(1) > past.open(2) &&
  past.open(1) < past.close(2) &&
  past.close(0) > past.close(1)

const tristar = (past: Past) =>
  body(past, 2) <= tiny(past, 2) &&
  body(past, 1) <= tiny(past, 2) &&
  body(past, 0) <= tiny(past, 2) &&
  isBelow(past, 1, 2) &&
  bottom(past, 0) > bottom(past, 1)

const follows = (past: Past, age: number) =>
  past.open(age) > past.open(age + 1) && past.open(age) <= past.close(age + 1) + near(past, age + 1)

/** Two rises side by side, both beyond the same side of the first. */
const sideBySide = (past: Past) =>
  isWhite(past, 1) &&
  isWhite(past, 0) &&
  isWithin(body(past, 0), body(past, 1), near(past, 1)) &&
  isWithin(past.open(0), past.open(1), same(past, 1))

const tasuki = (past: Past) =>
  isAbove(past, 1, 2) &&
  isWhite(past, 1) &&
  isBlack(past, 0) &&
  past.open(0) < past.close(1) &&
  past.open(0) > past.open(1) &&
  past.close(0) < past.open(1) &&
  past.close(0) > top(past, 2) &&
  Math.abs(body(past, 1) - body(past, 0)) < near(past, 1)

const gapMethods = (past: Past) =>
  isWhite(past, 2) &&
  isWhite(past, 1) &&
  isBlack(past, 0) &&
  isAbove(past, 1, 2) &&
  past.open(0) < past.close(1) &&
  past.open(0) > past.open(1) &&
  past.close(0) < past.close(2) &&
  past.close(0) > past.open(2)

const opensInside = (past: Past, age: number) =>
  past.open(age) < past.open(age + 1) && past.open(age) > past.close(age + 1)

const weakens = (past: Past) =>
  (body(past, 1) < body(past, 2) - far(past, 2) && body(past, 0) < body(past, 1) + near(past, 1)) ||
  body(past, 0) < body(past, 1) - far(past, 1) ||
  (body(past, 0) < body(past, 1) &&
    body(past, 1) < body(past, 2) &&
    (upperShadow(past, 0) > past.usualShadow(0) || upperShadow(past, 1) > past.usualShadow(1))) ||
  (body(past, 0) < body(past, 1) && upperShadow(past, 0) > body(past, 0))

export const THREES = {
  morning_star: found(
    'morning star: long fall, short body below it, rise into the first',
    12,
    morningStar,
  ),
  evening_star: foundFalling(
    'evening star: long rise, short body above it, fall into the first',
    12,
    morningStar,
  ),
  morning_doji_star: found('the same with a doji below the fall', 12, morningDojiStar),
  evening_doji_star: foundFalling('the same with a doji above the rise', 12, morningDojiStar),
  bullish_abandoned_baby: found('a doji with gaps below a long fall and a rise', 12, abandoned),
  bearish_abandoned_baby: foundFalling(
    'a doji with gaps above a long rise and a fall',
    12,
    abandoned,
  ),
  three_inside_up: found('a short body inside a long fall, then a close above that', 12, inside),
  three_inside_down: foundFalling(
    'a short body inside a long rise, then a close below that',
    12,
    inside,
  ),
  three_outside_up: found('a rise over the fall before, then a higher close', 3, outside),
  three_outside_down: foundFalling('a fall over the rise before, then a lower close', 3, outside),
  bullish_tristar: found('three doji, the middle one below', 12, tristar),
  bearish_tristar: foundFalling('three doji, the middle one above', 12, tristar),
  bullish_side_by_side_white: found(
    'two alike rises beside each other, above the body before',
    7,
    (past) => isAbove(past, 1, 2) && isAbove(past, 0, 2) && sideBySide(past),
  ),
  bearish_side_by_side_white: found(
    'two alike rises beside each other, below the body before',
    7,
    (past) => isBelow(past, 1, 2) && isBelow(past, 0, 2) && sideBySide(past),
  ),
  upside_tasuki_gap: found('a rise above a gap, then a fall into the gap', 7, tasuki),
  downside_tasuki_gap: foundFalling('a fall below a gap, then a rise into the gap', 7, tasuki),
  upside_gap_three_methods: found('two rises with a gap, then a fall that fills it', 2, gapMethods),
  downside_gap_three_methods: foundFalling(
    'two falls with a gap, then a rise that fills it',
    2,
    gapMethods,
  ),
  two_crows: found(
    'two crows: above a long rise a fall, then one back into the rise',
    12,
    (past) =>
      isWhite(past, 2) &&
      isLong(past, 2) &&
      isBlack(past, 1) &&
      isAbove(past, 1, 2) &&
      isBlack(past, 0) &&
      opensInside(past, 0) &&
      past.close(0) > past.open(2) &&
      past.close(0) < past.close(2),
  ),
  upside_gap_two_crows: found(
    'above a long rise a short fall, then a larger one over it, still above the rise',
    12,
    (past) =>
      isWhite(past, 2) &&
      isLong(past, 2) &&
      isBlack(past, 1) &&
      isStar(past, 1) &&
      isAbove(past, 1, 2) &&
      isBlack(past, 0) &&
      past.open(0) > past.open(1) &&
      past.close(0) < past.close(1) &&
      past.close(0) > past.close(2),
  ),
  identical_three_crows: found(
    'three falls to their lows, each from the close before',
    12,
    (past) =>
      are(past, isBlack) &&
      are(past, (own, age) => lowerShadow(own, age) < tiny(own, age)) &&
      past.close(2) > past.close(1) &&
      past.close(1) > past.close(0) &&
      isWithin(past.open(1), past.close(2), same(past, 2)) &&
      isWithin(past.open(0), past.close(1), same(past, 1)),
  ),
  three_stars_in_the_south: found(
    'three falls that shrink, each inside the range before',
    12,
    (past) =>
      are(past, isBlack) &&
      isLong(past, 2) &&
      lowerShadow(past, 2) > body(past, 2) &&
      body(past, 1) < body(past, 2) &&
      past.open(1) > past.close(2) &&
      past.open(1) <= past.high(2) &&
      past.low(1) < past.close(2) &&
      past.low(1) >= past.low(2) &&
      lowerShadow(past, 1) > tiny(past, 1) &&
      isShort(past, 0) &&
      hasNoLower(past, 0) &&
      hasNoUpper(past, 0) &&
      past.low(0) > past.low(1) &&
      past.high(0) < past.high(1),
  ),
  three_white_soldiers: found(
    'three rising bodies, each from inside the one before, closing at their highs',
    12,
    (past) =>
      are(past, isWhite) &&
      are(past, (own, age) => upperShadow(own, age) < tiny(own, age)) &&
      closesHigher(past) &&
      follows(past, 1) &&
      follows(past, 0) &&
      body(past, 1) > body(past, 2) - far(past, 2) &&
      body(past, 0) > body(past, 1) - far(past, 1) &&
      isLong(past, 0),
  ),
  advance_block: found(
    'advance block: three rises that weaken',
    12,
    (past) =>
      are(past, isWhite) &&
      closesHigher(past) &&
      follows(past, 1) &&
      follows(past, 0) &&
      isLong(past, 2) &&
      upperShadow(past, 2) < past.usualShadow(2) &&
      weakens(past),
  ),
  stalled_pattern: found(
    'two long rises, then a small one at the shoulder of the second',
    12,
    (past) =>
      are(past, isWhite) &&
      closesHigher(past) &&
      isLong(past, 2) &&
      isLong(past, 1) &&
      hasNoUpper(past, 1) &&
      follows(past, 1) &&
      isShort(past, 0) &&
      past.open(0) >= past.close(1) - body(past, 0) - near(past, 1),
  ),
  stick_sandwich: found(
    'a rise between two falls to one close',
    7,
    (past) =>
      isBlack(past, 2) &&
      isWhite(past, 1) &&
      isBlack(past, 0) &&
      past.low(1) > past.close(2) &&
      isWithin(past.close(0), past.close(2), same(past, 2)),
  ),
  unique_three_river: found(
    'a long fall, one inside it with a lower low, and a small rise below',
    12,
    (past) =>
      isBlack(past, 2) &&
      isLong(past, 2) &&
      isBlack(past, 1) &&
      past.close(1) > past.close(2) &&
      past.open(1) <= past.open(2) &&
      past.low(1) < past.low(2) &&
      isWhite(past, 0) &&
      isShort(past, 0) &&
      past.open(0) > past.low(1),
  ),
} satisfies Record<string, Indicator>
