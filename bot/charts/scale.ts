// From which value to which a plot reaches, and how its round values are written.
import { amount } from '../texts/numbers.ts'

/** Values at the lower and upper edge of the plot, and between two lines. */
export interface Scale {
  readonly low: number
  readonly high: number
  readonly step: number
}

/** Room above and below the values, as a part of their range. */
const PAD = 0.06
/** By which factor the range of `near` may grow for the values of `wished`, and for those of `more`. */
const MAX_STRETCH = 3
const LESS = 2.2

/** Includes all of `near`, then values of `wished` and `more`, the nearest first, as long as `near` is not flattened. */
export function scaleOf(
  near: readonly number[],
  wished: readonly number[] = [],
  more: readonly number[] = [],
): Scale {
  let [low, high] = [Math.min(...near), Math.max(...near)]
  const range = high - low || Math.abs(high)
  const distance = (value: number) => Math.max(low - value, value - high, 0)
  const nearest = (values: readonly number[]) =>
    values.toSorted((a, b) => distance(a) - distance(b))
  const take = (value: number, most: number) => {
    const [lower, higher] = [Math.min(low, value), Math.max(high, value)]
    if (higher - lower > most * range) return
    low = lower
    high = higher
  }
  for (const value of nearest(wished)) take(value, MAX_STRETCH)
  for (const value of nearest(more)) take(value, LESS)
  const pad = (high - low || Math.abs(high)) * PAD
  return rounded(low - pad, high + pad)
}

/** From one round value to another, where a float can tell them apart. */
function rounded(low: number, high: number): Scale {
  const step = stepOf(high - low || 1)
  const whole = { low: Math.floor(low / step) * step, high: Math.ceil(high / step) * step, step }
  return whole.high > whole.low ? whole : { low: low - 1, high: high + 1, step: 1 }
}

/** Of 1, 2 or 5 of some power of ten, so that there are about five lines. */
function stepOf(range: number): number {
  const wished = range / 5
  const power = 10 ** Math.floor(Math.log10(wished))
  return ([5, 2, 1].find((one) => one * power <= wished) ?? 1) * power
}

/** With no more decimals than two neighbouring labels need. */
export function writeRound(value: number, step: number): string {
  const digits = Math.min(20, Math.max(0, -Math.floor(Math.log10(step))))
  const text = amount(Math.abs(value).toFixed(digits))
  return value < 0 && text !== '0' ? `−${text}` : text
}
