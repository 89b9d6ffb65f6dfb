// Streams whose rules are code: each waits for its own answers, and holds up nobody else's.
import { type Cancel, type Clock, instant, type Logger } from '@keyside/runtime'
import { ConfinedCode } from './confined/confined-code.ts'
import type { Decisions, Stream } from './decisions.ts'
import type { Candle } from './market/candle.ts'
import { columnsOf } from './market/candle-columns.ts'
import type { Feed, Origin } from './market/feed.ts'
import { OtherMarkets } from './other-markets.ts'
import type { Outbox } from './publish/outbox.ts'
import type { Slices, Steps } from './slices.ts'
import { historyOf } from './strategies/check.ts'
import { Graph } from './strategies/compile/graph.ts'
import { otherMarketsOf } from './strategies/file/parts.ts'
import type { Strategy } from './strategies/file/strategy.ts'

export interface CodedStreamsOptions {
  readonly feed: Feed
  readonly outbox: Outbox
  readonly slices: Slices
  readonly decisions: Decisions
  readonly clock: Clock
  readonly log: Logger
}

/** What came in, in its order. */
interface Work {
  readonly candles: readonly Candle[]
  readonly origin: Origin
  /** When the engine was given it, Unix ms. */
  readonly seen: number
}

interface Coded {
  readonly stream: Stream
  readonly graph: Graph
  readonly code: ConfinedCode
  readonly work: Work[]
  beside: OtherMarkets | null
  isAtWork: boolean
  isOver: boolean
  cancel: Cancel
}

export class CodedStreams {
  readonly #options: CodedStreamsOptions
  readonly #coded = new Map<Stream, Coded>()
  #begun: Coded[] = []

  constructor(options: CodedStreamsOptions) {
    this.#options = options
  }

  /** Begins what `open` makes; its candles come after `subscribe`. Null for a strategy whose rules are no code. */
  begin(strategy: Strategy, open: (graph: Graph) => Stream): Stream | null {
    const { code } = strategy
    if (!(code instanceof ConfinedCode)) return null
    const graph = new Graph(strategy.timeframe, 1)
    const stream = open(graph)
    const coded: Coded = {
      ...{ stream, graph, code, work: [], beside: null, isAtWork: false, isOver: false },
      cancel: () => undefined,
    }
    this.#coded.set(stream, coded)
    this.#begun.push(coded)
    return stream
  }

  /** For all that have begun since the last time. */
  subscribe(): void {
    for (const coded of this.#begun) if (!coded.isOver) this.#subscribe(coded)
    this.#begun = []
  }

  end(stream: Stream): void {
    const coded = this.#coded.get(stream)
    if (coded === undefined) return
    this.#coded.delete(stream)
    coded.isOver = true
    coded.cancel()
    coded.code.end()
  }

  #subscribe(coded: Coded): void {
    const { feed, clock, log } = this.#options
    const { strategy, reach } = coded.stream
    const { market, timeframe } = strategy
    const history = historyOf(reach)
    const beside = new OtherMarkets({
      ...{ markets: otherMarketsOf(strategy), timeframe, history, feed, clock },
      onTrouble: (other, { code, message }) =>
        log.warn({ code, market: other, timeframe }, message),
    })
    coded.beside = beside
    const take = (work: Work) =>
      beside.whenThere(work.candles.at(-1)?.start ?? 0, () => {
        coded.work.push(work)
        void this.#work(coded)
      })
    const cancel = feed.subscribe({
      market,
      timeframe,
      history,
      onHistory: (candles) => take({ candles, origin: 'history', seen: instant() }),
      onCandle: (candle, origin) => take({ candles: [candle], origin, seen: instant() }),
      onStatus: (status) => {
        if (status === 'fresh') log.info({ market, timeframe }, 'the candles are fresh')
      },
      onTrouble: ({ code, message }) => log.warn({ code, market, timeframe }, message),
    })
    coded.cancel = () => {
      cancel()
      beside.stop()
    }
  }

  async #work(coded: Coded): Promise<void> {
    if (coded.isAtWork) return
    coded.isAtWork = true
    try {
      for (let work = coded.work.shift(); work && !coded.isOver; work = coded.work.shift())
        await this.#follow(coded, work)
    } catch (error) {
      if (!coded.isOver) this.#options.decisions.fail([coded.stream], error)
    } finally {
      coded.isAtWork = false
    }
  }

  async #follow(coded: Coded, { candles, origin, seen }: Work): Promise<void> {
    const { stream, graph, code, beside } = coded
    const { outbox, decisions } = this.#options
    const { name } = stream.strategy
    const columns = columnsOf(candles)
    const others = beside?.beside(columns)
    for (const [at, candle] of candles.entries()) {
      graph.feed(columns, at, at + 1, others)
      if (stream.isPast(candle, origin)) await code.learn()
      else await code.decide()
      if (coded.isOver) return
      if (origin === 'history') decisions.learn(stream, candle)
      else
        await this.#inSlice(function* () {
          yield* decisions.decide(stream, { candle, origin, seen })
          if (!coded.isOver) outbox.close(closesOf(name), candle.start)
        })
    }
    if (origin !== 'history') return
    await code.tellPast()
    if (coded.isOver) return
    decisions.warnTooFewCandles(stream)
    outbox.follow(name, closesOf(name), candles.at(-1)?.start ?? 0)
  }

  /** Between the strategies of all markets, and committed with what they decide. */
  #inSlice(steps: () => Steps): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#options.slices.add(
      (function* () {
        try {
          yield* steps()
        } finally {
          resolve()
        }
      })(),
    )
    return promise
  }
}

/** Its candles are its own: no other stream is done with them when it is. */
function closesOf(stream: string): string {
  return `code of ${stream}`
}
