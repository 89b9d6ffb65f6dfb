// Which values of a strategy's parameters a search tries.
import type { Param, Strategy } from '../../strategies/file/strategy.ts'

export type Combination = Readonly<Record<string, number>>

/** A range without a step is tried in so many steps. */
const DEFAULT_STEPS = 10

interface Range {
  readonly name: string
  readonly from: number
  readonly step: number
  readonly count: number
}

/** Parameters without a range keep their value. */
function rangesOf({ params }: Strategy): readonly Range[] {
  return Object.entries(params).flatMap(([name, param]) => {
    const { from, to } = param
    if (from === undefined || to === undefined) return []
    const step = param.step ?? stepOf(param, to - from)
    return [{ name, from, step, count: Math.floor((to - from) / step + 1e-9) + 1 }]
  })
}

/** Whole numbers stay whole. */
function stepOf({ value, from }: Param, width: number): number {
  const step = width / DEFAULT_STEPS
  return Number.isInteger(value) && Number.isInteger(from) ? Math.max(1, Math.round(step)) : step
}

/** How many a grid over all ranges has; 1 without a range. */
export function gridSize(strategy: Strategy): number {
  return rangesOf(strategy).reduce((product, { count }) => product * count, 1)
}

/** All of the grid, or so many of them, each once, by chance: `next` gives 0 to 1. */
export function combinationsOf(
  strategy: Strategy,
  most: number,
  next: () => number,
): readonly Combination[] {
  const ranges = rangesOf(strategy)
  const size = gridSize(strategy)
  if (size <= most) return Array.from({ length: size }, (_, at) => combination(ranges, at))
  const chosen = new Set<number>()
  while (chosen.size < most) chosen.add(Math.min(size - 1, Math.floor(next() * size)))
  return [...chosen].sort((a, b) => a - b).map((at) => combination(ranges, at))
}

/** The last range turns fastest. */
function combination(ranges: readonly Range[], at: number): Combination {
  let rest = at
  const values = ranges.toReversed().map(({ name, from, step, count }) => {
    const value = Number((from + (rest % count) * step).toPrecision(12))
    rest = Math.floor(rest / count)
    return [name, value] as const
  })
  return Object.fromEntries(values.reverse())
}
