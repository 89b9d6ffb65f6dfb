// Patterns of four and five candles.
import type { Indicator } from './kernel.ts'
import {
  body,
  bottom,
  found,
  foundFalling,
  hasNoLower,
  hasNoUpper,
  isAbove,
  isBelow,
  isBlack,
  isLong,
  isShort,
  isWhite,
  near,
  type Past,
  tiny,
  top,
  upperShadow,
} from './pattern-candles.ts'

const hasNoShadows = (past: Past, age: number) => hasNoLower(past, age) && hasNoUpper(past, age)
const opensInside = (past: Past, age: number) =>
  past.open(age) < past.open(age + 1) && past.open(age) > past.close(age + 1)

const opensNear = (past: Past, age: number) =>
  past.open(age) >= bottom(past, age + 1) - near(past, age + 1) &&
  past.open(age) <= top(past, age + 1) + near(past, age + 1)

const strike = (past: Past) =>
  isWhite(past, 3) &&
  isWhite(past, 2) &&
  isWhite(past, 1) &&
  isBlack(past, 0) &&
  opensNear(past, 2) &&
  opensNear(past, 1) &&
  past.close(1) > past.close(2) &&
  past.close(2) > past.close(3) &&
  past.open(0) > past.close(1) &&
  past.close(0) < past.open(3)

const breakaway = (past: Past) =>
  isBlack(past, 4) &&
  isLong(past, 4) &&
  isBlack(past, 3) &&
  isBlack(past, 1) &&
  isWhite(past, 0) &&
  isBelow(past, 3, 4) &&
  past.high(2) < past.high(3) &&
  past.low(2) < past.low(3) &&
  past.high(1) < past.high(2) &&
  past.low(1) < past.low(2) &&
  past.close(0) > past.open(3) &&
  past.close(0) < past.close(4)

/** A long rise, three small falls within its range, and a long rise past its close. */
const threeMethods = (past: Past) =>
  isWhite(past, 4) &&
  isLong(past, 4) &&
  [3, 2, 1].every(
    (age) =>
      isBlack(past, age) &&
      isShort(past, age) &&
      bottom(past, age) < past.high(4) &&
      top(past, age) > past.low(4),
  ) &&
  past.close(2) < past.close(3) &&
  past.close(1) < past.close(2) &&
  isWhite(past, 0) &&
  isLong(past, 0) &&
  past.open(0) > past.close(1) &&
  past.close(0) > past.close(4)

export const LONGER = {
  bullish_three_line_strike: found('three rises, then a fall over all of them', 8, strike),
  bearish_three_line_strike: foundFalling('three falls, then a rise over all of them', 8, strike),
  three_black_crows: found(
    'three falling bodies after a rising one, each from inside the one before, closing at their lows',
    13,
    (past) =>
      isWhite(past, 3) &&
      [2, 1, 0].every((age) => isBlack(past, age) && hasNoLower(past, age)) &&
      opensInside(past, 1) &&
      opensInside(past, 0) &&
      past.high(3) > past.close(2) &&
      past.close(2) > past.close(1) &&
      past.close(1) > past.close(0),
  ),
  concealing_baby_swallow: found(
    'two bare falls, one below them that reaches up into them, and one over all of that',
    13,
    (past) =>
      [3, 2, 1, 0].every((age) => isBlack(past, age)) &&
      hasNoShadows(past, 3) &&
      hasNoShadows(past, 2) &&
      isBelow(past, 1, 2) &&
      upperShadow(past, 1) > tiny(past, 1) &&
      past.high(1) > past.close(2) &&
      past.high(0) > past.high(1) &&
      past.low(0) < past.low(1),
  ),
  ladder_bottom: found(
    'three falls, a fourth with an upper shadow, and a rise above it',
    14,
    (past) =>
      [4, 3, 2, 1].every((age) => isBlack(past, age)) &&
      past.open(4) > past.open(3) &&
      past.open(3) > past.open(2) &&
      past.close(4) > past.close(3) &&
      past.close(3) > past.close(2) &&
      upperShadow(past, 1) > tiny(past, 1) &&
      isWhite(past, 0) &&
      past.open(0) > past.open(1) &&
      past.close(0) > past.high(1),
  ),
  bullish_breakaway: found(
    'a long fall, a gap and three more, then a rise into the gap',
    14,
    breakaway,
  ),
  bearish_breakaway: foundFalling(
    'a long rise, a gap and three more, then a fall into the gap',
    14,
    breakaway,
  ),
  rising_three_methods: found(
    'three small falls within a long rise, then another',
    14,
    threeMethods,
  ),
  falling_three_methods: foundFalling(
    'three small rises within a long fall, then another',
    14,
    threeMethods,
  ),
  mat_hold: found(
    'mat hold: a long rise, above it three small candles that fall a little, then a rise above all',
    14,
    (past) =>
      isWhite(past, 4) &&
      isLong(past, 4) &&
      [3, 2, 1].every((age) => isShort(past, age)) &&
      isBlack(past, 3) &&
      isAbove(past, 3, 4) &&
      [2, 1].every(
        (age) =>
          bottom(past, age) < past.close(4) &&
          bottom(past, age) > past.close(4) - body(past, 4) * 0.5,
      ) &&
      top(past, 2) < past.open(3) &&
      top(past, 1) < top(past, 2) &&
      isWhite(past, 0) &&
      past.open(0) > past.close(1) &&
      past.close(0) > Math.max(past.high(3), past.high(2), past.high(1)),
  ),
} satisfies Record<string, Indicator>
