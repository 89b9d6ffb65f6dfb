// One running strategy: its state, and the steps a closed candle goes through.
import type { Candle } from './market/candle.ts'
import type { Origin } from './market/feed.ts'
import type { StreamRow } from './publish/outbox.ts'
import type { Graph } from './strategies/compile/graph.ts'
import type { Strategy } from './strategies/file/strategy.ts'
import { type AllowedSignals, type PastSignal, Runner, type Step } from './strategies/runner.ts'

export class Stream {
  readonly strategy: Strategy
  readonly plan: string
  readonly #runner: Runner
  /** The last candle that a former run decided on, Unix seconds; null for a new stream. */
  readonly #decidedUpTo: number | null
  /** Candles that must still close before anything can be decided. */
  #missing: number

  /** `row` and `signals` are what a former run left behind. Adds the strategy's series to `graph`. */
  constructor(
    strategy: Strategy,
    graph: Graph,
    { row, signals }: { readonly row: StreamRow; readonly signals: readonly PastSignal[] },
  ) {
    this.strategy = strategy
    this.plan = row.plan
    this.#runner = new Runner(strategy, graph)
    this.#runner.resume(signals)
    this.#decidedUpTo = row.lastCandle
    this.#missing = this.#runner.warmup + 1
  }

  get missing(): number {
    return this.#missing
  }

  /** At the candle that the graph was fed last, and alone. */
  decide(candle: Candle, origin: Origin): Step {
    this.#missing = Math.max(0, this.#missing - 1)
    return this.#runner.step(0, candle, this.#allowed(candle, origin))
  }

  /** As its signals left it, whatever the rules would hold: the decision had its signal already. */
  resume(signals: readonly PastSignal[]): void {
    this.#runner.resume(signals)
  }

  #allowed({ start }: Candle, origin: Origin): AllowedSignals {
    if (origin === 'live') return 'all'
    if (origin === 'after_hole') return 'exits'
    return this.#decidedUpTo !== null && start > this.#decidedUpTo ? 'missed' : 'past'
  }
}
