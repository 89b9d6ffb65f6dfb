// The middle and the far end of a sample.

export interface Spread {
  readonly p50: number
  readonly p99: number
}

/** Nearest rank, no interpolation: each figure is one that was measured. Rounded to microseconds when given ms. */
export function spread(sample: readonly number[]): Spread {
  const sorted = sample.toSorted((a, b) => a - b)
  return { p50: rank(sorted, 0.5), p99: rank(sorted, 0.99) }
}

function rank(sorted: readonly number[], share: number): number {
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  return round(value ?? Number.NaN)
}

export function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
