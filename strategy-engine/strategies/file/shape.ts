// The keys of a strategy file and what kind of value each has; what the texts say is read after that.
import { id, tradedMarket } from '@keyside/protocol'
import { z } from 'zod'
import { TIMEFRAME_NAMES } from '../../market/candle.ts'
import { suggestion, timeframeHint } from '../rules/suggest.ts'
import { MAX_RULE_LENGTH } from '../rules/tokens.ts'

/** Of one file: as many streams as a plan may have. */
const MAX_MARKETS = 64
/** Of take-profit levels, as a signal can carry. */
export const MAX_TAKE_PROFITS = 5
export const MAX_ADDS = 10
export const MAX_MOVES = 10
/** Of rules with a name for the same thing. */
const MAX_RULES = 20
const MAX_NAMES = 100

const text = (what: string) =>
  z.string(`expected ${what}`).max(MAX_RULE_LENGTH, `it has at most ${MAX_RULE_LENGTH} characters`)
const amount = (example: string) => text(`a value such as "${example}"`)
const rule = text('a rule such as "close > sma(20)"')

/** What a rule with a name is called. */
const RULE_NAME = /^[a-z0-9][a-z0-9_-]{0,31}$/
/** What `params` and `let` define; no word of the language may be one. */
const OWN_NAME = /^[a-z][a-z0-9_]{0,31}$/

/** What freqtrade and others call it. */
const FOREIGN_KEYS: Readonly<Record<string, string>> = {
  stoploss: 'stop',
  stop_loss: 'stop',
  minimal_roi: 'take_profit',
  roi: 'take_profit',
  pair: 'market',
  symbol: 'market',
  pairs: 'markets',
  interval: 'timeframe',
  stake_amount: 'size',
}

/** The end of a sentence about a key that nobody knows. */
export function keyHint(key: string, known: readonly string[]): string {
  const foreign = Object.hasOwn(FOREIGN_KEYS, key) ? FOREIGN_KEYS[key] : undefined
  return foreign !== undefined && known.includes(foreign)
    ? `: here it is called "${foreign}"`
    : suggestion(key, known)
}

/** What a comma without quotes makes of a rule in { }. */
export const COMMA_HINT = 'inside { } a rule with a comma belongs in quotes'

/** For the report, where a name may stand that a record drops without a word. */
export function notName(key: string): string {
  return `"${key.slice(0, 30)}" is no name: expected 1 to 32 of a-z, 0-9 and "_"; ${COMMA_HINT}`
}

function records(value: z.ZodString, pattern: RegExp, most: number, many: string, what = many) {
  return z.record(z.string(), value, `expected ${what}`).superRefine((entries, context) => {
    const keys = Object.keys(entries)
    if (keys.length < 1 || keys.length > most)
      context.addIssue({
        code: 'custom',
        message: `expected 1 to ${most} ${many}, got ${keys.length}`,
      })
    for (const key of keys.filter((one) => !pattern.test(one)).slice(0, most))
      context.addIssue({
        code: 'custom',
        message: notName(key),
        path: [key],
        params: { key: true },
      })
  })
}

const rules = z.union([rule, records(rule, RULE_NAME, MAX_RULES, 'rules')], {
  error: namedRulesError,
})

/** A union tells nothing of what is wrong inside: the first complaint about the named rules, if there are some. */
function namedRulesError(issue: z.core.$ZodRawIssue): string {
  const { input } = issue
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return 'expected a rule, or several with names, each on a line of its own'
  const wrong = Object.keys(input).find((key) => !RULE_NAME.test(key))
  if (wrong !== undefined) return notName(wrong)
  const { errors } = issue as { errors?: readonly (readonly z.core.$ZodIssue[])[] }
  return errors?.[1]?.[0]?.message ?? 'expected rules with names'
}

const names = (what: string) =>
  records(text(what), OWN_NAME, MAX_NAMES, 'names', `names, each with ${what}`)
const spot = tradedMarket.refine(
  (name) => !name.includes(':'),
  'expected a spot market, without ":"',
)
const timeframe = z.enum(TIMEFRAME_NAMES, {
  error: ({ input }) =>
    typeof input === 'string'
      ? `unknown timeframe "${input.slice(0, 30)}"${timeframeHint(input)}`
      : 'expected one timeframe, such as "5m"',
})
const takeProfit = z.strictObject({
  at: amount('4 %').describe('so far above the entry price: 4 % or 3 * atr(14)'),
  sell: amount('50 %')
    .describe('how much of the position is sold; all of it if left out')
    .optional(),
  after: amount('2h').describe('it counts so long after the first fill: 2h').optional(),
})
const addition = z.strictObject({
  when: rule.describe('looked at while long: close < first entry * 98 %'),
  size: amount('10 %').describe('how much, in the unit of size'),
})
const stopMove = z.strictObject({
  to: amount('highest(high, 20) - 3 * atr(14)').describe('a price: highest since entry * 98 %'),
  when: rule.describe('looked at while long: profit > 3 %; always if left out').optional(),
})

export const strategyShape = z.strictObject({
  name: id.describe("the stream's id: 1 to 32 of a-z, 0-9 and -"),
  plan: id.describe('what the stream is given out with').optional(),
  market: spot.describe('a spot market, such as BTC/USDT').optional(),
  markets: z
    .array(spot, 'expected a list of markets, such as [BTC/USDT, ETH/USDT]')
    .min(1, 'expected at least one market')
    .max(MAX_MARKETS, `expected at most ${MAX_MARKETS} markets`)
    .describe('several markets: each is a stream of its own, named name-btc-usdt')
    .optional(),
  timeframe: timeframe.describe('of the candles'),
  params: names('a value such as "12 [5..30]"')
    .describe('numbers with a name, and the range that a search may try: fast: 12 [5..30]')
    .optional(),
  let: names('a value or a rule').describe('parts of rules with a name').optional(),
  enter: rules
    .describe('when to enter: a rule, or several with names; left out where there are alerts alone')
    .optional(),
  exit: rules.describe('when to leave: a rule, or several with names').optional(),
  size: amount('10 %')
    .describe('how much: 10 % of the allocation, 100 USDT or 0.01 BTC')
    .optional(),
  risk: amount('1 %')
    .describe('instead of size: percent of the allocation lost at the stop')
    .optional(),
  stop: amount('2 * atr(14)')
    .describe('distance of the stop below the entry: 2 % or 2 * atr(14)')
    .optional(),
  take_profit: z
    .array(takeProfit, 'expected levels such as [{ at: 4 % }, { at: 1 %, after: 2h }]')
    .min(1, 'expected at least one level')
    .max(MAX_TAKE_PROFITS, `expected at most ${MAX_TAKE_PROFITS} levels`)
    .describe('levels at which the device sells')
    .optional(),
  trailing_stop: z
    .union(
      [
        amount('2 %'),
        z.strictObject({
          distance: amount('2 %').describe('2 % or 2 * atr(14)'),
          from: amount('3 %').describe('the gain at which it begins').optional(),
        }),
      ],
      'expected a distance such as "2 %", or such as { distance: 2 %, from: 3 % }',
    )
    .describe('the stop follows the highest price at this distance')
    .optional(),
  move_stop: z
    .array(
      stopMove,
      'expected places such as [{ to: highest since entry * 98 %, when: profit > 3 % }]',
    )
    .min(1, 'expected at least one place')
    .max(MAX_MOVES, `expected at most ${MAX_MOVES} places`)
    .describe('while long the stop moves up to the highest of these prices, and never down')
    .optional(),
  break_even: amount('1 %')
    .describe('so far above the entry (1 % or atr(14)), the stop moves to the entry price')
    .optional(),
  max_hold: amount('12h').describe('longest time in the market').optional(),
  cooldown: amount('30m').describe('after an exit nothing is entered for so long').optional(),
  add: z
    .array(
      addition,
      'expected safety orders such as [{ when: close < first entry * 98 %, size: 10 % }]',
    )
    .min(1, 'expected at least one safety order')
    .max(MAX_ADDS, `expected at most ${MAX_ADDS} safety orders`)
    .describe('safety orders: bought once each, in this order, while long')
    .optional(),
  valid_for: amount('10m').describe('how long an entry stays a good idea').optional(),
  alert: rules.describe('said when it begins to hold, without an order').optional(),
})

export type Written = z.infer<typeof strategyShape>
