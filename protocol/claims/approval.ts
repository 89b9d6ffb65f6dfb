// An approval: the trader's answer to one exact order.
import { z } from 'zod'
import { digest, registered, singleLine } from './common.ts'

export const approval = z.strictObject({
  ...registered,
  /** Who answered, for the journal: `telegram:<numeric user id>`. */
  sub: singleLine.max(64),
  /** Hash of the order as it was shown, every character of it. */
  order: digest,
  answer: z.enum(['approve', 'decline']),
  /** From the trader's authenticator (RFC 6238), where the card said that it is needed. */
  code: z
    .string()
    .regex(/^\d{6}$/, 'expected six digits')
    .optional(),
})

export type Approval = z.infer<typeof approval>
