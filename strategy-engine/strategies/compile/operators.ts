// What each operator of a rule does with blocks: columns of candles in, one column out. NaN is unknown, and stays so.
import type { ArithmeticOperator, Comparison, FunctionName } from '../rules/tree.ts'

/** A block of values, one a candle. Of a condition: 1 true, 0 false, NaN unknown. */
export type Column = Float64Array

/** Computes the first `length` values of a block. */
export type Step = (length: number) => void

/** An overflow or a division by zero is unknown, so that 1 / (1 / 0) is not 0. */
function finite(value: number): number {
  return value - value === 0 ? value : Number.NaN
}

type Binary = (left: Column, right: Column, out: Column) => Step

// One loop an operator: a loop that calls a function for each candle would be several times slower.
export const ARITHMETIC_STEPS: Readonly<Record<ArithmeticOperator, Binary>> = {
  '+': (left, right, out) => (length) => {
    for (let i = 0; i < length; i++) out[i] = finite((left[i] as number) + (right[i] as number))
  },
  '-': (left, right, out) => (length) => {
    for (let i = 0; i < length; i++) out[i] = finite((left[i] as number) - (right[i] as number))
  },
  '*': (left, right, out) => (length) => {
    for (let i = 0; i < length; i++) out[i] = finite((left[i] as number) * (right[i] as number))
  },
  '/': (left, right, out) => (length) => {
    for (let i = 0; i < length; i++) out[i] = finite((left[i] as number) / (right[i] as number))
  },
}

/** Where a comparison holds (1), and where its opposite does (2): looked up, since a branch that goes either way is slow. */
const ANSWERS = Float64Array.of(Number.NaN, 1, 0)

export const COMPARE_STEPS: Readonly<Record<Comparison, Binary>> = {
  '<': (left, right, out) => (length) => {
    for (let i = 0; i < length; i++) {
      const a = left[i] as number
      const b = right[i] as number
      out[i] = ANSWERS[Number(a < b) + 2 * Number(a >= b)] as number
    }
  },
  '<=': (left, right, out) => (length) => {
    for (let i = 0; i < length; i++) {
      const a = left[i] as number
      const b = right[i] as number
      out[i] = ANSWERS[Number(a <= b) + 2 * Number(a > b)] as number
    }
  },
  '>': (left, right, out) => (length) => {
    for (let i = 0; i < length; i++) {
      const a = left[i] as number
      const b = right[i] as number
      out[i] = ANSWERS[Number(a > b) + 2 * Number(a <= b)] as number
    }
  },
  '>=': (left, right, out) => (length) => {
    for (let i = 0; i < length; i++) {
      const a = left[i] as number
      const b = right[i] as number
      out[i] = ANSWERS[Number(a >= b) + 2 * Number(a < b)] as number
    }
  },
}

/**
 * `over`: 1 where `left` was at most equal to `right` one candle before and is above it now; `under`: where it was at
 * least equal and is below. Unknown where one of the two candles is.
 */
export function crossings(
  left: Column,
  right: Column,
  over: Column,
  under: Column,
  /** The sign of `left` - `right` one candle before. */
  memory = new Float64Array([Number.NaN]),
): Step {
  return (length) => {
    let before = memory[0] as number
    over.fill(0, 0, length)
    under.fill(0, 0, length)
    for (let i = 0; i < length; i++) {
      // The common case: the candle is on the same side as the one before.
      if (before > 0) while (i < length && (left[i] as number) > (right[i] as number)) i += 1
      else if (before < 0) while (i < length && (left[i] as number) < (right[i] as number)) i += 1
      if (i === length) break
      const a = left[i] as number
      const b = right[i] as number
      const now = a > b ? 1 : a < b ? -1 : a === b ? 0 : Number.NaN
      if (now === before) continue
      const unknown = now - now + (before - before)
      over[i] = now > 0 ? 1 + unknown : unknown
      under[i] = now < 0 ? 1 + unknown : unknown
      before = now
    }
    memory[0] = before
  }
}

export function and(left: Column, right: Column, out: Column): Step {
  return (length) => {
    for (let i = 0; i < length; i++) out[i] = (left[i] as number) * (right[i] as number)
  }
}

export function or(left: Column, right: Column, out: Column): Step {
  return (length) => {
    for (let i = 0; i < length; i++) {
      const a = left[i] as number
      const b = right[i] as number
      out[i] = a + b - a * b
    }
  }
}

export function not(of: Column, out: Column): Step {
  return (length) => {
    for (let i = 0; i < length; i++) out[i] = 1 - (of[i] as number)
  }
}

/** 1 where at least `count` of them are. */
export function some(count: number, of: readonly Column[], out: Column): Step {
  return (length) => {
    for (let i = 0; i < length; i++) {
      let sum = 0
      for (const column of of) sum += column[i] as number
      out[i] = sum >= count ? 1 : sum < count ? 0 : Number.NaN
    }
  }
}

/** 1 where any is 1, otherwise 0: rules that stand beside each other do not make each other unknown. */
export function any(of: readonly Column[], out: Column): Step {
  return (length) => {
    for (let i = 0; i < length; i++) {
      let holds = 0
      for (const column of of) if (column[i] === 1) holds = 1
      out[i] = holds
    }
  }
}

export function negative(of: Column, out: Column): Step {
  return (length) => {
    for (let i = 0; i < length; i++) out[i] = -(of[i] as number)
  }
}

export function share(of: Column, percent: Column, out: Column): Step {
  return (length) => {
    for (let i = 0; i < length; i++)
      out[i] = finite(((of[i] as number) * (percent[i] as number)) / 100)
  }
}

export function choose(when: Column, then: Column, otherwise: Column, out: Column): Step {
  return (length) => {
    for (let i = 0; i < length; i++) {
      const holds = when[i] as number
      out[i] = holds === 1 ? (then[i] as number) : holds === 0 ? (otherwise[i] as number) : holds
    }
  }
}

/** The value of `of` at the last candle at which the condition held. `memory`: that value, NaN before there is one. */
export function when(condition: Column, of: Column, out: Column, memory: Float64Array): Step {
  return (length) => {
    for (let i = 0; i < length; i++) {
      const holds = condition[i] as number
      const value = of[i] as number
      const isKnown = holds === 0 || (holds === 1 && !Number.isNaN(value))
      if (isKnown && holds === 1) memory[0] = value
      out[i] = isKnown ? (memory[0] as number) : Number.NaN
    }
  }
}

/** What `ago` remembers: a ring of so many values, and where the oldest is. */
export function ring(candles: number): Float64Array {
  return new Float64Array(candles + 1).fill(Number.NaN, 0, candles)
}

/** The value so many candles before, at least 1. */
export function ago(of: Column, candles: number, out: Column, memory = ring(candles)): Step {
  return (length) => {
    let at = memory[candles] as number
    for (let i = 0; i < length; i++) {
      out[i] = memory[at] as number
      memory[at] = of[i] as number
      at = at + 1 === candles ? 0 : at + 1
    }
    memory[candles] = at
  }
}

/** Of one candle's values. Unknown where one of them is, or where the result is no finite number. */
export const FUNCTIONS_OF: Readonly<Record<FunctionName, (...values: number[]) => number>> = {
  abs: Math.abs,
  min: Math.min,
  max: Math.max,
  round: Math.round,
  floor: Math.floor,
  ceil: Math.ceil,
  sign: Math.sign,
  sqrt: Math.sqrt,
  log: Math.log,
  exp: Math.exp,
  // x to the 0 is 1 even of NaN.
  pow: (base, exponent) => (Number.isNaN(base) ? base : base ** exponent),
}

export function call(name: FunctionName, of: readonly Column[], out: Column): Step {
  const compute = FUNCTIONS_OF[name]
  const [first, second] = of
  if (first === undefined) throw new RangeError(`${name} of nothing`)
  if (second === undefined)
    return (length) => {
      for (let i = 0; i < length; i++) out[i] = finite(compute(first[i] as number))
    }
  if (of.length === 2)
    return (length) => {
      for (let i = 0; i < length; i++)
        out[i] = finite(compute(first[i] as number, second[i] as number))
    }
  return (length) => {
    for (let i = 0; i < length; i++)
      out[i] = finite(compute(...of.map((column) => column[i] as number)))
  }
}

/** `closeOf`: when candle `i` of the block closed, Unix seconds. */
export function time(
  figure: (close: number) => number,
  closeOf: (i: number) => number,
  out: Column,
): Step {
  return (length) => {
    for (let i = 0; i < length; i++) out[i] = figure(closeOf(i))
  }
}

/** From when a candle closed, Unix seconds, to the figure that a rule names, UTC. */
export const TIME_OF = {
  minute: (close: number) => Math.floor(close / 60) % 60,
  hour: (close: number) => Math.floor(close / 3_600) % 24,
  // The first of January 1970 was a Thursday.
  weekday: (close: number) => ((Math.floor(close / 86_400) + 3) % 7) + 1,
  day: (close: number) => new Date(close * 1000).getUTCDate(),
} as const
