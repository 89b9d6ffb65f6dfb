// How long a candle is.

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

export const DAY_MS = 86_400_000

/** Of a timeframe such as 15m, ms; 0 for months, which differ. */
export function lengthOf(timeframe: string): number {
  return Number.parseInt(timeframe, 10) * (UNITS[timeframe.slice(-1)] ?? 0)
}
