// Two exponential averages of one series in one loop: each step of an average waits for the one before it, and the time
// is enough for another average.
import type { Kernel } from './kernel.ts'
import { NONE } from './memory.ts'

/** Gives and remembers what the two would give and remember one after the other. Outputs: of the first, of the second. */
export function averagePair(first: Kernel, second: Kernel): Kernel['update'] {
  const [one, other] = [partOf(first), partOf(second)]
  return (inputs, [out = NONE, outOther = NONE], from, to) => {
    if (one.own[0] !== one.n || other.own[0] !== other.n) {
      first.update(inputs, [out], from, to)
      second.update(inputs, [outOther], from, to)
      return
    }
    const [x = NONE] = inputs
    const [weight, otherWeight] = [one.weight, other.weight]
    let average = one.own[1] as number
    let otherAverage = other.own[1] as number
    for (let i = from; i < to; i++) {
      const value = x[i] as number
      if (Number.isNaN(value)) {
        out[i] = Number.NaN
        outOther[i] = Number.NaN
        continue
      }
      average += (value - average) * weight
      otherAverage += (value - otherAverage) * otherWeight
      out[i] = average
      outOther[i] = otherAverage
    }
    one.own[1] = average
    other.own[1] = otherAverage
  }
}

function partOf({ average, state }: Kernel) {
  if (average === undefined || state === null) throw new TypeError('no exponential average')
  return { ...average, own: state }
}
