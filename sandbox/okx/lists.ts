// What a list is asked for: from when to when, and which page of it; and how long the venue shows what is over.
import { refuse } from './errors.ts'
import type { OkxParameters } from './requests.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** The shortest three months. */
const QUARTER_MS = 89 * DAY_MS

/** ms. */
export const KEPT_MS = {
  /** An order that was canceled without a fill, whoever asks and how. */
  unfilled: 2 * HOUR_MS,
  /** An order with fills, and these. */
  traded: QUARTER_MS,
  ordersListed: 7 * DAY_MS,
  stopsListed: QUARTER_MS,
  /** In the list of the last trades. */
  fillsListed: 3 * DAY_MS,
} as const

const MAX_ROWS = 100

/** Unix ms, both included. */
export function spanOf(given: OkxParameters): { readonly since: number; readonly until: number } {
  const most = Number.MAX_SAFE_INTEGER
  const since = wholeOf(given, 'begin', { usual: 0, most })
  return { since, until: wholeOf(given, 'end', { usual: most, most }) }
}

/** The newest first, after the one whose number is given. */
export function pageOf<T>(
  given: OkxParameters,
  rows: readonly T[],
  idOf: (row: T) => bigint,
): readonly T[] {
  const limit = wholeOf(given, 'limit', { usual: MAX_ROWS, most: MAX_ROWS })
  const { after } = given
  if (after !== undefined && !/^\d{1,20}$/.test(after)) throw refuse('bad_parameter', 'after')
  return rows
    .filter((row) => after === undefined || idOf(row) < BigInt(after))
    .toReversed()
    .slice(0, limit)
}

/** Throws a VenueRefusal unless it is a whole number of at least one, and at most so much. */
export function wholeOf(
  given: OkxParameters,
  name: string,
  { usual, most }: { readonly usual: number; readonly most: number },
): number {
  const text = given[name]
  if (text === undefined) return usual
  const value = /^\d{1,16}$/.test(text) ? Number(text) : 0
  if (value < 1 || value > most) throw refuse('bad_parameter', name)
  return value
}
