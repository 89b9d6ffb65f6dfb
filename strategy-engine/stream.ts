// One running strategy: its state, and the steps a closed candle goes through.

import {
  candlesNeeded,
  createIndicatorSet,
  type IndicatorValues,
} from './indicators/indicator-set.ts'
import type { Candle } from './market/candle.ts'
import type { Origin } from './market/feed.ts'
import type { Outbox, SignedSignal, StreamRow } from './publish/outbox.ts'
import {
  type AllowedSignals,
  type CandleUpdate,
  initialState,
  type RunnerState,
  type Step,
  step,
} from './strategies/runner.ts'
import type { Strategy } from './strategies/strategy.ts'

export class Stream {
  readonly strategy: Strategy
  readonly #outbox: Outbox
  readonly #issuer: string
  readonly #indicators: (candle: Candle) => IndicatorValues | null
  /** The last candle that a former run decided on, Unix seconds; null for a new stream. */
  readonly #decidedUpTo: number | null
  #state: RunnerState
  /** Candles that must still close before anything can be decided. */
  #missing: number

  constructor(strategy: Strategy, plan: string, outbox: Outbox, issuer: string) {
    const { name, market } = strategy
    const row: StreamRow = outbox.openStream({ name, plan, market })
    this.strategy = strategy
    this.#outbox = outbox
    this.#issuer = issuer
    this.#indicators = createIndicatorSet(strategy.series)
    this.#decidedUpTo = row.lastCandle
    this.#state = initialState(row.position, row.entryCandle)
    // A decision reads the candle before as well.
    this.#missing = candlesNeeded(strategy.series) + 1
  }

  get missing(): number {
    return this.#missing
  }

  update(candle: Candle): CandleUpdate {
    this.#missing = Math.max(0, this.#missing - 1)
    return { candle, values: this.#indicators(candle) }
  }

  decide(update: CandleUpdate, origin: Origin): Step {
    const decided = step(this.strategy, this.#state, update, this.#allowed(update.candle, origin))
    this.#state = decided.state
    return decided
  }

  /** Null if there is no decision, or its signal exists already. */
  commit({ candle }: CandleUpdate, { decision }: Step): SignedSignal | null {
    if (decision === undefined) return null
    const { strategy } = this
    const input = { issuer: this.#issuer, strategy, start: candle.start, decision }
    const signed = this.#outbox.append(input)
    if (signed === null) this.#state = this.#stateAsSignaled()
    return signed
  }

  /** Last of all: a candle that was not finished before a crash is evaluated again. */
  remember(candle: Candle, origin: Origin): void {
    if (origin !== 'history') this.#outbox.markCandle(this.strategy.name, candle.start)
  }

  /** The state after the last signal, whatever the rules would hold. */
  #stateAsSignaled(): RunnerState {
    const row = this.#outbox.stream(this.strategy.name)
    const target = row?.position ?? 'flat'
    return { ...this.#state, target, wanted: target, entryCandle: row?.entryCandle ?? null }
  }

  #allowed({ start }: Candle, origin: Origin): AllowedSignals {
    if (origin === 'live') return 'all'
    if (origin === 'after_hole') return 'exits'
    return this.#decidedUpTo !== null && start > this.#decidedUpTo ? 'missed' : 'past'
  }
}
