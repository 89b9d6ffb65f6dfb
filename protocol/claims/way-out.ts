// What the device answers to a way out that the trader has asked about: what it would do.
import { z } from 'zod'
import { digest, market, singleLine, stream } from './common.ts'
import { total } from './decimal.ts'
import { code, ORDER_STATUSES, orderView } from './order.ts'

/** How many rows are left out of a list. */
const more = z.int().min(1).optional()

/** What a `close` would sell now. Amounts in base, prices in quote per base. */
export const closeAnswer = z.strictObject({
  about: z.literal('close'),
  /** As it was asked. */
  what: singleLine.max(66).optional(),
  percent: z.int().min(1).max(100),
  rows: z
    .array(
      z.strictObject({
        stream,
        market,
        held: total,
        /** Of it, what is sold, in whole steps of the market. */
        amount: total,
        /** What stays a position; absent where all is sold that can be. */
        rest: total.optional(),
        /** The bid, and the least that it is sold for; absent where no price is known. */
        price: total.optional(),
        least: total.optional(),
        /** Of what it holds: the stop, and how many take-profit levels are left. */
        stop: total.optional(),
        takeProfits: z.int().min(1).optional(),
        /** What it has to wait for, as the code of a notice. */
        waits: code.optional(),
      }),
    )
    .max(25),
  more,
  /** Stands for exactly these sales. */
  shown: digest,
})

/** What a `protect` would do now. */
export const protectAnswer = z.strictObject({
  about: z.literal('protect'),
  what: singleLine.max(66),
  stream,
  market,
  held: total,
  entry: total,
  price: total,
  /** The stop before; absent for none. */
  from: total.optional(),
  to: total,
  /** The least that it sells for once it is triggered. */
  least: total,
  waits: code.optional(),
  shown: digest,
})

/** Entries that can be taken back. */
export const entriesAnswer = z.strictObject({
  about: z.literal('entries'),
  rows: z
    .array(
      z.strictObject({
        order: orderView,
        status: z.enum([...ORDER_STATUSES, 'waiting']),
        filled: total,
      }),
    )
    .max(20),
  more,
})
