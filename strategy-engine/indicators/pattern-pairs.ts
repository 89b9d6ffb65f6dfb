// Patterns of two candles, and the hikkake, which waits for a third.
import type { Indicator } from './kernel.ts'
import {
  body,
  bottom,
  found,
  foundFalling,
  hasNoLower,
  hasNoUpper,
  hikkake,
  isAbove,
  isBlack,
  isDoji,
  isLong,
  isShort,
  isWhite,
  isWithin,
  near,
  type Past,
  same,
  top,
} from './pattern-candles.ts'

/** The newest body reaches over the one before on both sides, on one of them truly. */
const engulfs = (past: Past) =>
  isWhite(past, 0) &&
  isBlack(past, 1) &&
  top(past, 0) >= top(past, 1) &&
  bottom(past, 0) <= bottom(past, 1) &&
  (top(past, 0) > top(past, 1) || bottom(past, 0) < bottom(past, 1))

/** Inside the long falling body before; their ends may be the same. */
const isInside = (past: Past) =>
  isBlack(past, 1) &&
  isLong(past, 1) &&
  top(past, 0) <= top(past, 1) &&
  bottom(past, 0) >= bottom(past, 1)

const harami = (past: Past) => isInside(past) && body(past, 0) <= past.usualBody(0)
const haramiCross = (past: Past) => isInside(past) && isDoji(past, 0)

/** From beyond the low of the long falling body before, past its middle. */
const piercing = (past: Past) =>
  isBlack(past, 1) &&
  isLong(past, 1) &&
  isWhite(past, 0) &&
  past.open(0) < past.low(1) &&
  past.close(0) < past.open(1) &&
  past.close(0) > past.close(1) + body(past, 1) * 0.5

/** After a long fall a rise that opens below its low. */
const opensBelow = (past: Past) =>
  isBlack(past, 1) && isLong(past, 1) && isWhite(past, 0) && past.open(0) < past.low(1)

const counterattack = (past: Past) =>
  isWhite(past, 0) &&
  isBlack(past, 1) &&
  isLong(past, 0) &&
  isLong(past, 1) &&
  isWithin(past.close(0), past.close(1), same(past, 1))

const separating = (past: Past) =>
  isWhite(past, 0) &&
  isBlack(past, 1) &&
  isLong(past, 0) &&
  isWithin(past.open(0), past.open(1), same(past, 1)) &&
  hasNoLower(past, 0)

const dojiStar = (past: Past) =>
  isWhite(past, 1) && isLong(past, 1) && isDoji(past, 0) && isAbove(past, 0, 1)

const isBare = (past: Past, age: number) =>
  isLong(past, age) && hasNoUpper(past, age) && hasNoLower(past, age)

/** Two long candles without shadows, the newest rising away from the one that fell. */
const kicking = (past: Past) =>
  isBare(past, 1) &&
  isBare(past, 0) &&
  isBlack(past, 1) &&
  isWhite(past, 0) &&
  past.low(0) > past.high(1)

/** The longer one says the way. */
const kickingByLength = (past: Past) =>
  isBare(past, 1) &&
  isBare(past, 0) &&
  past.colour(0) === -past.colour(1) &&
  (isBlack(past, 1) ? past.low(0) > past.high(1) : past.high(0) < past.low(1)) &&
  isWhite(past, body(past, 0) > body(past, 1) ? 0 : 1)

const isInsideRange = (past: Past, age: number) =>
  past.high(age) < past.high(age + 1) && past.low(age) > past.low(age + 1)
const breaksDown = (past: Past) => past.high(0) < past.high(1) && past.low(0) < past.low(1)

const breaksInside = (past: Past) => isInsideRange(past, 1) && breaksDown(past)
const breaksInsideTwice = (past: Past) =>
  isInsideRange(past, 2) &&
  isInsideRange(past, 1) &&
  breaksDown(past) &&
  past.close(2) <= past.low(2) + near(past, 2)

export const PAIRS = {
  bullish_engulfing: found('a rising body over the falling one before', 2, engulfs),
  bearish_engulfing: foundFalling('a falling body over the rising one before', 2, engulfs),
  bullish_harami: found('a short body inside the long falling one before', 11, harami),
  bearish_harami: foundFalling('a short body inside the long rising one before', 11, harami),
  bullish_harami_cross: found('a doji inside the long falling body before', 11, haramiCross),
  bearish_harami_cross: foundFalling('a doji inside the long rising body before', 11, haramiCross),
  bullish_doji_star: foundFalling('a doji below the long falling body before', 11, dojiStar),
  bearish_doji_star: found('a doji above the long rising body before', 11, dojiStar),
  piercing: found(
    'piercing: a long rise from below the low into the long falling body before, past its middle',
    11,
    (past) => piercing(past) && isLong(past, 0),
  ),
  dark_cloud: foundFalling(
    'dark cloud cover: a fall from above the high into the long rising body before, past its middle',
    11,
    piercing,
  ),
  in_neck: found(
    'in-neck: after a long fall a rise from below its low to its close',
    11,
    (past) =>
      opensBelow(past) &&
      past.close(0) <= past.close(1) + same(past, 1) &&
      past.close(0) >= past.close(1),
  ),
  on_neck: found(
    'on-neck: after a long fall a rise from below its low up to it',
    11,
    (past) => opensBelow(past) && isWithin(past.close(0), past.low(1), same(past, 1)),
  ),
  thrusting: found(
    'thrusting: after a long fall a rise from below its low into the body, not past its middle',
    11,
    (past) =>
      opensBelow(past) &&
      past.close(0) > past.close(1) + same(past, 1) &&
      past.close(0) <= past.close(1) + body(past, 1) * 0.5,
  ),
  bullish_counterattack: found('a long rise back to the close of a long fall', 11, counterattack),
  bearish_counterattack: foundFalling(
    'a long fall back to the close of a long rise',
    11,
    counterattack,
  ),
  bullish_separating_lines: found('a long rise from where a fall had opened', 11, separating),
  bearish_separating_lines: foundFalling(
    'a long fall from where a rise had opened',
    11,
    separating,
  ),
  homing_pigeon: found(
    'homing pigeon: a short fall inside the long one before',
    11,
    (past) =>
      isBlack(past, 1) &&
      isBlack(past, 0) &&
      isLong(past, 1) &&
      isShort(past, 0) &&
      past.open(0) < past.open(1) &&
      past.close(0) > past.close(1),
  ),
  matching_low: found(
    'matching low: two falls to one close',
    6,
    (past) =>
      isBlack(past, 1) && isBlack(past, 0) && isWithin(past.close(0), past.close(1), same(past, 1)),
  ),
  bullish_kicking: found('after a bare fall a bare rise, with a gap', 11, kicking),
  bearish_kicking: foundFalling('after a bare rise a bare fall, with a gap', 11, kicking),
  bullish_kicking_by_length: found(
    'two bare candles with a gap between, the longer one rising',
    11,
    kickingByLength,
  ),
  bearish_kicking_by_length: foundFalling(
    'two bare candles with a gap between, the longer one falling',
    11,
    kickingByLength,
  ),
  bullish_hikkake: hikkake(
    'hikkake: a break down out of an inside candle; again at the close above that one within three candles',
    5,
    true,
    breaksInside,
  ),
  bearish_hikkake: hikkake(
    'hikkake: a break up out of an inside candle; again at the close below that one within three candles',
    5,
    false,
    breaksInside,
  ),
  bullish_modified_hikkake: hikkake(
    'the same after two candles inside each other, the second of which closed near its low',
    10,
    true,
    breaksInsideTwice,
  ),
  bearish_modified_hikkake: hikkake(
    'the same after two candles inside each other, the second of which closed near its high',
    10,
    false,
    breaksInsideTwice,
  ),
} satisfies Record<string, Indicator>
