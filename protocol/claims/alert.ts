// An alert: a rule of a strategy has begun to hold. Nobody trades on it, so it has no number and is never replayed.
import { z } from 'zod'
import { candle, id, market, registered } from './common.ts'
import { positiveDecimal } from './decimal.ts'

/** What the strategy calls the rule. */
export const alertName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, 'expected 1 to 32 of a-z, 0-9, "_" and "-"')

/** Printable ASCII: a stranger's text next to the device's own must not look like it. */
export const alertText = z.string().regex(/^[ -~]{1,200}$/, 'expected a line of ASCII')

export const alert = z.strictObject({
  ...registered,
  aud: z.literal('executors'),
  plan: id,
  /** The stream. */
  sub: id,
  market,
  /** Left out where the strategy has one rule without a name. */
  name: alertName.optional(),
  /** The candle's close, quote per base. */
  price: positiveDecimal,
  candle,
  /** The values that the rule looked at. */
  text: alertText,
})

export type Alert = z.infer<typeof alert>
