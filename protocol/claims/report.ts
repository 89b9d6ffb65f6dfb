// A report: everything that happened on the device, numbered, for the bot.
import { z } from 'zod'
import { alertName, alertText } from './alert.ts'
import { groupedBy } from './command.ts'
import {
  currency,
  digest,
  id,
  jti,
  market,
  numericDate,
  registered,
  sequence,
  side,
  singleLine,
  stream,
  timeframe,
} from './common.ts'
import { decimal, positiveDecimal } from './decimal.ts'

/** One of the codes of docs/errors.md. */
const code = z.string().regex(/^[a-z][a-z0-9_.]{2,48}$/, 'expected an error code')

/** One order as it was planned, in the characters that go to the exchange. */
const orderView = z.strictObject({
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

const candle = z.tuple([numericDate, decimal, decimal, decimal, decimal])

/** What a person needs to see before saying yes. */
const approvalNeeded = z.strictObject({
  type: z.literal('approval'),
  order: orderView,
  /** Price now on the exchange, quote per base. */
  market: positiveDecimal,
  stop: positiveDecimal.optional(),
  /** Of a signal of another market than the order's: that market, and the price that the engine saw there. */
  signalled: z.strictObject({ market, price: positiveDecimal }).optional(),
  /** The most the order may lose, in quote: down to what its stop may sell for, or all of it without one. No fees. */
  risk: decimal,
  reason: singleLine,
  expires: numericDate,
  /** The same idea was asked about before, and the price left it: which time this is, and the price at the last one. */
  again: z.strictObject({ times: z.int().min(2), was: positiveDecimal }).optional(),
  /** Only an approval with a code from the trader's authenticator counts. */
  code: z.literal('needed').optional(),
  /** Recent candles from the device's own exchange: start, open, high, low, close; oldest first. */
  timeframe: z.string().max(4),
  candles: z.array(candle).max(60),
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

const fee = z.strictObject({ amount: decimal, currency })

/** What a sale has brought, beside what was paid for that which it sold. In quote, and fees in it included. */
const result = z.strictObject({
  /** A loss is `negative`. */
  gain: decimal,
  negative: z.boolean(),
  /** For what was sold, fees included. */
  paid: positiveDecimal,
  /** Fees of both that were taken in other currencies, and are not in `gain`. */
  besides: z.array(fee).max(8).optional(),
})

/** One step of an order's life. `rejected`: by the exchange; `denied`: by this device. */
const orderStep = z.strictObject({
  type: z.literal('order'),
  status: z.enum(ORDER_STATUSES),
  order: orderView,
  filled: decimal,
  /** Average fill price, quote per base. */
  average: decimal.optional(),
  fees: z.array(fee).max(8).optional(),
  /** With a way out that has sold something. */
  result: result.optional(),
  /** Why there is a way out: the signal's reason, or the device's own. */
  reason: singleLine.optional(),
  code: code.optional(),
  message: singleLine.optional(),
})

/** A signal that never became an order. */
const refusal = z.strictObject({
  type: z.literal('refusal'),
  signal: jti.optional(),
  stream: stream.optional(),
  kind: z.enum(['entry', 'exit']).optional(),
  market: market.optional(),
  /** The order that a refused approval named. */
  order: digest.optional(),
  code,
  message: singleLine,
})

const TRADING_STATES = ['running', 'paused', 'halted'] as const

const stateChange = z.strictObject({
  type: z.literal('state'),
  state: z.enum(TRADING_STATES),
  by: singleLine.max(64),
})

const notice = z.strictObject({
  type: z.literal('notice'),
  level: z.enum(['info', 'warning', 'error']),
  code,
  message: singleLine,
})

/** What a strategy says without an order. */
const alert = z.strictObject({
  type: z.literal('alert'),
  stream,
  /** That of the strategy, whatever the policy maps it to. */
  market,
  name: alertName.optional(),
  text: alertText,
  /** Close of the candle that the rule looked at, quote per base. */
  price: positiveDecimal,
  timeframe,
  /** When that candle closed. */
  closed: numericDate,
})

/** How many rows are left out of a list. */
const more = z.int().min(1).optional()

const statusAnswer = z.strictObject({
  about: z.literal('status'),
  state: z.enum(TRADING_STATES),
  since: numericDate,
  exchange: z.strictObject({ name: id, reachable: z.boolean(), skewMs: z.number() }),
  streams: z
    .array(
      z.strictObject({ stream, market, seq: z.int().min(0), headAgeMs: z.number().nullable() }),
    )
    .max(32),
  /** Streams that are not listed. */
  more,
  waiting: z.int().min(0),
  open: z.int().min(0),
  unknown: z.int().min(0),
  positions: z.int().min(0),
  /** Limits of the day: used and allowed, in quote. */
  turnover: z.strictObject({ used: decimal, limit: decimal, currency }),
})

const balanceAnswer = z.strictObject({
  about: z.literal('balance'),
  /** What trading is done with first, then the largest. */
  rows: z.array(z.strictObject({ currency, free: decimal, used: decimal, total: decimal })).max(50),
  more,
  /** What the coins are worth together whose price the device knows, `coins` of them. */
  worth: z.strictObject({ amount: decimal, currency, coins: z.int().min(1) }).optional(),
})

const positionsAnswer = z.strictObject({
  about: z.literal('positions'),
  rows: z
    .array(
      z.strictObject({
        stream,
        market,
        amount: decimal,
        entry: decimal,
        price: decimal,
        /** Gain in quote; a loss is `negative`. */
        gain: decimal,
        negative: z.boolean(),
        stop: decimal.optional(),
      }),
    )
    .max(50),
  more,
})

const ordersAnswer = z.strictObject({
  about: z.literal('orders'),
  rows: z
    .array(
      z.strictObject({
        at: numericDate,
        order: orderView,
        status: z.enum([...ORDER_STATUSES, 'waiting']),
        filled: decimal,
        /** Why it ended so, where there is a reason. */
        code: code.optional(),
      }),
    )
    .max(20),
})

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
] as const

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
  amount: decimal,
  /** Paid for what was sold, the oldest of it first; without fees, as are the proceeds. */
  cost: decimal,
  proceeds: decimal,
  /** Of the sale, and of the purchases of what it sold. */
  fees: z.array(fee).max(8),
  /** Absent where nobody knows what was paid. */
  result: result.optional(),
})

const tradesAnswer = z.strictObject({
  about: z.literal('trades'),
  /** Newest first. */
  rows: z.array(saleRow).max(20),
  /** How many sales there are in all. */
  of: z.int().min(0),
})

/** What sales have brought together, those of one quote currency. */
const resultRow = z.strictObject({
  /** A period, a day, the Monday of a week, a month (UTC), a market, a stream, or a reason. */
  key: singleLine.max(80),
  currency,
  trades: z.int().min(1),
  /** Of them: those with a gain, and those of which nobody knows what was paid. The others' sums are below. */
  won: z.int().min(0),
  unknown: z.int().min(0),
  gain: decimal,
  negative: z.boolean(),
  paid: decimal,
  fees: z.array(fee).max(8),
})

const resultsAnswer = z.strictObject({
  about: z.literal('results'),
  by: groupedBy,
  rows: z.array(resultRow).max(40),
  more,
})

const doneAnswer = z.strictObject({ about: z.literal('done') })
const refusedAnswer = z.strictObject({ about: z.literal('refused'), code, message: singleLine })

const answer = z.strictObject({
  type: z.literal('answer'),
  /** `jti` of the command. */
  to: jti,
  answer: z.discriminatedUnion('about', [
    statusAnswer,
    balanceAnswer,
    positionsAnswer,
    ordersAnswer,
    tradesAnswer,
    resultsAnswer,
    doneAnswer,
    refusedAnswer,
  ]),
})

const reportEvent = z.discriminatedUnion('type', [
  approvalNeeded,
  orderStep,
  refusal,
  stateChange,
  notice,
  alert,
  answer,
])

export const report = z.strictObject({
  ...registered,
  seq: sequence,
  /** Names the run of the program that signed it, as its presence does. */
  session: jti,
  /** When it happened; `iat` is when it was signed, which a replay does anew. */
  at: numericDate,
  event: reportEvent,
})

export type Report = z.infer<typeof report>
export type ReportEvent = Report['event']
export type OrderView = z.infer<typeof orderView>
export type SaleResult = z.infer<typeof result>
export type SaleRow = z.infer<typeof saleRow>
export type ResultRow = z.infer<typeof resultRow>
export type OrderStatus = (typeof ORDER_STATUSES)[number]
export type TradingState = (typeof TRADING_STATES)[number]
export type Answer = Extract<ReportEvent, { type: 'answer' }>['answer']
export type ApprovalNeeded = z.infer<typeof approvalNeeded>
