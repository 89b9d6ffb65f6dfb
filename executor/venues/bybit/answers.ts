// How Bybit's answers hold what was asked for, and its rows.
import { z } from 'zod'
import type { Question } from '../adapter/dialect.ts'
import { RowReader } from '../adapter/row-reader.ts'

const answer = z.object({ retCode: z.literal(0), result: z.unknown() })
const list = z.object({ list: z.array(z.unknown()) })
const page = list.extend({ nextPageCursor: z.string() })

/** Answers that are one thing and no list. */
export const result = new RowReader((body) => {
  const { data } = answer.safeParse(body)
  return data === undefined ? null : [data.result]
})

export const rows = new RowReader((body) => result.one(list)(body)?.list ?? null)

/** Lists that come page by page. */
export const pages = new RowReader((body) => result.one(page)(body)?.list ?? null)

export function nextPage(body: unknown): string | null {
  return result.one(page)(body)?.nextPageCursor || null
}

/** A number that older answers have as text. */
export const whole = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,15}$/)
    .transform(Number),
])

/** The kind of market that every question is about. */
export const spot = { category: 'spot' } as const

/** Fifty a second of each are allowed; ccxt counts five, from when ten were. */
export function get<T>(
  method: string,
  params: Question<T>['params'],
  read: (body: unknown) => T | null,
): Question<T> {
  return { method, params, weight: 1, read }
}
