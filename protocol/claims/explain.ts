// The whole way of one signal on the device: when it came, what was decided and asked, and where it ended.
import { z } from 'zod'
import { jti, market, numericDate, singleLine, stream } from './common.ts'
import { code } from './order.ts'

/** What a step of the way belongs to. */
const EXPLAINED_STAGES = [
  'received',
  'judged',
  'asked',
  'answered',
  'ordered',
  'filled',
  'ended',
] as const

export const explainAnswer = z.strictObject({
  about: z.literal('explain'),
  /** `jti`. */
  signal: jti,
  stream: stream.optional(),
  market: market.optional(),
  /** Oldest first. */
  rows: z
    .array(
      z.strictObject({
        at: numericDate,
        stage: z.enum(EXPLAINED_STAGES),
        text: singleLine.max(300),
      }),
    )
    .max(30),
  /** Where it stands: `refused` and `ended` came to nothing, `waits` for the trader, `works` at the exchange. */
  end: z.strictObject({
    is: z.enum(['refused', 'ended', 'waits', 'works', 'filled']),
    code: code.optional(),
    /** What it means, and what to do. */
    text: singleLine,
  }),
})
