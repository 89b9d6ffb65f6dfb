// From the text of a strategy file to its strategies, or to everything that is wrong with it.
import { id } from '@keyside/protocol'
import { keysAt, type OpenedYaml, openYaml } from '@keyside/runtime'
import type { z } from 'zod'
import { TIMEFRAME_NAMES, TIMEFRAMES } from '../../market/candle.ts'
import { MAX_SECONDS, type Scope } from '../rules/scope.ts'
import { Amounts } from './amounts.ts'
import { readNames, readParams } from './names.ts'
import { askForOrders, isMistyped, missing, UNUSED } from './needed-keys.ts'
import { MAX_PROBLEMS, type Path, problemAt, Report } from './report.ts'
import { readRules, seriesCount } from './rules.ts'
import { COMMA_HINT, keyHint, notName, strategyShape, type Written } from './shape.ts'
import type { Exits, Problem, Size, Stop, Strategy, TakeProfitLevel } from './strategy.ts'
import { readAdds, readMoves } from './while-long.ts'

export type Read =
  /** More than one where the file has `markets`. */
  | { readonly ok: true; readonly strategies: readonly [Strategy, ...Strategy[]] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Of a file, characters. */
export const MAX_LENGTH = 32_768
/** The longest `valid_for`, seconds. */
export const MAX_VALID = 86_400
/** Different indicators of one strategy. */
export const MAX_SERIES = 100

/** `params` counts in place of the file's own values. */
export function readStrategy(text: string, params: Params = {}): Read {
  return strategyReader(text)(params)
}

type Params = Readonly<Record<string, number>>

/** As `readStrategy`, for reading the same file with many values of its params: it is taken apart once. */
export function strategyReader(text: string): (params: Params) => Read {
  if (text.length > MAX_LENGTH) {
    const refused = refuse(text, `a strategy file has at most ${MAX_LENGTH} characters`)
    return () => refused
  }
  const opened = openYaml(text, { scalars: 'text' })
  if (!opened.ok) {
    const problems = [problemAt(text, opened, opened.message)]
    return () => ({ ok: false, problems })
  }
  return openedReader(text, opened)
}

/** Of what was opened already; `text` is what a problem shows a line of. */
export function openedReader(text: string, opened: OpenedYaml): (params: Params) => Read {
  const before = new Report(text, opened)
  const written = readShape(opened, before)
  const markets = marketsOf(written, before)
  const read = readParams(before, written.params)
  return (given) => {
    const report = new Report(text, opened, before)
    const strategies = markets.map((market) =>
      new Reading(report, written, market, { read, given }).strategy(),
    )
    const [first, ...others] = strategies.filter((one) => one !== null)
    if (report.problems.length > 0 || first === undefined)
      return { ok: false, problems: report.problems }
    return { ok: true, strategies: [first, ...others] }
  }
}

function refuse(text: string, message: string): Read {
  return { ok: false, problems: [problemAt(text.slice(0, 200), { line: 1, column: 1 }, message)] }
}

/** The keys that are right; the report has the others. */
function readShape({ data }: OpenedYaml, report: Report): Partial<Written> {
  askForOrders(data, report)
  const wrong = new Set<PropertyKey>(droppedNames(data))
  for (const key of wrong) report.addKey([key, '__proto__'], notName('__proto__'))
  const shaped = strategyShape.safeParse(data)
  if (shaped.success && wrong.size === 0) return shaped.data
  for (const issue of shaped.error?.issues ?? []) {
    if (issue.path.length === 1 && wrong.has(issue.path[0] ?? '')) continue
    const { path, code } = issue
    if (code === 'unrecognized_keys') {
      for (const key of issue.keys.slice(0, MAX_PROBLEMS)) {
        wrong.add(path[0] ?? key)
        const known = keysAt(strategyShape, path)
        const hint = /[()]/.test(key) ? `: ${COMMA_HINT}` : keyHint(key, known)
        report.addKey([...path, key], `unknown key "${key.slice(0, 40)}"${hint}`)
      }
      continue
    }
    const top = path[0]
    if (top !== undefined) wrong.add(top)
    if (path.length === 1 && !Object.hasOwn(data, String(top))) {
      if (!isMistyped(data, String(top))) report.add([], missing(String(top)))
    } else if (code === 'custom' && issue.params?.['key'] === true)
      report.addKey(path, issue.message)
    else report.add(path, sentenceOf(issue))
  }
  return Object.fromEntries(Object.entries(data).filter(([key]) => !wrong.has(key)))
}

/** Of what has no sentence of its own, where another kind of value stands. */
function sentenceOf({ code, message, ...issue }: z.core.$ZodIssue): string {
  if (code !== 'invalid_type' || !message.startsWith('Invalid input')) return message
  const isText = 'expected' in issue && issue.expected === 'string'
  return isText ? 'expected one text, such as "a-1"' : 'expected { } with keys and values'
}

/** A record of names that are free to choose drops this one without a word. */
function droppedNames(data: OpenedYaml['data']): readonly string[] {
  return Object.keys(data).filter((key) => {
    const value = data[key]
    const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
    return (
      isRecord && Object.hasOwn(value, '__proto__') && keysAt(strategyShape, [key]).length === 0
    )
  })
}

/** Null once where the key is wrong: the rest of the file is read all the same. */
function marketsOf(
  { market, markets }: Partial<Written>,
  report: Report,
): readonly (string | null)[] {
  if (market !== undefined && markets !== undefined)
    report.addKey(['markets'], 'write "market" or "markets", not both')
  const all = markets ?? (market === undefined ? [null] : [market])
  if (new Set(all).size !== all.length) report.add(['markets'], 'a market is named twice')
  return all
}

/** The reading of one market's strategy. */
class Reading {
  readonly #report: Report
  readonly #written: Partial<Written>
  readonly #market: string | null
  readonly #scope: Scope
  readonly #amounts: Amounts
  readonly #params: Strategy['params']

  constructor(
    report: Report,
    written: Partial<Written>,
    market: string | null,
    { read, given }: { readonly read: ReturnType<typeof readParams>; readonly given: Params },
  ) {
    const timeframe = TIMEFRAME_NAMES.find((name) => name === written.timeframe) ?? null
    const place = { timeframe, market }
    const { names, params } = readNames(report, place, read, { written: written.let, given })
    this.#report = report
    this.#written = written
    this.#market = market
    this.#params = params
    this.#scope = { timeframe, market, names, later: new Set(), trade: false, distance: false }
    this.#amounts = new Amounts(report, this.#scope)
  }

  /** Null where something is wrong with it, which the report has. */
  strategy(): Strategy | null {
    const written = this.#written
    const rules = (key: 'enter' | 'exit' | 'alert') =>
      readRules(this.#report, { ...this.#scope, trade: key === 'exit' }, key, written[key])
    const [enter, exit, alerts] = [rules('enter'), rules('exit'), rules('alert')]
    const isWatch = written.enter === undefined && written.alert !== undefined
    const size = isWatch ? UNUSED.size : this.#size()
    const stop = isWatch ? UNUSED.stop : this.#stop()
    const exits = this.#exits()
    const place = { report: this.#report, scope: this.#scope, amounts: this.#amounts }
    const adds = readAdds({ ...place, market: this.#market }, written.add, size, exits)
    const moves = readMoves(place, written.move_stop)
    const cooldown = this.#time('cooldown', MAX_SECONDS) ?? 0
    const validFor = this.#time('valid_for', MAX_VALID)
    const name = this.#name()
    const { timeframe } = this.#scope
    const isWhole = this.#market !== null && timeframe !== null && name !== null
    if (!isWhole || size === null || stop === null) {
      this.#askForMarket()
      return null
    }
    const strategy = {
      name,
      plan: written.plan,
      market: this.#market,
      timeframe,
      enter,
      exit,
      size,
      stop,
      exits,
      adds,
      moves,
      cooldown,
      alerts,
      validFor: validFor ?? TIMEFRAMES[timeframe],
      params: this.#params,
    }
    if (this.#report.problems.length === 0 && seriesCount(strategy) > MAX_SERIES)
      this.#report.add([], `a strategy looks at ${MAX_SERIES} different indicators at most`)
    return strategy
  }

  #stop(): Stop | null {
    const { stop } = this.#written
    return stop === undefined ? null : this.#amounts.distance(['stop'], stop)
  }

  #askForMarket(): void {
    const { market, markets } = this.#written
    const isThere =
      market !== undefined ||
      markets !== undefined ||
      this.#report.has('market') ||
      this.#report.has('markets')
    if (!isThere) this.#report.add([], 'there is no "market", such as "market: BTC/USDT"')
  }

  /** Of several markets each stream has its own. */
  #name(): string | null {
    const { name, markets } = this.#written
    if (name === undefined || markets === undefined || this.#market === null) return name ?? null
    const own = `${name}-${this.#market.toLowerCase().replace('/', '-')}`
    if (id.safeParse(own).success) return own
    this.#report.add(
      ['name'],
      `"${own}" would be the name for ${this.#market}, and has at most 32 characters: choose a shorter one`,
    )
    return null
  }

  #size(): Size | null {
    const { size, risk } = this.#written
    if (size !== undefined && risk !== undefined)
      this.#report.addKey(['risk'], 'write "size" or "risk", not both')
    if (size !== undefined) return this.#amounts.size(['size'], size, this.#market)
    if (risk === undefined) {
      if (!this.#report.has('size') && !this.#report.has('risk'))
        this.#report.add(
          [],
          'there is no "size", such as "size: 10 %", nor "risk", such as "risk: 1 %"',
        )
      return null
    }
    const value = this.#amounts.percent(['risk'], risk, { most: 100 })
    return value === null ? null : { unit: 'risk', value }
  }

  #time(key: 'cooldown' | 'valid_for' | 'max_hold', most: number): number | null {
    const text = this.#written[key]
    return text === undefined ? null : this.#amounts.duration([key], text, most)
  }

  #exits(): Exits {
    const { take_profit, trailing_stop, break_even } = this.#written
    const takeProfit = take_profit?.flatMap((_, i) => this.#takeProfit(take_profit, i) ?? [])
    const trailingStop = trailing_stop === undefined ? null : this.#trailingStop(trailing_stop)
    const breakEven =
      break_even === undefined ? null : this.#amounts.gain(['break_even'], break_even)
    const maxHold = this.#time('max_hold', MAX_SECONDS)
    return {
      ...(takeProfit && { takeProfit }),
      ...(trailingStop !== null && { trailingStop }),
      ...(breakEven !== null && { breakEven }),
      ...(maxHold !== null && { maxHold }),
    }
  }

  #takeProfit(levels: NonNullable<Written['take_profit']>, i: number): TakeProfitLevel | null {
    const { at, sell = '100 %', after } = levels[i] ?? { at: '' }
    const path: Path = ['take_profit', i]
    const time =
      after === undefined ? 0 : this.#amounts.duration([...path, 'after'], after, MAX_SECONDS, 0)
    // It would sell at once, without a gain, what was just bought.
    const mayBeZero = time !== null && time > 0
    const [gain, share] = [
      this.#amounts.gain([...path, 'at'], at, mayBeZero),
      this.#amounts.percent([...path, 'sell'], sell, { most: 100 }),
    ]
    if (gain === null || share === null || time === null) return null
    return { at: gain, sell: share, ...(time > 0 && { after: time }) }
  }

  #trailingStop(written: NonNullable<Written['trailing_stop']>): Exits['trailingStop'] | null {
    const path: Path = ['trailing_stop']
    if (typeof written === 'string') return this.#amounts.distance(path, written)
    const distance = this.#amounts.distance([...path, 'distance'], written.distance)
    if (written.from === undefined || distance === null) return distance
    const from = this.#amounts.percent([...path, 'from'], written.from, { most: 1_000 })
    return from === null ? null : { ...distance, from }
  }
}
