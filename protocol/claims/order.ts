// An order as reports show it, and what is said of it.
import { z } from 'zod'
import { currency, digest, jti, market, numericDate, side, stream } from './common.ts'
import { decimal, positiveDecimal, positiveTotal, total } from './decimal.ts'

/** One of the codes of docs/errors.md. */
export const code = z.string().regex(/^[a-z][a-z0-9_.]{2,48}$/, 'expected an error code')

/** One order as it was planned, in the characters that go to the exchange. */
export const orderView = z.strictObject({
  /** Hash that an approval must name. */
  id: digest,
  /** `jti` of the signal behind it. */
  signal: jti,
  stream,
  kind: z.enum(['entry', 'exit', 'stop']),
  market,
  side,
  amount: positiveDecimal,
  /** Limit price, quote per base: no worse price can be paid. */
  price: positiveDecimal,
  /** With kind `stop`: the trigger, quote per base; then it sells at `price` or better. */
  stop: positiveDecimal.optional(),
  /** Amount times price, in quote. */
  value: positiveDecimal,
  clientOrderId: z.string().regex(/^[0-9a-f]{32}$/),
})

export const ORDER_STATUSES = [
  'approved',
  'declined',
  'expired',
  'denied',
  /** Approved, but the price has left it: a new card asks about the same idea at the present price. */
  'replaced',
  'submitted',
  'accepted',
  'partially_filled',
  'filled',
  'canceled',
  'rejected',
  'unknown',
  'not_placed',
] as const

/** Of the device's own exchange: start, open, high, low, close. */
export const candle = z.tuple([numericDate, decimal, decimal, decimal, decimal])

export const fee = z.strictObject({ amount: total, currency })

/** By currency: lists of lists would be nested deeper than a reader takes. */
export const feesByCurrency = z.record(currency, total)

/** A hundred years, seconds. */
const MAX_HELD = 3_155_760_000

/** What a sale has brought, beside what was paid for that which it sold. In quote, and fees in it included. */
export const result = z.strictObject({
  /** A loss is `negative`. */
  gain: total,
  negative: z.boolean(),
  /** For what was sold, fees included. */
  paid: positiveTotal,
  /** From the first purchase of what was sold to its last sale, seconds. */
  held: z.int().nonnegative().max(MAX_HELD).optional(),
  /** Fees of both that were taken in other currencies and have no price yet: they are not in `gain`. */
  besides: z.array(fee).max(8).optional(),
})

export const TRADING_STATES = ['running', 'paused', 'halted'] as const

export type OrderView = z.infer<typeof orderView>
export type SaleResult = z.infer<typeof result>
export type OrderStatus = (typeof ORDER_STATUSES)[number]
export type TradingState = (typeof TRADING_STATES)[number]
