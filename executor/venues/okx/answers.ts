// How OKX's answers hold their rows, all of whose fields are texts.
import { z } from 'zod'
import { RowReader } from '../adapter/row-reader.ts'

const answer = z.object({ code: z.literal('0'), data: z.array(z.unknown()) })

export const rows = new RowReader((body) => answer.safeParse(body).data?.data ?? null)

/** The kind of market that every list is asked for. */
export const spot = { instType: 'SPOT' } as const
