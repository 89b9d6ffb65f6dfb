// A head: where each stream of a plan stands now. Heartbeat, gap detector and catch-up in one.
import { z } from 'zod'
import { digest, id, numericDate, registered } from './common.ts'

/** Most streams of a plan. */
export const MAX_STREAMS = 64

const row = z.tuple([
  /** The stream. */
  id,
  /** The last signal's number, 0 before the first. */
  z.int().min(0),
  /** The last signal token's hash, GENESIS before the first. */
  digest,
  /** What the strategy wants to hold. */
  z.enum(['long', 'flat']),
  /** The number of the signal since which it wants that, 0 before the first. */
  z.int().min(0),
  /** The last candle that the strategy has seen closed: when it opened. */
  numericDate,
])

export const head = z.strictObject({
  ...registered,
  aud: z.literal('executors'),
  /** The plan. */
  sub: id,
  /** A sign of life for the streams that it names, and for no other. */
  streams: z
    .array(row)
    .max(MAX_STREAMS)
    .refine(
      (rows) => new Set(rows.map(([stream]) => stream)).size === rows.length,
      'expected each stream once',
    ),
  /** Version of the keyset in force, 0 while the engine key is pinned by hand. */
  keyset: z.int().min(0),
})

export type Head = z.infer<typeof head>
/** `[stream, seq, hash, position, since, candle]` */
export type HeadRow = Head['streams'][number]
