// One subscription for all strategies of a market and timeframe: each candle passes through all of them, every series
// that they name is computed once, and the candle is closed once.
import { type Cancel, type Clock, instant, type Logger } from '@keyside/runtime'
import type { ClosedCandle, Decisions, Stream } from './decisions.ts'
import type { Candle, Timeframe } from './market/candle.ts'
import { type CandleColumns, columnsOf } from './market/candle-columns.ts'
import type { Feed } from './market/feed.ts'
import { goOn, type MarketState } from './market-state.ts'
import { OtherMarkets } from './other-markets.ts'
import type { Outbox } from './publish/outbox.ts'
import type { Slices, Steps } from './slices.ts'
import type { StoredStates } from './stored-states.ts'
import { historyOf } from './strategies/check.ts'
import { Graph } from './strategies/compile/graph.ts'
import { otherMarketsOf } from './strategies/file/parts.ts'
import type { Strategy } from './strategies/file/strategy.ts'

type Beside = ReadonlyMap<string, CandleColumns>

/** Strategies that began together: a series cannot be added to a graph that has seen candles. */
interface Cohort {
  readonly graph: Graph
  readonly streams: Set<Stream>
  /** Candles so far. */
  seen: number
}

interface Group {
  /** Market and timeframe, and the other markets that its rules name. */
  readonly name: string
  readonly market: string
  readonly timeframe: Timeframe
  readonly others: readonly string[]
  cohorts: readonly Cohort[]
  /** The last candle that all of them are done with, Unix seconds; null before the history. */
  last: number | null
  newest: Candle | null
  beside: OtherMarkets | null
  cancel: Cancel
}

export interface MarketsOptions {
  readonly feed: Feed
  readonly outbox: Outbox
  readonly slices: Slices
  readonly decisions: Decisions
  readonly states: StoredStates
  readonly clock: Clock
  readonly log: Logger
}

export class Markets {
  readonly #options: MarketsOptions
  /** The first group of a name leads; streams that began later join it when they have come up to it. */
  readonly #groups = new Map<string, Group[]>()
  readonly #groupOf = new Map<Stream, Group>()
  /** Not subscribed yet. */
  #forming = new Map<string, Group>()

  constructor(options: MarketsOptions) {
    this.#options = options
  }

  /** Begins what `open` makes over the graph of its market; its candles come after `subscribe`. */
  begin(strategy: Strategy, open: (graph: Graph) => Stream): Stream {
    const { group, cohort } = this.#formingFor(strategy)
    const stream = open(cohort.graph)
    this.#groupOf.set(stream, group)
    cohort.streams.add(stream)
    return stream
  }

  #formingFor(strategy: Strategy): { group: Group; cohort: Cohort } {
    const { market, timeframe } = strategy
    const others = otherMarketsOf(strategy)
    const name = [`${market} ${timeframe}`, ...others].join(' ')
    const known = this.#forming.get(name)
    const [first] = known?.cohorts ?? []
    if (known !== undefined && first !== undefined) return { group: known, cohort: first }
    const cohort = { graph: new Graph(timeframe, 1), streams: new Set<Stream>(), seen: 0 }
    const group: Group = {
      ...{ name, market, timeframe, others, last: null, newest: null, beside: null },
      cohorts: [cohort],
      cancel: () => undefined,
    }
    this.#forming.set(name, group)
    return { group, cohort }
  }

  /** For all streams that have begun since the last time. */
  *subscribe(): Steps {
    const groups = [...this.#forming.values()]
    this.#forming = new Map()
    for (const group of groups) {
      if (streamsOf(group).length > 0) this.#subscribe(group)
      yield undefined
    }
  }

  end(stream: Stream): void {
    this.#options.outbox.unfollow(stream.strategy.name)
    const group = this.#groupOf.get(stream)
    this.#groupOf.delete(stream)
    if (group === undefined) return
    for (const { streams } of group.cohorts) streams.delete(stream)
    group.cohorts = group.cohorts.filter(({ streams }) => streams.size > 0)
    if (group.cohorts.length === 0) this.#leave(group)
  }

  /** Those that lead, for their state to be stored. */
  *leading(): Generator<Group> {
    for (const [first] of this.#groups.values()) if (first !== undefined) yield first
  }

  #subscribe(group: Group): void {
    const { feed, slices, clock, log, states } = this.#options
    const { name, market, timeframe, others } = group
    this.#groups.set(name, [...(this.#groups.get(name) ?? []), group])
    const history = Math.max(...streamsOf(group).map(({ reach }) => historyOf(reach)))
    const beside = new OtherMarkets({
      ...{ markets: others, timeframe, history, feed, clock },
      onTrouble: (other, { code, message }) =>
        log.warn({ code, market: other, timeframe }, message),
    })
    group.beside = beside
    const state = this.#leads(group) ? states.find(group) : null
    const cancel = feed.subscribe({
      market,
      timeframe,
      history,
      known: state?.candle,
      onHistory: (candles, goesOn) => {
        const before = goesOn ? state : null
        if (state !== before)
          states.unused(group, 'the exchange has other candles, or too many since')
        beside.whenThere(candles.at(-1)?.start ?? before?.candle.start ?? 0, () =>
          slices.add(this.#history(group, candles, before)),
        )
      },
      onCandle: (candle, origin) => {
        const closed = { candle, origin, seen: instant() }
        beside.whenThere(candle?.start, () => slices.add(this.#candle(group, closed)))
      },
      onStatus: (status) => {
        if (status === 'fresh') log.info({ market, timeframe }, 'the candles are fresh')
      },
      onTrouble: ({ code, message }) => log.warn({ code, market, timeframe }, message),
    })
    group.cancel = () => {
      cancel()
      beside.stop()
    }
  }

  /** Behind `before`, where there is a stored state. */
  *#history(group: Group, candles: readonly Candle[], before: MarketState | null): Steps {
    const { decisions, states } = this.#options
    if (before !== null)
      for (const cohort of group.cohorts) {
        goOn(before, cohort, states.seqOf)
        cohort.seen = before.seen
      }
    const columns = columnsOf(candles)
    const beside = group.beside?.beside(columns)
    for (const [at, candle] of candles.entries()) {
      for (const cohort of group.cohorts)
        if (this.#feed(cohort, () => ({ columns, at, beside })))
          for (const stream of cohort.streams) decisions.learn(stream, candle)
      yield undefined
    }
    for (const stream of streamsOf(group)) decisions.warnTooFewCandles(stream)
    group.newest = candles.at(-1) ?? before?.candle ?? null
    group.last = group.newest?.start ?? 0
    if (this.#leads(group)) this.#follow(group, group.last)
    else this.#join(group.name)
  }

  /** From a closed candle to the signals of all its strategies. */
  *#candle(group: Group, closed: ClosedCandle): Steps {
    const { decisions, outbox } = this.#options
    const newest = () => {
      const columns = columnsOf([closed.candle])
      return { columns, at: 0, beside: group.beside?.beside(columns) }
    }
    for (const cohort of group.cohorts) {
      if (!this.#feed(cohort, newest)) continue
      for (const stream of cohort.streams) yield* decisions.decide(stream, closed)
    }
    if (group.cohorts.length === 0) return
    group.newest = closed.candle
    group.last = closed.candle.start
    if (this.#leads(group)) outbox.close(group.name, closed.candle.start)
    this.#join(group.name)
  }

  #feed(
    cohort: Cohort,
    candles: () => { columns: CandleColumns; at: number; beside?: Beside | undefined },
  ): boolean {
    const { graph, streams } = cohort
    try {
      const { columns, at, beside } = candles()
      graph.feed(columns, at, at + 1, beside)
      cohort.seen += 1
      return true
    } catch (error) {
      this.#options.decisions.fail([...streams], error)
      return false
    }
  }

  #leads(group: Group): boolean {
    return this.#groups.get(group.name)?.[0] === group
  }

  /** Streams that have come up to the leading group are part of it from now on. */
  #join(name: string): void {
    const [first, ...others] = this.#groups.get(name) ?? []
    if (first === undefined || first.last === null) return
    for (const group of others.filter(({ last }) => last === first.last)) {
      this.#follow(group, first.last)
      for (const stream of streamsOf(group)) this.#groupOf.set(stream, first)
      first.cohorts = [...first.cohorts, ...group.cohorts]
      group.cohorts = []
      this.#leave(group)
    }
  }

  #follow(group: Group, after: number): void {
    for (const { strategy } of streamsOf(group))
      this.#options.outbox.follow(strategy.name, group.name, after)
  }

  #leave(group: Group): void {
    group.cancel()
    const led = this.#leads(group)
    const left = (this.#groups.get(group.name) ?? []).filter((each) => each !== group)
    if (left.length === 0) this.#groups.delete(group.name)
    else this.#groups.set(group.name, left)
    const [first] = left
    if (led && first !== undefined && first.last !== null) this.#follow(first, first.last)
  }
}

function streamsOf({ cohorts }: Group): Stream[] {
  return cohorts.flatMap(({ streams }) => [...streams])
}
