// One subscription for all strategies of a market and timeframe; each candle passes through all of them, and is closed once.
import { type Cancel, instant, type Logger } from '@keyside/runtime'
import type { Decisions } from './decisions.ts'
import type { Candle, Timeframe } from './market/candle.ts'
import type { Feed, Origin } from './market/feed.ts'
import type { Outbox } from './publish/outbox.ts'
import type { Slices, Steps } from './slices.ts'
import type { Stream } from './stream.ts'

/** As many candles of the past as one answer of the exchange brings; more where a strategy needs them. */
const HISTORY = 999
/** Candles of the past that a strategy learns in one step. */
const LESSON = 100

interface Group {
  /** `<market> <timeframe>` */
  readonly name: string
  readonly market: string
  readonly timeframe: Timeframe
  readonly streams: Set<Stream>
  /** The last candle that all of them are done with, Unix seconds; null before the history. */
  last: number | null
  cancel: Cancel
}

export interface MarketsOptions {
  readonly feed: Feed
  readonly outbox: Outbox
  readonly slices: Slices
  readonly decisions: Decisions
  readonly log: Logger
}

export class Markets {
  readonly #options: MarketsOptions
  /** The first group of a market and timeframe leads; streams that began later join it when they have come up to it. */
  readonly #groups = new Map<string, Group[]>()
  readonly #groupOf = new Map<Stream, Group>()
  /** Not subscribed yet. */
  #forming = new Map<string, Group>()

  constructor(options: MarketsOptions) {
    this.#options = options
  }

  /** Its candles come after `subscribe`. */
  begin(stream: Stream): void {
    const { market, timeframe } = stream.strategy
    const name = `${market} ${timeframe}`
    const group = this.#forming.get(name) ?? {
      name,
      market,
      timeframe,
      streams: new Set(),
      last: null,
      cancel: () => undefined,
    }
    this.#forming.set(name, group)
    this.#groupOf.set(stream, group)
    group.streams.add(stream)
  }

  /** For all streams that have begun since the last time. */
  *subscribe(): Steps {
    const groups = [...this.#forming.values()]
    this.#forming = new Map()
    for (const group of groups) {
      if (group.streams.size > 0) this.#subscribe(group)
      yield undefined
    }
  }

  end(stream: Stream): void {
    this.#options.outbox.unfollow(stream.strategy.name)
    const group = this.#groupOf.get(stream)
    this.#groupOf.delete(stream)
    group?.streams.delete(stream)
    if (group?.streams.size === 0) this.#leave(group)
  }

  #subscribe(group: Group): void {
    const { feed, slices, log } = this.#options
    const { name, market, timeframe } = group
    this.#groups.set(name, [...(this.#groups.get(name) ?? []), group])
    group.cancel = feed.subscribe({
      market,
      timeframe,
      history: Math.max(HISTORY, ...[...group.streams].map(({ missing }) => missing)),
      onHistory: (candles) => slices.add(this.#history(group, candles)),
      onCandle: (candle, origin) => slices.add(this.#candle(group, candle, origin, instant())),
      onStatus: (status) => {
        if (status === 'fresh') log.info({ market, timeframe }, 'the candles are fresh')
      },
      onTrouble: ({ code, message }) => log.warn({ code, market, timeframe }, message),
    })
  }

  *#history(group: Group, candles: readonly Candle[]): Steps {
    for (const stream of group.streams)
      for (let at = 0; at < candles.length; at += LESSON)
        yield this.#options.decisions.learn(stream, candles.slice(at, at + LESSON))
    for (const stream of group.streams) this.#options.decisions.warnTooFewCandles(stream)
    group.last = candles.at(-1)?.start ?? 0
    if (this.#leads(group)) this.#follow(group, group.last)
    else this.#join(group.name)
  }

  /** From a closed candle to the signals of all its strategies. */
  *#candle(group: Group, candle: Candle, origin: Exclude<Origin, 'history'>, seen: number): Steps {
    for (const stream of group.streams)
      yield* this.#options.decisions.decide(stream, { candle, origin, seen })
    if (group.streams.size === 0) return
    group.last = candle.start
    if (this.#leads(group)) this.#options.outbox.close(group.name, candle.start)
    this.#join(group.name)
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
      for (const stream of group.streams) {
        first.streams.add(stream)
        this.#groupOf.set(stream, first)
      }
      group.streams.clear()
      this.#leave(group)
    }
  }

  #follow({ name, streams }: Group, after: number): void {
    for (const { strategy } of streams) this.#options.outbox.follow(strategy.name, name, after)
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
