// One strategy at work: what it knows, and the steps a closed candle goes through.

import { candlesNeeded, createGauges, type Values } from './indicators/gauges.ts'
import type { Candle } from './market/candle.ts'
import type { Origin } from './market/feed.ts'
import type { Outbox, Sealed, StreamRow } from './publish/outbox.ts'
import {
  type Allowed,
  type Bar,
  type RunnerState,
  type Step,
  startState,
  step,
} from './strategies/runner.ts'
import type { Strategy } from './strategies/strategy.ts'

export class Stream {
  readonly strategy: Strategy
  readonly #outbox: Outbox
  readonly #issuer: string
  readonly #gauges: (candle: Candle) => Values | null
  /** The last candle that a former run decided on, Unix seconds; null for a new stream. */
  readonly #decidedUpTo: number | null
  #state: RunnerState
  /** Candles that must still close before anything can be decided. */
  #missing: number

  constructor(strategy: Strategy, outbox: Outbox, issuer: string) {
    const row: StreamRow = outbox.openStream(strategy.name, strategy.market)
    this.strategy = strategy
    this.#outbox = outbox
    this.#issuer = issuer
    this.#gauges = createGauges(strategy.series)
    this.#decidedUpTo = row.bar
    this.#state = startState(row.position, row.entered)
    // A decision reads the candle before as well.
    this.#missing = candlesNeeded(strategy.series) + 1
  }

  get missing(): number {
    return this.#missing
  }

  measure(candle: Candle): Bar {
    this.#missing = Math.max(0, this.#missing - 1)
    return { candle, values: this.#gauges(candle) }
  }

  decide(bar: Bar, origin: Origin): Step {
    const decided = step(this.strategy, this.#state, bar, this.#allowed(bar.candle, origin))
    this.#state = decided.state
    return decided
  }

  /** Null if there is nothing to say, or it was said before. */
  commit({ candle }: Bar, { decision }: Step): Sealed | null {
    if (decision === undefined) return null
    const { strategy } = this
    const deciding = { issuer: this.#issuer, strategy, start: candle.start, decision }
    const sealed = this.#outbox.append(deciding)
    if (sealed === null) this.#state = this.#asTold()
    return sealed
  }

  /** Last of all, without a signal that says it: a candle that was not finished before a crash is looked at again. */
  remember(candle: Candle, origin: Origin): void {
    if (origin !== 'history') this.#outbox.sawBar(this.strategy.name, candle.start)
  }

  /** What was said counts, whatever the rules would hold. */
  #asTold(): RunnerState {
    const row = this.#outbox.stream(this.strategy.name)
    const target = row?.position ?? 'flat'
    return { ...this.#state, target, wanted: target, entered: row?.entered ?? null }
  }

  #allowed({ start }: Candle, origin: Origin): Allowed {
    if (origin === 'live') return 'all'
    if (origin === 'after_hole') return 'exits'
    return this.#decidedUpTo !== null && start > this.#decidedUpTo ? 'missed' : 'past'
  }
}
