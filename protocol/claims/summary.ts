// What the device answers about a span of time: its results, and how it stands at the end.
import { z } from 'zod'
import { currency, numericDate, singleLine } from './common.ts'
import { total } from './decimal.ts'
import { code, TRADING_STATES } from './order.ts'
import { curve, resultRow } from './results.ts'

export const summaryAnswer = z.strictObject({
  about: z.literal('summary'),
  since: numericDate,
  until: numericDate,
  /** Of sales from `since` on and before `until`, one for each quote currency; `key` is "all". */
  results: z.array(resultRow).max(8),
  /** Of streams that have sold something, those with the best and with the worst result; the worst only beside another. */
  best: resultRow.optional(),
  worst: resultRow.optional(),
  /** In the policy's currency. */
  curve,
  state: z.enum(TRADING_STATES),
  /** What is held now. `unpriced` of them have no price, and are in no sum. */
  positions: z.int().min(0),
  unpriced: z.int().min(0),
  held: z.array(z.strictObject({ currency, gain: total, negative: z.boolean() })).max(8),
  /** Limits of which something is used now; money in `currency`, a count without it. */
  limits: z
    .array(
      z.strictObject({
        name: singleLine.max(100),
        used: total,
        limit: total,
        currency: currency.optional(),
      }),
    )
    .max(20),
  /** What is wrong and was told: since when. */
  standing: z
    .array(z.strictObject({ code, about: singleLine.max(100), since: numericDate }))
    .max(20),
  /** Of these that are not listed. */
  more: z.int().min(1).optional(),
})
