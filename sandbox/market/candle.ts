// Candles as the sandbox shows them, and the intervals it knows.

const DAY = 86_400_000

/** Those that are always as long, ms. */
export const INTERVALS = {
  '1s': 1_000,
  '1m': 60_000,
  '3m': 180_000,
  '5m': 300_000,
  '15m': 900_000,
  '30m': 1_800_000,
  '1h': 3_600_000,
  '2h': 7_200_000,
  '4h': 14_400_000,
  '6h': 21_600_000,
  '8h': 28_800_000,
  '12h': 43_200_000,
  '1d': DAY,
  '3d': 3 * DAY,
  '1w': 7 * DAY,
} as const

/** A month is as long as the calendar says. */
export type Interval = keyof typeof INTERVALS | '1M'

/** Weeks begin on Mondays; 1970 began on a Thursday. */
const FIRST_MONDAY = 4 * DAY

/** Of the candle that a moment belongs to: both Unix ms, in UTC. */
export function openOf(interval: Interval, at: number): number {
  if (interval === '1M') {
    const date = new Date(at)
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
  }
  const length = INTERVALS[interval]
  const offset = interval === '1w' ? FIRST_MONDAY : 0
  return Math.floor((at - offset) / length) * length + offset
}

/** Of the candle after the one that opens then. */
export function nextOpen(interval: Interval, open: number): number {
  if (interval !== '1M') return open + INTERVALS[interval]
  const date = new Date(open)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
}

/** Prices and volumes are decimal strings, times Unix ms; `closeTime` is the candle's last millisecond. */
export interface Candle {
  readonly openTime: number
  readonly closeTime: number
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
  /** Volume at the middle of open, high, low and close: an estimate. */
  readonly quoteVolume: string
  readonly firstTrade: number
  readonly trades: number
  readonly closed: boolean
}

export interface CandleQuery {
  /** Earliest open time; without it the newest candles are given. */
  readonly start?: number | undefined
  /** Latest open time. */
  readonly end?: number | undefined
  readonly limit: number
}

/** When the candles that are asked for open, oldest first; none before 1970. */
export function opensOf(
  interval: Interval,
  { start, end, limit }: CandleQuery,
  now: number,
): number[] {
  const newest = openOf(interval, Math.min(end ?? now, now))
  const opens: number[] = []
  if (start === undefined) {
    let open = newest
    while (open >= 0 && opens.length < limit) {
      opens.push(open)
      open = openOf(interval, open - 1)
    }
    return opens.reverse()
  }
  const before = openOf(interval, start)
  let open = before < start ? nextOpen(interval, before) : before
  while (open <= newest && opens.length < limit) {
    opens.push(open)
    open = nextOpen(interval, open)
  }
  return opens
}

export function isInterval(text: string): text is Interval {
  return text === '1M' || Object.hasOwn(INTERVALS, text)
}
