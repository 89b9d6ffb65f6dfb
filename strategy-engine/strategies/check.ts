// What is shown of a strategy by running it over candles of the past: it does not look ahead, it has enough candles to
// begin with, and each of its rules can happen.
import type { CandleColumns } from '../market/candle-columns.ts'
import { codeSeries, eachBlock, graphFor } from './compile/code.ts'
import { Graph } from './compile/graph.ts'
import { namesTrade } from './compile/trade.ts'
import { reachOf } from './file/parts.ts'
import type { Code, Rule, Strategy } from './file/strategy.ts'
import { type Cause, Model } from './model.ts'

/** A decision, at the index of its candle. */
interface Made {
  readonly at: number
  readonly what: 'entry' | 'add' | 'move' | Cause
}

/** What a strategy decides on candles from <= i < to, begun without a position. */
export type Decide = (from: number, to: number) => readonly Made[]

export interface LookAhead {
  /** How many times the candles were cut off. */
  readonly cuts: number
  /** Candles at which a decision was another one without what came after. */
  readonly changed: readonly number[]
}

interface WarmUp {
  /** With which an engine begins. */
  readonly history: number
  /** Starts that were tried, with so much history each. */
  readonly starts: number
  /** Candles after them at which a rule said something else than with the whole history, and how many there were. */
  readonly differing: number
  readonly compared: number
}

interface Stops {
  /** How far below the close of their candle the stops of the entries were, percent. Null where nothing was entered. */
  readonly below: { readonly least: number; readonly most: number } | null
  /** Candles at which an entry was due, and no stop was possible above zero and below the price. */
  readonly refused: number
}

interface Reached {
  readonly rule: string
  /** Candles at which it held, or at which it ended a position. */
  readonly times: number
  /** Whether the candles were enough to say so at one of them. */
  readonly isKnown: boolean
}

type Others = ReadonlyMap<string, CandleColumns>

interface History {
  readonly candles: CandleColumns
  readonly others: Others
}

export interface Checked {
  readonly candles: number
  /** Candles before the first at which an entry can be decided. */
  readonly needed: number
  /** Of code: candles at which it decided otherwise when each answer was asked for again and again. Null for rules. */
  readonly again: readonly number[] | null
  readonly lookAhead: LookAhead
  /** Null where there are too few candles to compare. */
  readonly warmUp: WarmUp | null
  readonly stops: Stops
  readonly reached: readonly Reached[]
  readonly entries: number
}

const CUTS = 20
const STARTS = 10
/** Candles after a start that are compared. */
const COMPARED = 200

/** Candles before the first at which an entry can be decided. */
export function warmupOf(strategy: Strategy): number {
  return new Model(strategy, new Graph(strategy.timeframe, 1)).warmup
}

/** As many candles of the past as an engine begins with: one answer of an exchange, or twice what it needs. */
export function historyOf(warmup: number): number {
  return Math.max(ONE_ANSWER, 2 * (warmup + 1))
}

const ONE_ANSWER = 999

/** `others`: candles of the other markets that it reads, at the same indices. */
export function checkStrategy(
  strategy: Strategy,
  candles: CandleColumns,
  others: Others = new Map(),
): Checked {
  const history = { candles, others }
  const decide: Decide = (from, to) => decisions(strategy, history, from, to)
  const made = decide(0, candles.length)
  const { code } = strategy
  return {
    candles: candles.length,
    needed: warmupOf(strategy),
    again:
      code === undefined
        ? null
        : differing(made, decisions(askedAgain(strategy, code), history, 0, candles.length)),
    lookAhead: lookAheadOf(decide, candles.length, made),
    warmUp: warmUpOf(strategy, history),
    stops: stopsOf(strategy, history),
    reached: reachedBy(strategy, history, made),
    entries: made.filter(({ what }) => what === 'entry').length,
  }
}

/**
 * Decisions of the past must be the same whatever came after them. Cut are all parts, and right behind decisions. `whole`
 * is of the first run: what keeps something from run to run knew the future in each later one.
 */
export function lookAheadOf(
  decide: Decide,
  length: number,
  whole: readonly Made[] = decide(0, length),
): LookAhead {
  const ends = new Set<number>()
  for (let cut = 1; cut <= CUTS; cut++) {
    ends.add(Math.floor((length * cut) / (CUTS + 1)))
    const decided = whole[Math.floor(((whole.length - 1) * cut) / CUTS)]
    if (decided !== undefined) ends.add(decided.at + 1)
  }
  const changed = new Set<number>()
  for (const end of ends) {
    const before = whole.filter(({ at }) => at < end)
    for (const at of differing(before, decide(0, end))) changed.add(at)
  }
  return { cuts: ends.size, changed: [...changed].sort((a, b) => a - b) }
}

/** The candles of the first of each pair that is not the same. */
function differing(left: readonly Made[], right: readonly Made[]): readonly number[] {
  const at: number[] = []
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [a, b] = [left[i], right[i]]
    if (a?.at === b?.at && a?.what === b?.what) continue
    at.push(Math.min(a?.at ?? Number.POSITIVE_INFINITY, b?.at ?? Number.POSITIVE_INFINITY))
  }
  return at
}

/** What remembers something in enter() or exit() is another one after each question. */
function askedAgain(strategy: Strategy, code: Code): Strategy {
  return { ...strategy, code: { ...code, begin: (held) => code.begin(held, true) } }
}

function decisions(
  strategy: Strategy,
  { candles, others }: History,
  begin: number,
  end: number,
): readonly Made[] {
  const graph = graphFor([strategy], strategy.timeframe)
  const model = new Model(strategy, graph)
  const made: Made[] = []
  eachBlock([strategy], { begin, end }, (from, to) => {
    graph.feed(candles, from, to, others)
    for (let i = model.scan(0, to - from); i < to - from; i = model.scan(i + 1, to - from))
      made.push({ at: from + i, what: model.decided === 'exit' ? model.cause : model.decided })
  })
  return made
}

function stopsOf(strategy: Strategy, { candles, others }: History): Stops {
  const graph = graphFor([strategy], strategy.timeframe)
  const model = new Model(strategy, graph)
  let [least, most] = [Number.POSITIVE_INFINITY, 0]
  eachBlock([strategy], { begin: 0, end: candles.length }, (from, to) => {
    graph.feed(candles, from, to, others)
    for (let i = model.scan(0, to - from); i < to - from; i = model.scan(i + 1, to - from)) {
      if (model.decided !== 'entry') continue
      const percent = (model.stopDistance(i) / Number(candles.close[from + i])) * 100
      least = Math.min(least, percent)
      most = Math.max(most, percent)
    }
  })
  return { below: most === 0 ? null : { least, most }, refused: model.refusals }
}

/** What the rules say after a start with limited history, beside what they say with all of it. */
function warmUpOf(strategy: Strategy, past: History): WarmUp | null {
  const history = historyOf(reachOf(strategy))
  const rules = [...strategy.enter, ...strategy.exit].filter((rule) => !namesTrade(rule.condition))
  const room = past.candles.length - history - COMPARED
  if (room <= 0) return null
  const whole = holding(strategy, rules, past, 0, past.candles.length)
  let differing = 0
  for (let start = 0; start < STARTS; start++) {
    const from = 1 + Math.floor(((room - 1) * start) / (STARTS - 1))
    const late = holding(strategy, rules, past, from, from + history + COMPARED)
    for (let i = history; i < history + COMPARED; i++)
      if (late.some((column, rule) => !Object.is(column[i], whole[rule]?.[from + i])))
        differing += 1
  }
  return { history, starts: STARTS, differing, compared: STARTS * COMPARED }
}

/** Each rule at each of the candles, and after them what code says of an entry: 1, 0, NaN. */
function holding(
  strategy: Strategy,
  rules: readonly Rule[],
  { candles, others }: History,
  begin: number,
  end: number,
): readonly Float64Array[] {
  const graph = graphFor([strategy], strategy.timeframe)
  const columns = rules.map(({ condition }) => graph.series(condition).column)
  const { code } = strategy
  if (code)
    columns.push(
      codeSeries(
        code,
        code.begin(() => null),
        graph,
      ).column,
    )
  const whole = columns.map(() => new Float64Array(end - begin))
  eachBlock([strategy], { begin, end }, (from, to) => {
    graph.feed(candles, from, to, others)
    for (const [rule, column] of columns.entries())
      whole[rule]?.set(column.subarray(0, to - from), from - begin)
  })
  return whole
}

/** Rules that know the trade are counted by the positions that they ended. */
function reachedBy(strategy: Strategy, past: History, made: readonly Made[]): readonly Reached[] {
  const named = (kind: string, rules: readonly Rule[]) =>
    rules.map((rule, at) => ({
      ...rule,
      title: `${kind}${rule.name === null ? (rules.length > 1 ? ` ${at + 1}` : '') : ` ${rule.name}`}`,
    }))
  const { enter, exit, alerts } = strategy
  const all = [...named('enter', enter), ...named('exit', exit), ...named('alert', alerts)]
  const seen = all.filter(({ condition }) => !namesTrade(condition))
  const columns = holding(strategy, seen, past, 0, past.candles.length)
  const count = (what: Made['what']) => made.filter((one) => one.what === what).length
  const { takeProfit, trailingStop, breakEven, maxHold } = strategy.exits
  const ways: [string, Made['what'], boolean][] = [
    ['stop', 'stop', true],
    ['take_profit', 'take_profit', takeProfit !== undefined],
    ['trailing_stop', 'trailing_stop', trailingStop !== undefined],
    ['break_even', 'break_even', breakEven !== undefined],
    ['max_hold', 'max_hold', maxHold !== undefined],
    ['add', 'add', strategy.adds.length > 0],
    ['move_stop', 'move', strategy.moves.length > 0],
  ]
  const entries = strategy.code ? [{ title: 'enter' }] : []
  const { length } = past.candles
  const reach = reachOf(strategy)
  const canEnter = warmupOf(strategy) < length
  return [
    ...[...seen, ...entries].map(({ title }, at) => {
      const column = columns[at] ?? new Float64Array()
      const times = column.reduce((sum, value) => sum + Number(value === 1), 0)
      return { rule: title, times, isKnown: column.some((value) => !Number.isNaN(value)) }
    }),
    ...(all.length > seen.length
      ? [{ rule: 'exits that know the trade', times: count('rule'), isKnown: reach < length }]
      : []),
    ...(strategy.code ? [{ rule: 'exit', times: count('rule'), isKnown: canEnter }] : []),
    ...ways.flatMap(([rule, what, isThere]) =>
      isThere ? [{ rule, times: count(what), isKnown: canEnter }] : [],
    ),
  ]
}
