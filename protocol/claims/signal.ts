// A signal: the engine says "enter" or "exit", once.
import { z } from 'zod'
import { digest, id, line, market, numericDate, registered, sequence, side } from './common.ts'
import { positiveDecimal } from './decimal.ts'

/** How much. `percent` of an entry is of what the trader allotted to the stream, of an exit of the position. */
export const size = z.strictObject({
  unit: z.enum(['percent', 'quote', 'base']),
  value: positiveDecimal,
})

/** Of something: above 0, at most 100. */
const share = positiveDecimal.refine((text) => Number(text) <= 100, 'expected at most 100 percent')
/** A distance below a price: a price is left. */
const distance = positiveDecimal.refine(
  (text) => Number(text) < 100,
  'expected less than 100 percent',
)

/** The longest `hold`: a year, seconds. */
const YEAR = 31_536_000

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
  /** Take-profit ladder: at `price` sell `percent` of what the entry left. */
  take: z
    .array(z.strictObject({ price: positiveDecimal, percent: share }))
    .min(1)
    .max(5)
    .optional(),
  /** The stop follows the highest bid at this distance in percent. */
  trail: distance.optional(),
  /** The stop moves to the average entry price once the bid is so many percent above it. */
  even: positiveDecimal.optional(),
  /** Longest time in the market from the first fill on, seconds. */
  hold: z.int().min(1).max(YEAR).optional(),
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
