// What a list is asked for: from when to when, how many rows, and which page of them.
import { refuse } from './errors.ts'
import type { BybitParameters } from './requests.ts'

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS

/** How long it shows an order that is over without a fill, and what was traded; ms. */
export const UNFILLED_MS = DAY_MS
export const TRADED_MS = 730 * DAY_MS

/** Unix ms, both included. */
export interface Span {
  readonly since: number
  readonly until: number
}

/** Throws a VenueRefusal for more than a week. With one end a week from there, and with none the last one. */
export function spanOf(given: BybitParameters, now: number): Span {
  const [start, end] = [whole(given, 'startTime'), whole(given, 'endTime')]
  const until = end ?? (start === undefined ? now : start + WEEK_MS)
  const since = start ?? until - WEEK_MS
  if (since > until) throw refuse('bad_parameter', 'startTime')
  if (until - since > WEEK_MS) throw refuse('span_too_long')
  return { since, until }
}

/** Throws a VenueRefusal for more rows than one page holds. */
export function limitOf(
  given: BybitParameters,
  { usual, most }: { readonly usual: number; readonly most: number },
): number {
  const limit = whole(given, 'limit') ?? usual
  if (limit < 1 || limit > most) throw refuse('bad_parameter', 'limit')
  return limit
}

/** A page of rows, the newest first, after the one that its cursor names; and the cursor of the next one. */
export function pageOf<T>(
  { cursor }: BybitParameters,
  rows: readonly T[],
  { limit, idOf }: { readonly limit: number; readonly idOf: (row: T) => bigint },
): { readonly page: readonly T[]; readonly nextPageCursor: string } {
  if (cursor !== undefined && !/^\d{1,20}$/.test(String(cursor)))
    throw refuse('bad_parameter', 'cursor')
  const left = rows.filter((row) => cursor === undefined || idOf(row) < BigInt(cursor)).toReversed()
  const page = left.slice(0, limit)
  const last = page.at(-1)
  const isMore = last !== undefined && left.length > page.length
  return { page, nextPageCursor: isMore ? String(idOf(last)) : '' }
}

function whole(given: BybitParameters, name: string): number | undefined {
  const value = given[name]
  if (value === undefined) return undefined
  if (!/^\d{1,15}$/.test(String(value))) throw refuse('bad_parameter', name)
  return Number(value)
}
