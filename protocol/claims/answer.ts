// What the device answers to a query.
import { z } from 'zod'
import { currency, id, jti, market, numericDate, singleLine, stream } from './common.ts'
import { total } from './decimal.ts'
import { explainAnswer } from './explain.ts'
import { code, ORDER_STATUSES, orderView, TRADING_STATES } from './order.ts'
import { changeAnswer, policyAnswer } from './policy-setting.ts'
import { priceAlertsAnswer } from './price-alert.ts'
import { resultsAnswer, tradeAnswer, tradesAnswer } from './results.ts'
import { summaryAnswer } from './summary.ts'
import { closeAnswer, entriesAnswer, protectAnswer } from './way-out.ts'
import { whyAnswer } from './why.ts'

/** How many rows are left out of a list. */
const more = z.int().min(1).optional()

/** What takes no entries because the trader said so. */
const pausesNow = {
  /** With the state `paused`: when that ends by itself. */
  until: numericDate.optional(),
  pauses: z
    .array(
      z.strictObject({
        of: z.enum(['stream', 'market']),
        name: singleLine.max(80),
        until: numericDate.optional(),
      }),
    )
    .max(20),
  /** Pauses that are not listed. */
  morePauses: z.int().min(1).optional(),
}

/** To `pause` and `resume`: what is in force now. */
const pausesAnswer = z.strictObject({
  about: z.literal('pauses'),
  state: z.enum(TRADING_STATES),
  ...pausesNow,
})

const statusAnswer = z.strictObject({
  about: z.literal('status'),
  state: z.enum(TRADING_STATES),
  since: numericDate,
  ...pausesNow,
  exchange: z.strictObject({ name: id, reachable: z.boolean(), skewMs: z.number() }),
  streams: z
    .array(
      z.strictObject({
        stream,
        market,
        seq: z.int().min(0),
        headAgeMs: z.number().nullable(),
        /** As its last head said; absent before the first. */
        plan: id.optional(),
        position: z.enum(['long', 'flat']).optional(),
        /** What signal number `seq` was, and when it was signed; absent where it was never received here. */
        last: z
          .strictObject({ kind: z.enum(['entry', 'exit', 'stop']), at: numericDate })
          .optional(),
      }),
    )
    .max(32),
  /** Streams that are not listed. */
  more,
  waiting: z.int().min(0),
  open: z.int().min(0),
  unknown: z.int().min(0),
  positions: z.int().min(0),
  /** Limits of the day: used and allowed, in quote. */
  turnover: z.strictObject({ used: total, limit: total, currency }),
  /** How far the policy's own reckoning is below its best; `used` is absent where a price is missing. */
  drawdown: z.strictObject({ used: total.optional(), limit: total, currency }),
  /** What each trial may use, in the policy's currency: on a paper account whose policy has trials traded. */
  trials: total.optional(),
})

const balanceAnswer = z.strictObject({
  about: z.literal('balance'),
  /** What trading is done with first, then the largest. */
  rows: z
    .array(
      z.strictObject({
        currency,
        free: total,
        used: total,
        total,
        /** In the policy's currency; absent where the device knows no price. */
        value: total.optional(),
      }),
    )
    .max(50),
  more,
  /** What the coins are worth together whose price the device knows, `coins` of them. */
  worth: z.strictObject({ amount: total, currency, coins: z.int().min(1) }).optional(),
  /** Coins with a price that are worth less than any order may be: how many, and together. Not among the rows. */
  dust: z.strictObject({ coins: z.int().min(1), value: total }).optional(),
  /** Of what the policy allots to its streams: what is in use, and what may still be. */
  allocated: z.strictObject({ currency, used: total, limit: total }).optional(),
})

const positionsAnswer = z.strictObject({
  about: z.literal('positions'),
  rows: z
    .array(
      z.strictObject({
        stream,
        market,
        amount: total,
        entry: total,
        price: total,
        /** Gain in quote, fees aside; a loss is `negative`. */
        gain: total,
        negative: z.boolean(),
        stop: total.optional(),
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
        filled: total,
        /** Why it ended so, where there is a reason. */
        code: code.optional(),
        message: singleLine.optional(),
      }),
    )
    .max(20),
})

/** Money in the policy's currency; `used` is absent while a price is missing. */
const money = z.strictObject({ used: total, limit: total })
const count = z.strictObject({ used: z.int().min(0), limit: z.int().min(0) })

const limitsAnswer = z.strictObject({
  about: z.literal('limits'),
  currency,
  /** The most for one order, and in one market. */
  order: total,
  position: total,
  /** Entries of the last hour, and since 00:00 UTC. */
  hour: money,
  day: money,
  ordersThisMinute: count,
  ordersToday: count,
  /** A day that is closed stays so, whatever prices do. */
  dayLoss: z.strictObject({
    used: total.optional(),
    limit: total,
    day: z.enum(['open', 'closed']),
  }),
  /** How far the result is below its best. */
  drawdown: z.strictObject({ used: total.optional(), limit: total }),
  /** Of its allocation; with a lifetime budget also what all its entries ever have cost. */
  streams: z
    .array(
      z.strictObject({
        stream,
        used: total,
        limit: total,
        spent: total.optional(),
        budget: total.optional(),
      }),
    )
    .max(25),
  /** Those on which something is held or ordered: of `position`. */
  markets: z.array(z.strictObject({ market, used: total })).max(25),
  more,
})

/** `waits`: what it has to wait for, as the code of a notice. */
const doneAnswer = z.strictObject({ about: z.literal('done'), waits: code.optional() })
const refusedAnswer = z.strictObject({ about: z.literal('refused'), code, message: singleLine })

export const answer = z.strictObject({
  type: z.literal('answer'),
  /** `jti` of the command. */
  to: jti,
  answer: z.discriminatedUnion('about', [
    statusAnswer,
    balanceAnswer,
    positionsAnswer,
    ordersAnswer,
    tradesAnswer,
    tradeAnswer,
    resultsAnswer,
    limitsAnswer,
    whyAnswer,
    explainAnswer,
    pausesAnswer,
    closeAnswer,
    protectAnswer,
    entriesAnswer,
    policyAnswer,
    changeAnswer,
    priceAlertsAnswer,
    summaryAnswer,
    doneAnswer,
    refusedAnswer,
  ]),
})

export type Answer = z.infer<typeof answer>['answer']
