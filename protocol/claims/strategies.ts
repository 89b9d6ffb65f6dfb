// What a bot asks the engine of its own home about strategies, and the answers. None of it reaches an order.
import { z } from 'zod'
import { id, market, numericDate, singleLine, timeframe } from './common.ts'
import { code } from './order.ts'

/** Of a rule from the chat, characters; and as JSON, bytes: a request has room for so many. */
const MAX_STRATEGY_TEXT = 4_000
const MAX_STRATEGY_BYTES = 5_600

const encoder = new TextEncoder()

/** Whether a request has room for it. */
export function fitsRequest(text: string): boolean {
  return (
    text.length <= MAX_STRATEGY_TEXT &&
    encoder.encode(JSON.stringify(text)).length <= MAX_STRATEGY_BYTES
  )
}

/** Lines and tabs, and no other control, format or surrogate characters. */
const text = z
  .string()
  .regex(/^(?:[^\p{C}]|[\n\t])*$/u, 'expected plain text')
  .refine(
    fitsRequest,
    `expected at most ${MAX_STRATEGY_TEXT} characters and ${MAX_STRATEGY_BYTES} bytes`,
  )

/** Of a param in a strategy. */
const paramName = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/, 'expected the name of a param')

export const strategyAsks = [
  /** All that run. */
  z.strictObject({ do: z.literal('strategies') }),
  z.strictObject({ do: z.literal('strategy'), name: id }),
  /** Check this rule, try it on the past, and run it as a trial. */
  z.strictObject({ do: z.literal('try'), text }),
  /** The same with the rule of a strategy that is here, and other values of its params. */
  z.strictObject({
    do: z.literal('tune'),
    name: id,
    params: z.record(paramName, z.number().min(-1e12).max(1e12)),
  }),
  /** End a trial. */
  z.strictObject({ do: z.literal('drop'), name: id }),
] as const

/** Percent or a ratio, for people: never an amount that is traded. */
const figure = z
  .string()
  .regex(/^-?(?:0|[1-9]\d{0,11})(?:\.\d{1,2})?$/, 'expected a figure such as "-1.25"')

/** `chat`: a trial. `device`: a file of the home. */
const from = z.enum(['chat', 'device'])

const rules = z
  .array(z.strictObject({ part: singleLine.max(40), text: singleLine.max(300) }))
  .max(32)

const params = z
  .array(
    z.strictObject({
      name: paramName,
      value: z.number(),
      /** A duration is in seconds, 2 % is 2. */
      unit: z.enum(['number', 'percent', 'duration']),
      from: z.number().optional(),
      to: z.number().optional(),
      step: z.number().optional(),
    }),
  )
  .max(16)

/** What a strategy's own signals came to, at their prices and without fees. */
const model = z.strictObject({
  /** When the trial began, or was last changed. */
  since: numericDate,
  closed: z.int().min(0),
  won: z.int().min(0),
  /** All closed trades together, percent. */
  percent: figure,
})

const listed = z.strictObject({
  name: id,
  from,
  market,
  timeframe,
  position: z.enum(['long', 'flat']),
  signals: z.int().min(0),
  model: model.optional(),
})

/** Hundredths of a percent of the start, at equal distances; the last one is the end. */
const series = z.array(z.int().min(-1e9).max(1e9)).min(1).max(120)

const backtest = z.discriminatedUnion('ran', [
  z.strictObject({
    ran: z.literal('yes'),
    /** The time of the candles, end not included. */
    from: numericDate,
    to: numericDate,
    candles: z.int().min(1),
    figures: z.strictObject({
      percent: figure,
      hold: figure,
      drawdown: figure,
      /** Fees of all trades, percent of the start. */
      fees: figure,
      trades: z.int().min(0),
      won: z.int().min(0),
      open: z.int().min(0),
      sharpe: figure.optional(),
      profitFactor: figure.optional(),
    }),
    series: z.strictObject({ own: series, hold: series, falls: series }),
    /** What to know before believing it, and which candles there were not. */
    notes: z.array(singleLine.max(200)).max(8),
  }),
  z.strictObject({ ran: z.literal('no'), code, message: singleLine }),
])

export const strategyAnswers = [
  z.strictObject({
    do: z.literal('strategies'),
    rows: z.array(listed).max(40),
    /** How many rows are left out. */
    more: z.int().min(1).optional(),
  }),
  z.strictObject({
    do: z.literal('strategy'),
    name: id,
    from,
    markets: z.array(market).min(1).max(64),
    timeframe,
    rules,
    params,
  }),
  z.strictObject({
    do: z.literal('tried'),
    name: id,
    /** The trial's own, one for each market. */
    streams: z.array(id).min(1).max(4),
    markets: z.array(market).min(1).max(4),
    timeframe,
    /** What it stands in place of, or beside. */
    before: z.enum(['nothing', 'trial', 'device']),
    rules,
    params,
    /** Of the first market. */
    backtest,
  }),
  z.strictObject({
    do: z.literal('mistakes'),
    problems: z
      .array(
        z.strictObject({
          line: z.int().min(1),
          column: z.int().min(1),
          message: singleLine.max(300),
        }),
      )
      .min(1)
      .max(5),
    more: z.int().min(1).optional(),
  }),
  z.strictObject({ do: z.literal('dropped'), name: id }),
] as const
