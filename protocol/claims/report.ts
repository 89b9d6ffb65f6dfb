// A report: everything that happened on the device, numbered, for the bot.
import { z } from 'zod'
import { alertName, alertText } from './alert.ts'
import { answer } from './answer.ts'
import {
  digest,
  jti,
  market,
  numericDate,
  registered,
  sequence,
  singleLine,
  stream,
  timeframe,
} from './common.ts'
import { decimal, positiveDecimal, positiveTotal, total } from './decimal.ts'
import { candle, code, fee, ORDER_STATUSES, orderView, result, TRADING_STATES } from './order.ts'
import { priceAlert } from './price-alert.ts'
import { exits } from './signal.ts'

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
  /** What the policy gives to the stream, in quote. */
  allocation: decimal.optional(),
  /** What this device's streams, that many of them, hold of the order's coin already: base, and what was paid for it, quote. */
  held: z.strictObject({ amount: positiveTotal, cost: total, streams: z.int().min(1) }).optional(),
  /** What the device will do by itself once it is bought, besides the stop. */
  exits: z.strictObject(exits).optional(),
  reason: singleLine,
  /** Why it is asked about, where that is more than that the policy wants to be asked. */
  asked: singleLine.optional(),
  expires: numericDate,
  /** The same idea was asked about before: which time this is, why, and what it was at the last one. */
  again: z
    .strictObject({
      times: z.int().min(2),
      /** `price`: it left what was approved. `less`: the trader wanted less. */
      why: z.enum(['price', 'less']),
      /** Of the market, quote per base. */
      price: positiveDecimal,
      value: positiveDecimal,
      risk: decimal,
    })
    .optional(),
  /** Only an approval with a code from the trader's authenticator counts. */
  code: z.literal('needed').optional(),
  /** Recent candles from the device's own exchange: start, open, high, low, close; oldest first. */
  timeframe: z.string().max(4),
  candles: z.array(candle).max(60),
})

/** One step of an order's life. `rejected`: by the exchange; `denied`: by this device. */
const orderStep = z.strictObject({
  type: z.literal('order'),
  status: z.enum(ORDER_STATUSES),
  order: orderView,
  filled: total,
  /** Average fill price, quote per base. */
  average: total.optional(),
  fees: z.array(fee).max(8).optional(),
  /** With a way out that has sold something. */
  result: result.optional(),
  /** With `expired`: the price now, quote per base, where it is known. */
  market: positiveDecimal.optional(),
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
  kind: z.enum(['entry', 'exit', 'stop']).optional(),
  market: market.optional(),
  /** The order that a refused approval named. */
  order: digest.optional(),
  code,
  message: singleLine,
})

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

const reportEvent = z.discriminatedUnion('type', [
  approvalNeeded,
  orderStep,
  refusal,
  stateChange,
  notice,
  alert,
  priceAlert,
  answer,
])

export const report = z.strictObject({
  ...registered,
  seq: sequence,
  /** Names the run of the program that signed it, as its presence does. */
  session: jti,
  /** When it happened; `iat` is when it was signed, which a replay does anew. */
  at: numericDate,
  /** The device's orders go to a paper account: no money is behind anything in this report. Absent where they do not. */
  money: z.literal('paper').optional(),
  event: reportEvent,
})

export type Report = z.infer<typeof report>
export type ReportEvent = Report['event']
export type ApprovalNeeded = z.infer<typeof approvalNeeded>
