// What the device answers about sales: each of them, and what they have brought.
import { z } from 'zod'
import { groupedBy } from './command.ts'
import { currency, market, numericDate, singleLine, stream, timeframe, timeZone } from './common.ts'
import { total } from './decimal.ts'
import { candle, feesByCurrency, result } from './order.ts'

const SALE_REASONS = [
  'exit',
  'take_profit',
  'stop',
  'trailing_stop',
  'break_even',
  'max_hold',
  'silence',
  'missed_exit',
  'halt',
  'too_small',
  'trader',
] as const

const feeColumns = {
  /** Of the sale, and of the purchases of what it sold, those aside which these paid in coins. */
  fees: feesByCurrency,
  /** Quote: what they were worth when they were taken, but for `besides`. */
  feesValue: total,
  /** Those in a third currency of which nobody knows it: they are in no result. */
  besides: feesByCurrency.optional(),
}

/** What one order has sold. Amounts in base, money in quote. */
const saleRow = z.strictObject({
  /** From 1; it stays. */
  number: z.int().min(1),
  stream,
  market,
  reason: z.enum(SALE_REASONS),
  /** When the oldest of what it sold was bought, and when it was sold. */
  opened: numericDate,
  closed: numericDate,
  amount: total,
  /** Paid for what was sold, the oldest of it first; without fees, as are the proceeds. */
  cost: total,
  proceeds: total,
  ...feeColumns,
  /** Absent where nobody knows what was paid. */
  result: result.omit({ besides: true, held: true }).optional(),
})

export const tradesAnswer = z.strictObject({
  about: z.literal('trades'),
  /** Newest first. */
  rows: z.array(saleRow).max(20),
  /** How many sales there are in all. */
  of: z.int().min(0),
})

/** One sale, with all that the device can say of it. */
export const tradeAnswer = z.strictObject({
  about: z.literal('trade'),
  row: saleRow,
  of: z.int().min(1),
  /** Why the first of it was bought, and why it was sold: the signal's reason, or the device's own. */
  bought: singleLine.optional(),
  sold: singleLine.optional(),
  /** Where its stop stood at the exchange from when on, quote per base, oldest first. */
  stops: z.array(z.tuple([numericDate, total])).max(30),
  timeframe,
  /** Around it, from the device's own exchange; none where that does not give them. */
  candles: z.array(candle).max(60),
})

/** What sales have brought together, those of one quote currency. */
export const resultRow = z.strictObject({
  /** A period, a day, the Monday of a week, a month (UTC), a market, a stream, or a reason. */
  key: singleLine.max(80),
  currency,
  trades: z.int().min(1),
  /** Of them: those with a gain, and those of which nobody knows what was paid. The others' sums are below. */
  won: z.int().min(0),
  unknown: z.int().min(0),
  gain: total,
  negative: z.boolean(),
  paid: total,
  ...feeColumns,
})

/** How the results of one currency added up: 0 at `since`, and after each of `points`. */
export const curve = z.strictObject({
  currency,
  since: numericDate,
  until: numericDate,
  /** When, and the sum from then on: a loss has `true` behind it. Oldest first. */
  points: z.array(z.tuple([numericDate, total, z.boolean()])).max(60),
  /** How far the sum fell at most below its best until then, and how far it is below it at the end. */
  deepest: total,
  below: total,
})

export const resultsAnswer = z.strictObject({
  about: z.literal('results'),
  by: groupedBy,
  /** Whose days, weeks and months; UTC's without it. */
  timeZone: timeZone.optional(),
  rows: z.array(resultRow).max(40),
  /** How many rows are left out. */
  more: z.int().min(1).optional(),
  curve: curve.optional(),
  /** With a curve: how far the policy's own reckoning is below its best, what is held included. */
  drawdown: z.strictObject({ currency, used: total.optional(), limit: total }).optional(),
})

export type SaleRow = z.infer<typeof saleRow>
export type Curve = z.infer<typeof curve>
export type ResultRow = z.infer<typeof resultRow>
