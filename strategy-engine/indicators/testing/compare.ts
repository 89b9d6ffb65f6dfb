// Our values beside another's.
import type { Columns } from './columns.ts'

interface Difference {
  /** The first candle at which each is known; -1 for never. */
  readonly first: number
  readonly firstOther: number
  /** The largest relative difference, and where; a value known to one alone is Infinity. */
  readonly worst: number
  readonly at: number
}

/**
 * Relative to the value, or to a thousandth of the column's largest where the value is smaller: near zero both are
 * differences of large numbers. Candles for which `skip` holds are left out.
 */
export function difference(
  ours: Float64Array,
  theirs: Float64Array,
  skip: (i: number) => boolean = () => false,
): Difference {
  const isKnown = (value: number) => !Number.isNaN(value)
  const largest = theirs.filter(isKnown).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  let worst = 0
  let at = -1
  ours.forEach((value, i) => {
    const other = theirs[i] ?? Number.NaN
    if (skip(i) || Object.is(value, other) || value === other) return
    const scale = Math.max(Math.abs(other), largest / 1_000)
    const far = isKnown(value) && isKnown(other) ? Math.abs(value - other) / scale : Infinity
    if (far > worst) {
      worst = far
      at = i
    }
  })
  return { first: ours.findIndex(isKnown), firstOther: theirs.findIndex(isKnown), worst, at }
}

/** Where nothing was traded in the window, TA-Lib divides what rounding left in its running sums. */
const OF_VOLUME = new Set(['vwma', 'cmf', 'rvol'])
/** Where nothing moved for a whole cycle, its phase is the one of what rounding left of a sine. */
const OF_PHASE = new Set(['ht_dcphase', 'ht_sine'])
const MIN_CYCLE = 9

/** Candles at which TA-Lib's value is no value; docs/indicators.md tells them. */
export function isNoise(
  name: string,
  parameters: readonly number[],
  { volume, close }: Pick<Columns, 'volume' | 'close'>,
): (i: number) => boolean {
  const [n = 0] = parameters
  if (OF_VOLUME.has(name))
    return (i) => volume.slice(Math.max(0, i - n), i + 1).filter((one) => one > 0).length <= 1
  if (OF_PHASE.has(name))
    return (i) => new Set(close.slice(Math.max(0, i - MIN_CYCLE), i + 1)).size === 1
  return () => false
}
