// One running strategy: its state, and the steps a closed candle goes through.

import {
  candlesNeeded,
  createIndicatorSet,
  type IndicatorValues,
} from './indicators/indicator-set.ts'
import type { Candle } from './market/candle.ts'
import type { Origin } from './market/feed.ts'
import type { StreamRow } from './publish/outbox.ts'
import {
  type AllowedSignals,
  initialState,
  type RunnerState,
  type Step,
  step,
} from './strategies/runner.ts'
import type { Strategy } from './strategies/strategy.ts'

export class Stream {
  readonly strategy: Strategy
  readonly plan: string
  readonly #indicators: (candle: Candle) => IndicatorValues | null
  /** The last candle that a former run decided on, Unix seconds; null for a new stream. */
  readonly #decidedUpTo: number | null
  #state: RunnerState
  /** Candles that must still close before anything can be decided. */
  #missing: number

  /** `row` is what a former run left behind. */
  constructor(strategy: Strategy, row: StreamRow) {
    this.strategy = strategy
    this.plan = row.plan
    this.#indicators = createIndicatorSet(strategy.series)
    this.#decidedUpTo = row.lastCandle
    this.#state = initialState(row.position, row.entryCandle)
    // A decision reads the candle before as well.
    this.#missing = candlesNeeded(strategy.series) + 1
  }

  get missing(): number {
    return this.#missing
  }

  /** Candles that closed before it began, oldest first. */
  learn(candles: readonly Candle[]): void {
    for (const candle of candles) this.decide(candle, 'history')
  }

  decide(candle: Candle, origin: Origin): Step {
    this.#missing = Math.max(0, this.#missing - 1)
    const update = { candle, values: this.#indicators(candle) }
    const decided = step(this.strategy, this.#state, update, this.#allowed(candle, origin))
    this.#state = decided.state
    return decided
  }

  /** The state after the last signal, whatever the rules would hold: the decision had its signal already. */
  resume({ position, entryCandle }: StreamRow): void {
    this.#state = { ...this.#state, target: position, wanted: position, entryCandle }
  }

  #allowed({ start }: Candle, origin: Origin): AllowedSignals {
    if (origin === 'live') return 'all'
    if (origin === 'after_hole') return 'exits'
    return this.#decidedUpTo !== null && start > this.#decidedUpTo ? 'missed' : 'past'
  }
}
