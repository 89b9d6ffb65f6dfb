// An approval: the trader's answer to one exact order.
import { z } from 'zod'
import { digest, registered, singleLine } from './common.ts'
import { positiveDecimal } from './decimal.ts'

const shape = z.strictObject({
  ...registered,
  /** Who answered, for the journal: `telegram:<numeric user id>`. */
  sub: singleLine.max(64),
  /** Hash of the order as it was shown, every character of it. */
  order: digest,
  /** `less`: ask again, about a smaller order. */
  answer: z.enum(['approve', 'decline', 'less']),
  /** With `less`: the most that the smaller order may cost, quote. */
  value: positiveDecimal.optional(),
  /** From the trader's authenticator (RFC 6238), where the card said that it is needed. */
  code: z
    .string()
    .regex(/^\d{6}$/, 'expected six digits')
    .optional(),
})

export const approval = shape.refine(
  ({ answer, value }) => (answer === 'less') === (value !== undefined),
  { error: 'expected "value" with answer "less", and only then', path: ['value'] },
)

export type Approval = z.infer<typeof approval>
