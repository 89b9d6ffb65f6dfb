// How Binance's answers hold their rows: as a list, or one by itself.
import { z } from 'zod'
import { RowReader } from '../adapter/row-reader.ts'

export const rows = new RowReader((body) => (Array.isArray(body) ? body : null))

/** Answers that are one thing and no list. */
export const single = new RowReader((body) => [body])

/** A number, or its digits where a double cannot hold it. */
export const id = z.union([z.int().nonnegative(), z.string().regex(/^\d+$/)]).transform(String)
