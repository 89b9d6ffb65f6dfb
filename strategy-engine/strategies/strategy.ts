// A strategy as a person writes it: a YAML rule file, checked strictly.
import { id, market } from '@keyside/protocol'
import { checkYaml } from '@keyside/runtime'
import { z } from 'zod'
import type { SeriesName } from '../indicators/indicator-set.ts'
import { TIMEFRAME_NAMES, TIMEFRAMES, type Timeframe } from '../market/candle.ts'
import {
  MAX_TAKE_PROFITS,
  parseDuration,
  parsePercent,
  parseSize,
  parseStop,
  type Size,
  type Stop,
  type TakeProfitLevel,
} from './amounts.ts'
import { parseCondition } from './expression/parse.ts'
import { RuleError } from './expression/tokens.ts'
import { type Condition, seriesIn } from './expression/tree.ts'

/** Both in percent: the distance, and the gain from which on it counts. */
interface TrailingStop {
  readonly percent: string
  readonly from?: string | undefined
}

export interface Strategy {
  /** Also the stream's id. */
  readonly name: string
  /** What the stream is given out with. */
  readonly plan?: string | undefined
  readonly market: string
  readonly timeframe: Timeframe
  readonly enter: Condition
  readonly exit: Condition
  readonly size: Size
  readonly stop: Stop
  /** Exits that the device makes by itself; sent with each entry. */
  readonly exits: {
    readonly takeProfit?: readonly TakeProfitLevel[] | undefined
    /** Percent. */
    readonly trailingStop?: TrailingStop | undefined
    /** Percent. */
    readonly breakEven?: string | undefined
    /** Seconds. */
    readonly maxHold?: number | undefined
  }
  /** How long an entry stays a good idea, counted from the close of its candle, seconds. */
  readonly validFor: number
  /** Every series that the rules and the stop name. */
  readonly series: readonly SeriesName[]
}

export type Read = { ok: true; strategy: Strategy } | { ok: false; message: string }

const short = z.string().max(100)
const spot = market.refine((text) => !text.includes(':'), 'expected a spot market, without ":"')

const percentUpTo = (most: number) => read(short, (text) => parsePercent(text, most))
const time = read(short, parseDuration)
const trailingStopOf = z.union(
  [
    percentUpTo(99).transform((percent): TrailingStop => ({ percent })),
    z.strictObject({ percent: percentUpTo(99), from: percentUpTo(1_000).optional() }),
  ],
  'expected above 0 % and at most 99 %, such as "2 %", or such as { percent: 2 %, from: 3 % }',
)
const takeProfits = z
  .array(z.strictObject({ at: percentUpTo(1_000), sell: percentUpTo(100), after: time.optional() }))
  .min(1)
  .max(MAX_TAKE_PROFITS)

export const strategyFile = z
  .strictObject({
    name: id,
    plan: id.optional(),
    market: spot,
    timeframe: z.enum(TIMEFRAME_NAMES),
    enter: read(z.string(), parseCondition),
    exit: read(z.string(), parseCondition),
    size: short,
    stop: read(short, parseStop),
    take_profit: takeProfits.optional(),
    trailing_stop: trailingStopOf.optional(),
    break_even: percentUpTo(1_000).optional(),
    max_hold: time.optional(),
    valid_for: time.optional(),
  })
  .transform((written, context): Strategy => {
    const {
      size,
      valid_for: validFor,
      take_profit: takeProfit,
      trailing_stop: trailingStop,
      break_even: breakEven,
      max_hold: maxHold,
      ...rest
    } = written
    const series = seriesIn(rest.enter, rest.exit)
    if (rest.stop.by === 'series') series.push(rest.stop.name)
    return {
      ...rest,
      series,
      exits: { takeProfit, trailingStop, breakEven, maxHold },
      size: attempt(() => parseSize(size, rest.market), context, ['size']),
      validFor: validFor ?? TIMEFRAMES[rest.timeframe],
    }
  })

/** `message` is a sentence with line, place, and column within a rule. */
export function readStrategy(text: string): Read {
  const checked = checkYaml(text, strategyFile, { scalars: 'text' })
  if (checked.ok) return { ok: true, strategy: checked.data }
  const place = checked.path === '' ? '' : `${checked.path}: `
  return { ok: false, message: `line ${checked.line}: ${place}${checked.message}` }
}

function read<T>(text: z.ZodString, parse: (text: string) => T) {
  return text.transform((value, context) => attempt(() => parse(value), context))
}

function attempt<T>(parse: () => T, context: z.RefinementCtx, path: string[] = []): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const column = error instanceof RuleError ? `column ${error.column}: ` : ''
    context.addIssue({ code: 'custom', message: `${column}${error.message}`, path })
    return z.NEVER
  }
}
