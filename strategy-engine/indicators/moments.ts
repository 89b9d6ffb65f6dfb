// Mean and variance of the last n values.
import type { Memory, Step } from './memory.ts'

/**
 * Gives the population variance and writes the mean to mean[0]. Laps as in `steps.ts`, of differences to a value near by,
 * the last of the lap before: squares of whole prices would leave nothing of a small variance.
 */
export function momentsOf(memory: Memory, n: number, mean: Float64Array): Step {
  // Sums, squares, then [at, the lap's sum, its squares, the value near by].
  const slots = memory.take(2 * n + 4, Number.NaN)
  slots.fill(0, 2 * n, 2 * n + 3)
  const own = 2 * n
  return (value) => {
    if (Number.isNaN(value)) return Number.NaN
    if (Number.isNaN(slots[own + 3] as number)) slots[own + 3] = value
    const from = slots[own + 3] as number
    const at = (slots[own] as number) | 0
    const difference = value - from
    let sum = (slots[own + 1] as number) + difference
    let square = (slots[own + 2] as number) + difference * difference
    slots[at] = difference
    if (at + 1 < n) {
      slots[own] = at + 1
      slots[own + 1] = sum
      slots[own + 2] = square
      sum += slots[at + 1] as number
      square += slots[n + at + 1] as number
    } else {
      addUp(slots, n, difference)
      slots[own] = 0
      slots[own + 1] = 0
      slots[own + 2] = 0
      slots[own + 3] = value
    }
    const middle = sum / n
    mean[0] = from + middle
    const variance = square / n - middle * middle
    // What is not more than the rounding of the squares is nothing: values that are all the same have no variance.
    return variance <= square * Number.EPSILON ? 0 : variance
  }
}

/** From the differences of a lap, moved by `less`, to what is left of it from each slot on. */
function addUp(slots: Float64Array, n: number, less: number): void {
  let rest = 0
  let square = 0
  for (let k = n - 1; k >= 0; k--) {
    const one = (slots[k] as number) - less
    rest += one
    square += one * one
    slots[k] = rest
    slots[n + k] = square
  }
}
