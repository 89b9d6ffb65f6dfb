// A signal: the engine says "enter" or "exit", once.
import { z } from 'zod'
import { positiveDecimal } from '../decimal.ts'
import { digest, id, line, market, numericDate, registered, sequence, side } from './common.ts'

/** How much. `percent` of an entry is of what the trader allotted to the stream, of an exit of the position. */
export const size = z.strictObject({
  unit: z.enum(['percent', 'quote', 'base']),
  value: positiveDecimal,
})

/** The candle that the engine decided on. */
export const bar = z.strictObject({
  timeframe: z.string().regex(/^[1-9]\d{0,2}[smhdwM]$/, 'expected a timeframe such as "1m"'),
  /** When the candle opened. */
  start: numericDate,
})

const shape = z.strictObject({
  ...registered,
  aud: z.literal('executors'),
  /** The stream. */
  sub: id,
  seq: sequence,
  /** Hash of the stream's previous signal token, GENESIS for the first. */
  prev: digest,
  kind: z.enum(['entry', 'exit']),
  market,
  side,
  size,
  type: z.enum(['market', 'limit']),
  /** Limit price, quote per base. With type `limit` only. */
  limit: positiveDecimal.optional(),
  stop: positiveDecimal.optional(),
  /** Take-profit ladder: at `price` sell `percent` of the position. */
  take: z
    .array(z.strictObject({ price: positiveDecimal, percent: positiveDecimal }))
    .min(1)
    .max(5)
    .optional(),
  /** Trailing stop distance in percent of the price. */
  trail: positiveDecimal.optional(),
  /** The price that the engine saw. */
  ref: positiveDecimal,
  bar,
  reason: line.max(200),
  /** The latest moment at which an entry may still be sent, approval included. */
  until: numericDate,
})

export const signal = shape
  .refine((claims) => (claims.type === 'limit') === (claims.limit !== undefined), {
    error: 'expected "limit" with type "limit", and only then',
    path: ['limit'],
  })
  .refine((claims) => claims.until >= claims.iat, {
    error: 'expected "until" after "iat"',
    path: ['until'],
  })

export type Signal = z.infer<typeof signal>
