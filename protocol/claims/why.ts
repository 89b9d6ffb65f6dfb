// Why an order is asked about: the signal's own words, and what the policy has checked.
import { z } from 'zod'
import { digest, singleLine } from './common.ts'
import { total } from './decimal.ts'
import { code } from './order.ts'

/** One rule, held against this order as if it were approved. */
const check = z.strictObject({
  /** Of docs/policy.md. */
  rule: code,
  /** `ask`: it wants the trader's word. */
  verdict: z.enum(['pass', 'ask', 'deny']),
  /** How much of it is used with this order, where that can be counted: money is in the policy's currency. */
  used: total.optional(),
  limit: total.optional(),
  unit: z.enum(['money', 'percent', 'count']).optional(),
})

export const whyAnswer = z.strictObject({
  about: z.literal('why'),
  order: digest,
  /** As the signal says it, with its values. */
  reason: singleLine,
  checks: z.array(check).max(64),
})
