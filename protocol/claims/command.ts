// A command: what the trader asks of the device from the chat. Nothing here can loosen a limit.
import { z } from 'zod'
import { digest, jti, numericDate, registered, singleLine, stream, timeZone } from './common.ts'
import { positiveDecimal } from './decimal.ts'
import { requestLoosening, tighten } from './policy-setting.ts'
import { marketWord, repeats, threshold } from './price-alert.ts'

const ask = <Name extends string>(name: Name) => z.strictObject({ do: z.literal(name) })
const list = <Name extends string>(name: Name) =>
  z.strictObject({ do: z.literal(name), limit: z.int().min(1).max(50) })

/** What sums of results are made of. `period`: today, the last 7 and 30 days, all. */
export const groupedBy = z.enum(['period', 'day', 'week', 'month', 'market', 'stream', 'reason'])

/**
 * A stream or a market as a trader writes it: in full, a stream without its provider, or the coin alone. The device
 * knows which there are, and refuses what fits none or several.
 */
const named = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:/-]{0,64}$/, 'expected a stream or a market')

const instruction = z.discriminatedUnion('do', [
  ask('status'),
  ask('balance'),
  ask('positions'),
  ask('limits'),
  list('orders'),
  /** The newest sales, or those with a number below `before`. */
  list('trades').extend({ before: z.int().min(1).optional() }),
  /** The whole story of one sale, or of the newest. */
  z.strictObject({ do: z.literal('trade'), number: z.int().min(1).optional() }),
  /** With `curve`: also how they added up from then on, 0 for all of them (seconds). */
  z.strictObject({
    do: z.literal('results'),
    by: groupedBy,
    curve: numericDate.optional(),
    /** Whose days, weeks and months; UTC's without it. */
    timeZone: timeZone.optional(),
    /** Of that stream alone. */
    stream: stream.optional(),
  }),
  /** What those seconds have brought, from `since` on and before `until`, and how it stands now. */
  z.strictObject({ do: z.literal('summary'), since: numericDate, until: numericDate }),
  /** What is behind an order that waits for the trader. */
  z.strictObject({ do: z.literal('why'), order: digest }),
  /** The whole way of one signal, by its `jti`, or of the newest. */
  z.strictObject({ do: z.literal('explain'), signal: jti.optional() }),
  /** No entries, of `what` alone where it names something, until then where it says when (seconds). */
  z.strictObject({
    do: z.literal('pause'),
    what: named.optional(),
    until: numericDate.optional(),
  }),
  /** What of the policy the chat may lower, and what waits at the device. */
  ask('policy'),
  tighten,
  requestLoosening,
  /** Ends what a pause began. */
  z.strictObject({ do: z.literal('resume'), what: named.optional() }),
  /**
   * Sells that much of each position that `what` names, of all of them without it. Nothing is done without `shown`: the
   * answer then says what would be, and its `shown` stands for exactly that.
   */
  z.strictObject({
    do: z.literal('close'),
    what: named.optional(),
    percent: z.int().min(1).max(100),
    shown: digest.optional(),
  }),
  /** Moves the stop of one position up: to a price, to that far below the bid, or to the entry price. As with `close`. */
  z.strictObject({
    do: z.literal('protect'),
    what: named,
    to: z.discriminatedUnion('unit', [
      z.strictObject({ unit: z.enum(['price', 'percent']), value: positiveDecimal }),
      z.strictObject({ unit: z.enum(['entry']) }),
    ]),
    shown: digest.optional(),
  }),
  /** Takes the entry back whose hash is named; without one it is answered with those that can be. */
  z.strictObject({ do: z.literal('cancel'), order: digest.optional() }),
  /** What is held is kept, unless it says `sell`. */
  z.strictObject({ do: z.literal('halt'), positions: z.enum(['keep', 'sell']).optional() }),
  /** Tell when the price comes there, of any market that the exchange lists; those that are set; no more of one. */
  z.strictObject({ do: z.literal('price_alert'), market: marketWord, threshold, repeats }),
  ask('price_alerts'),
  z.strictObject({ do: z.literal('remove_price_alert'), number: z.int().min(1) }),
  /** Send the reports again that come after number `after`. */
  z.strictObject({ do: z.literal('replay'), after: z.int().min(0) }),
])

export const command = z.strictObject({
  ...registered,
  /** Who asked, for the journal: `telegram:<numeric user id>`. */
  sub: singleLine.max(64),
  instruction,
})

export type Command = z.infer<typeof command>
export type Instruction = Command['instruction']
