// The parts of kernels: averages, sums and extremes of one value after another, each in constant time.
//
// Windows are two laps over one array of n slots. Slots before `at` hold this lap's values; slot k from `at` on holds the
// sum (or the extreme) of the last lap's values from k to its end. So a window is this lap's running sum and one slot:
// nothing is ever subtracted, and of a value that has gone no rounding error stays. At the end of a lap its values are
// added up from behind. Slots begin as NaN, which makes a window unknown until it is full.
import type { Memory, Step } from './memory.ts'

/** The sum of the last n values. */
export function sumOf(memory: Memory, n: number): Step {
  const slots = memory.take(n + 2, Number.NaN).fill(0, n)
  return (value) => {
    if (Number.isNaN(value)) return Number.NaN
    const at = (slots[n] as number) | 0
    const sum = (slots[n + 1] as number) + value
    slots[at] = value
    if (at + 1 < n) {
      slots[n] = at + 1
      slots[n + 1] = sum
      return sum + (slots[at + 1] as number)
    }
    addUp(slots, n)
    slots[n] = 0
    slots[n + 1] = 0
    return sum
  }
}

export function addUp(slots: Float64Array, n: number): void {
  let rest = 0
  for (let k = n - 1; k >= 0; k--) {
    rest += slots[k] as number
    slots[k] = rest
  }
}

export function meanOf(memory: Memory, n: number): Step {
  const sum = sumOf(memory, n)
  return (value) => sum(value) / n
}

/** The mean of the last n values, the newest weighing n, the oldest 1. */
export function weightedOf(memory: Memory, n: number): Step {
  const slots = memory.take(n + 3, Number.NaN).fill(0, n)
  const all = (n * (n + 1)) / 2
  return (value) => {
    if (Number.isNaN(value)) return Number.NaN
    const at = (slots[n] as number) | 0
    const sum = (slots[n + 1] as number) + value
    const ramp = (slots[n + 2] as number) + at * value
    slots[at] = value
    if (at + 1 < n) {
      slots[n] = at + 1
      slots[n + 1] = sum
      slots[n + 2] = ramp
      return ((n - at) * sum + ramp + (slots[at + 1] as number)) / all
    }
    rampUp(slots, n)
    slots[n] = 0
    slots[n + 1] = 0
    slots[n + 2] = 0
    return (sum + ramp) / all
  }
}

/** From the values of a lap: slot k has those from k on, the first of them weighing 1. */
function rampUp(slots: Float64Array, n: number): void {
  let rest = 0
  let weighted = 0
  for (let k = n - 1; k >= 0; k--) {
    rest += slots[k] as number
    weighted += rest
    slots[k] = weighted
  }
}

export function highestOf(memory: Memory, n: number): Step {
  const slots = memory.take(n + 2, Number.NaN)
  slots[n] = 0
  slots[n + 1] = Number.NEGATIVE_INFINITY
  return (value) => {
    if (Number.isNaN(value)) return Number.NaN
    const at = (slots[n] as number) | 0
    const most = Math.max(slots[n + 1] as number, value)
    slots[at] = value
    if (at + 1 < n) {
      slots[n] = at + 1
      slots[n + 1] = most
      return Math.max(most, slots[at + 1] as number)
    }
    keepHighest(slots, n)
    slots[n] = 0
    slots[n + 1] = Number.NEGATIVE_INFINITY
    return most
  }
}

function keepHighest(slots: Float64Array, n: number): void {
  let rest = Number.NEGATIVE_INFINITY
  for (let k = n - 1; k >= 0; k--) {
    rest = Math.max(rest, slots[k] as number)
    slots[k] = rest
  }
}

export function lowestOf(memory: Memory, n: number): Step {
  const highest = highestOf(memory, n)
  return (value) => -highest(-value)
}

/** How many values ago the highest of the last n was, the latest of equal ones. */
export function sinceHighestOf(memory: Memory, n: number): Step {
  // Values, then [at, the lap's highest, its place], then the places of what is left.
  const slots = memory.take(2 * n + 3, Number.NaN).fill(0, n)
  slots[n + 1] = Number.NEGATIVE_INFINITY
  const places = n + 3
  return (value) => {
    if (Number.isNaN(value)) return Number.NaN
    const at = (slots[n] as number) | 0
    if (value >= (slots[n + 1] as number)) {
      slots[n + 1] = value
      slots[n + 2] = at
    }
    const most = slots[n + 1] as number
    const place = slots[n + 2] as number
    slots[at] = value
    if (at + 1 < n) {
      slots[n] = at + 1
      const rest = slots[at + 1] as number
      if (Number.isNaN(rest)) return Number.NaN
      return most >= rest ? at - place : at + n - (slots[places + at + 1] as number)
    }
    keepPlaces(slots, n)
    slots[n] = 0
    slots[n + 1] = Number.NEGATIVE_INFINITY
    return at - place
  }
}

function keepPlaces(slots: Float64Array, n: number): void {
  let rest = Number.NEGATIVE_INFINITY
  let where = 0
  for (let k = n - 1; k >= 0; k--) {
    if ((slots[k] as number) > rest) {
      rest = slots[k] as number
      where = k
    }
    slots[k] = rest
    slots[n + 3 + k] = where
  }
}

/** The value n values ago. */
export function agoOf(memory: Memory, n: number): Step {
  const slots = memory.take(n + 1, Number.NaN).fill(0, n)
  return (value) => {
    if (Number.isNaN(value)) return Number.NaN
    const at = (slots[n] as number) | 0
    const old = slots[at] as number
    slots[at] = value
    slots[n] = at + 1 === n ? 0 : at + 1
    return old
  }
}

/** The change against n values ago. */
export function changeOf(memory: Memory, n: number): Step {
  const ago = agoOf(memory, n)
  return (value) => value - ago(value)
}

/** TA-Lib's exponential average: the mean of the first n, then `weight` of each new value. */
export function emaOf(memory: Memory, n: number, weight = 2 / (n + 1)): Step {
  const own = memory.take(2)
  return (value) => {
    if (Number.isNaN(value)) return Number.NaN
    const seen = own[0] as number
    const average = own[1] as number
    if (seen === n) {
      const next = average + (value - average) * weight
      own[1] = next
      return next
    }
    own[0] = seen + 1
    own[1] = average + value
    if (seen + 1 < n) return Number.NaN
    own[1] = (average + value) / n
    return own[1] as number
  }
}

/** Wilder's average: the mean of the first n, then one n-th of each new value. */
export function wilderOf(memory: Memory, n: number): Step {
  const own = memory.take(2)
  return (value) => {
    if (Number.isNaN(value)) return Number.NaN
    const seen = own[0] as number
    const average = own[1] as number
    if (seen === n) {
      const next = (average * (n - 1) + value) / n
      own[1] = next
      return next
    }
    own[0] = seen + 1
    own[1] = average + value
    if (seen + 1 < n) return Number.NaN
    own[1] = (average + value) / n
    return own[1] as number
  }
}

/** True range of a candle; unknown for the first, which has no close before it. */
export function trueRangeOf(memory: Memory): (high: number, low: number, close: number) => number {
  const before = memory.take(1, Number.NaN)
  return (high, low, close) => {
    const old = before[0] as number
    before[0] = close
    return Math.max(high - low, Math.abs(high - old), Math.abs(low - old))
  }
}
