// Patterns of one candle.
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
  isDoji,
  isLong,
  isShort,
  isWhite,
  lowerShadow,
  near,
  type Past,
  tiny,
  top,
  upperShadow,
} from './pattern-candles.ts'

const hasShortShadows = (past: Past) =>
  upperShadow(past, 0) < past.usualShadow(0) && lowerShadow(past, 0) < past.usualShadow(0)
const hasLongShadows = (past: Past, bodies: number) =>
  upperShadow(past, 0) > bodies * body(past, 0) && lowerShadow(past, 0) > bodies * body(past, 0)

const hasLongLowerShadow = (past: Past) =>
  isShort(past, 0) && lowerShadow(past, 0) > body(past, 0) && hasNoUpper(past, 0)
const hasLongUpperShadow = (past: Past) =>
  isShort(past, 0) && upperShadow(past, 0) > body(past, 0) && hasNoLower(past, 0)

const marubozu = (past: Past) =>
  isWhite(past, 0) && isLong(past, 0) && hasNoUpper(past, 0) && hasNoLower(past, 0)
const closesAtItsEnd = (past: Past) => isWhite(past, 0) && isLong(past, 0) && hasNoUpper(past, 0)
const opensAtItsEnd = (past: Past) => isWhite(past, 0) && isLong(past, 0) && hasNoLower(past, 0)

export const SINGLE = {
  doji: found('doji: opens and closes at about one price', 10, (past) => isDoji(past, 0)),
  dragonfly_doji: found(
    'dragonfly doji: all of its range below the body',
    10,
    (past) => isDoji(past, 0) && hasNoUpper(past, 0) && lowerShadow(past, 0) > tiny(past, 0),
  ),
  gravestone_doji: found(
    'gravestone doji: all of its range above the body',
    10,
    (past) => isDoji(past, 0) && hasNoLower(past, 0) && upperShadow(past, 0) > tiny(past, 0),
  ),
  long_legged_doji: found(
    'long-legged doji: a doji with a long shadow',
    10,
    (past) =>
      isDoji(past, 0) &&
      (lowerShadow(past, 0) > body(past, 0) || upperShadow(past, 0) > body(past, 0)),
  ),
  rickshaw_man: found('rickshaw man: a doji in the middle of long shadows', 10, (past) => {
    const middle = past.low(0) + (past.high(0) - past.low(0)) / 2
    return (
      isDoji(past, 0) &&
      hasLongShadows(past, 1) &&
      bottom(past, 0) <= middle + near(past, 0) &&
      top(past, 0) >= middle - near(past, 0)
    )
  }),
  takuri: found(
    'takuri line: a dragonfly doji with a very long lower shadow',
    10,
    (past) => isDoji(past, 0) && hasNoUpper(past, 0) && lowerShadow(past, 0) > 2 * body(past, 0),
  ),
  spinning_top: found(
    'spinning top, of either colour: a small body between longer shadows',
    10,
    (past) => isShort(past, 0) && hasLongShadows(past, 1),
  ),
  high_wave: found(
    'high wave, of either colour: a small body between very long shadows',
    10,
    (past) => isShort(past, 0) && hasLongShadows(past, 2),
  ),
  long_line: found(
    'long body with short shadows, of either colour',
    10,
    (past) => isLong(past, 0) && hasShortShadows(past),
  ),
  short_line: found(
    'short body with short shadows, of either colour',
    10,
    (past) => isShort(past, 0) && hasShortShadows(past),
  ),
  bullish_marubozu: found('marubozu: a long rise without shadows', 10, marubozu),
  bearish_marubozu: foundFalling('marubozu: a long fall without shadows', 10, marubozu),
  bullish_closing_marubozu: found('a long rise that closes at its high', 10, closesAtItsEnd),
  bearish_closing_marubozu: foundFalling('a long fall that closes at its low', 10, closesAtItsEnd),
  bullish_belt_hold: found('belt-hold: a long rise that opens at its low', 10, opensAtItsEnd),
  bearish_belt_hold: foundFalling(
    'belt-hold: a long fall that opens at its high',
    10,
    opensAtItsEnd,
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
} satisfies Record<string, Indicator>
