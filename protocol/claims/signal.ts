// A signal: the engine says "enter", "exit" or "move the stop up", once.
import Big from 'big.js'
import { z } from 'zod'
import {
  candle,
  digest,
  ext,
  id,
  market,
  numericDate,
  registered,
  sequence,
  side,
  singleLine,
} from './common.ts'
import { isDecimal, positiveDecimal } from './decimal.ts'

/** How much. `percent` of an entry is of what the trader allotted to the stream, of an exit of the position. */
export const size = z.strictObject({
  unit: z.enum(['percent', 'quote', 'base']),
  value: positiveDecimal,
})

/** Of something: above 0, at most 100. */
export const share = positiveDecimal.refine(
  (text) => Number(text) <= 100,
  'expected at most 100 percent',
)
/** A distance below a price: a price is left. */
const distance = positiveDecimal.refine(
  (text) => Number(text) < 100,
  'expected less than 100 percent',
)

/** The longest `maxHold`: a year, seconds. */
const YEAR = 31_536_000

/** Exits that the device makes by itself. */
export const exits = {
  /** Take-profit levels: at `price` sell `percent` of what the entry left. */
  takeProfits: z
    .array(
      z.strictObject({
        price: positiveDecimal,
        percent: share,
        /** The level counts so long after the first fill, seconds. */
        after: z.int().min(1).max(YEAR).optional(),
      }),
    )
    .min(1)
    .max(5)
    .optional(),
  /** The stop follows the highest bid at this distance in percent, from this gain in percent on. */
  trailingStop: z.strictObject({ percent: distance, from: positiveDecimal.optional() }).optional(),
  /** The stop moves to the average entry price once the bid is so many percent above it. */
  breakEven: positiveDecimal.optional(),
  /** Longest time in the market from the first fill on, seconds. */
  maxHold: z.int().min(1).max(YEAR).optional(),
}

const shape = z.strictObject({
  ...registered,
  aud: z.literal('executors'),
  /** What the stream is given out with; one that stands alone is a plan of its own name. */
  plan: id,
  /** The stream. */
  sub: id,
  seq: sequence,
  /** Hash of the stream's previous signal token, GENESIS for the first. */
  prev: digest,
  /** `stop`: the stop of what the stream holds moves up to `stopPrice`, and nothing else. */
  kind: z.enum(['entry', 'exit', 'stop']),
  market,
  side,
  size,
  type: z.enum(['market', 'limit']),
  /** Limit price, quote per base. With type `limit` only. */
  limitPrice: positiveDecimal.optional(),
  stopPrice: positiveDecimal.optional(),
  ...exits,
  /** The price that the engine saw. */
  referencePrice: positiveDecimal,
  candle,
  reason: singleLine.max(200),
  /** The latest moment at which an entry may still be sent, approval included. */
  validUntil: numericDate,
  ext: ext.optional(),
})

type Shape = z.infer<typeof shape>

export const signal = shape
  .refine((claims) => (claims.type === 'limit') === (claims.limitPrice !== undefined), {
    error: 'expected "limitPrice" with type "limit", and only then',
    path: ['limitPrice'],
  })
  .refine((claims) => claims.validUntil >= claims.iat, {
    error: 'expected "validUntil" after "iat"',
    path: ['validUntil'],
  })
  .refine((claims) => claims.kind !== 'stop' || isMovedStop(claims), {
    error:
      'expected a "stop" to sell 100 percent at "stopPrice", below "referencePrice", with no other way out',
    path: ['stopPrice'],
  })

/** It sells all that the stream holds, at a price that is not reached yet. Also asked of prices that are none. */
function isMovedStop({ side, size, type, stopPrice, referencePrice, ...claims }: Shape): boolean {
  const isSale = side === 'sell' && type === 'market' && size.unit === 'percent'
  const isBelow =
    isDecimal(stopPrice) && isDecimal(referencePrice) && new Big(stopPrice).lt(referencePrice)
  const isAlone = Object.keys(exits).every((name) => !Object.hasOwn(claims, name))
  return isSale && size.value === '100' && isBelow && isAlone
}

export type Signal = z.infer<typeof signal>
