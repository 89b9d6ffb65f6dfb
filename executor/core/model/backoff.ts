// When a question to the exchange is asked again: at once, then with growing pauses, for as long as it takes.
import type { Failures } from './position.ts'
import type { Query } from './session.ts'

const FIRST_MS = 500
/** For an order of which nobody has heard, or that every list has lost: each question asks in four places and more. */
const MAX_UNKNOWN_MS = 15_000
/** For one that is known: a position may be waiting for its next stop. */
const MAX_KNOWN_MS = 4_000
/** Between tries that fail: they grow to a minute. */
const FIRST_PAUSE_MS = 5_000
const MAX_PAUSE_MS = 60_000
/** Where a position has no stop until one works. After 100 failures, about five minutes, retry once a minute. */
const URGENT = { first: 2_000, next: 3_000, many: 100 }
/** Between the two misses that count: one may come from a server that is behind. */
export const BETWEEN_MISSES_MS = 2_000
/** An order whose outcome is unknown may explain a difference at the exchange for this long. */
export const ORDER_EXPLAINS_MS = 600_000
/** What stays wrong with an order is said again this often. */
export const ALARM_EVERY_MS = 60_000
/** An open order is looked at this often. */
const POLL_MS = 2_000

export function isDue(ask: Query | undefined, now: number): boolean {
  return ask === undefined || (ask.state === 'due' && ask.at <= now)
}

export function started(ask: Query | undefined, now: number): Query {
  return { state: 'open', at: now, tries: (ask?.tries ?? 0) + 1, missedAt: ask?.missedAt ?? 0 }
}

/** Answered without an end: half a second, one, two, … at most 4 s, or 15 s. */
export function retryBackoff(
  ask: Query | undefined,
  now: number,
  about: 'known' | 'unknown',
): Query {
  const tries = ask?.tries ?? 1
  const longest = about === 'known' ? MAX_KNOWN_MS : MAX_UNKNOWN_MS
  const pause = Math.min(FIRST_MS * 2 ** Math.min(tries - 1, 10), longest)
  return { state: 'due', at: now + pause, tries, missedAt: ask?.missedAt ?? 0 }
}

/** Looked at, and still open. `stops`: how many rest, where the order is one of them. */
export function pollAgain(ask: Query | undefined, now: number): Query {
  return { state: 'due', at: now + POLL_MS, tries: 0, missedAt: ask?.missedAt ?? 0 }
}

/** Behind so many failures in a row: after 5 s, twice that, … at most a minute. */
export function mayRetry({ times, at }: Failures, now: number): boolean {
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(times - 1, 10), MAX_PAUSE_MS)
  return times === 0 || isOver(at, pause, now)
}

/** The same for an unprotected position: after 2 s, then every 3 s, and in the end every minute. */
export function mayRetryUrgently({ times, at }: Failures, now: number): boolean {
  if (times === 0) return true
  if (times > URGENT.many) return isOver(at, MAX_PAUSE_MS, now)
  return isOver(at, times === 1 ? URGENT.first : URGENT.next, now)
}

/** A pause that began ahead of the clock is over: the clock was set back. */
export function isOver(began: number, pause: number, now: number): boolean {
  return now < began || now >= began + pause
}

/** The same record where nothing goes. */
export function kept<T>(
  record: Readonly<Record<string, T>>,
  keep: (key: string, value: T) => boolean,
): Readonly<Record<string, T>> {
  const entries = Object.entries(record)
  const left = entries.filter(([key, value]) => keep(key, value))
  return left.length === entries.length ? record : Object.fromEntries(left)
}

export function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  const { [key]: _, ...others } = record
  return others
}
