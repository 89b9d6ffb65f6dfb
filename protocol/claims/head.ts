// A head: where a stream stands now. Heartbeat, gap detector and catch-up in one.
import { z } from 'zod'
import { digest, id, market, numericDate, registered } from './common.ts'

export const head = z.strictObject({
  ...registered,
  aud: z.literal('executors'),
  /** The stream. */
  sub: id,
  /** The last signal's number, 0 before the first. */
  seq: z.int().min(0),
  /** The last signal token's hash, GENESIS before the first. */
  hash: digest,
  /** What the strategy wants to hold, and since which signal. */
  target: z.strictObject({
    market,
    position: z.enum(['long', 'flat']),
    since: z.int().min(0),
  }),
  /** Version of the keyset in force, 0 while the engine key is pinned by hand. */
  keyset: z.int().min(0),
  /** The last candle that the strategy has seen closed: when it opened. */
  candle: numericDate,
})

export type Head = z.infer<typeof head>
