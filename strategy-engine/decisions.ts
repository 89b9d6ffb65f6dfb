// From a closed candle to a signal on its way: a stream decides, number and sign; then commit what a slice has decided, and
// send it.
import { hash } from 'node:crypto'
import type { Clock, Logger, Retry, Trace } from '@keyside/runtime'
import { type Candle, TIMEFRAMES } from './market/candle.ts'
import type { Origin } from './market/feed.ts'
import type { AlertInput } from './publish/alerts.ts'
import type { Committed, Outbox, SignedSignal, StreamRow } from './publish/outbox.ts'
import type { Publisher } from './publish/publisher.ts'
import type { SignalInput } from './publish/signal-claims.ts'
import { type Steps, withRetry } from './slices.ts'
import type { Graph } from './strategies/compile/graph.ts'
import type { Decision } from './strategies/decision.ts'
import type { Strategy } from './strategies/file/strategy.ts'
import {
  type AllowedSignals,
  type PastSignal,
  Runner,
  type SaidAlert,
  type Step,
} from './strategies/runner.ts'

/** One running strategy: its state, and the steps a closed candle goes through. */
export class Stream {
  readonly strategy: Strategy
  readonly plan: string
  readonly #runner: Runner
  /** The last candle that a former run decided on, Unix seconds; null for a new stream. */
  readonly #decidedUpTo: number | null
  /** Candles that must still close before anything can be decided. */
  #missing: number
  #rules: string | undefined

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

  /** Candles before the first at which it can say all that it may. */
  get reach(): number {
    return this.#runner.reach
  }

  /** Tells its rules from all others. */
  get rules(): string {
    this.#rules ??= hash('sha256', JSON.stringify(this.strategy), 'base64url')
    return this.#rules
  }

  /** What it remembers beside its graph, and beside what its signals say. */
  save(): readonly number[] {
    return this.#runner.save()
  }

  fits(saved: readonly number[]): boolean {
    return this.#runner.fits(saved)
  }

  /** Restores what `save` gave for the same rules and signals. False, and nothing is changed, for anything else. */
  load(saved: readonly number[]): boolean {
    return this.#runner.load(saved)
  }

  /** Its graph has seen so many candles. */
  skip(candles: number): void {
    this.#missing = Math.max(0, this.#missing - candles)
  }

  /** When the candle opened at whose close its position began, Unix seconds; null for none. */
  get heldSince(): number | null {
    return this.#runner.heldSince
  }

  /** At the candle that the graph was fed last, and alone. */
  decide(candle: Candle, origin: Origin): Step {
    this.#missing = Math.max(0, this.#missing - 1)
    return this.#runner.step(0, candle, this.#allowed(candle, origin))
  }

  /** The position is as its signals left it, whatever the rules say now: this candle has its signal already. */
  resume(signals: readonly PastSignal[]): void {
    this.#runner.resume(signals)
  }

  /** Whether the candle only moves the stops and levels of a position: its rules are not evaluated. */
  isPast(candle: Candle, origin: Origin): boolean {
    return this.#allowed(candle, origin) === 'past'
  }

  #allowed({ start }: Candle, origin: Origin): AllowedSignals {
    if (origin === 'live') return 'all'
    if (origin === 'after_hole') return 'exits'
    return this.#decidedUpTo !== null && start > this.#decidedUpTo ? 'missed' : 'past'
  }
}

export interface ClosedCandle {
  readonly candle: Candle
  readonly origin: Exclude<Origin, 'history'>
  /** When the engine was given it, Unix ms. */
  readonly seen: number
}

export interface DecisionsOptions {
  readonly log: Logger
  readonly trace: Trace
  readonly clock: Clock
  /** `iss` of all signals. */
  readonly issuer: string
  readonly outbox: Outbox
  readonly publisher: Publisher
  /** For every step on the outbox, which another program may hold. */
  readonly retry: Retry
  /** The stream cannot go on. */
  readonly onFailed: (stream: string, error: unknown) => void
}

export class Decisions {
  readonly #options: DecisionsOptions
  /** Streams for which `candles_too_few` was logged. */
  readonly #waiting = new Set<Stream>()
  /** Signed in this slice, by `jti`. */
  readonly #signed = new Map<string, { seen: number; decision: Decision }>()
  /** Alerts of this slice: they leave after its signals. */
  #said: AlertInput[] = []

  constructor(options: DecisionsOptions) {
    this.#options = options
  }

  /** A candle that closed before it began. */
  learn(stream: Stream, candle: Candle): void {
    try {
      stream.decide(candle, 'history')
    } catch (error) {
      this.fail([stream], error)
    }
  }

  /** They cannot go on. */
  fail(streams: readonly Stream[], error: unknown): void {
    for (const { strategy } of streams) this.#options.onFailed(strategy.name, error)
  }

  /** A candle is evaluated once; only what waits for the database is tried again. */
  *decide(stream: Stream, closed: ClosedCandle): Steps {
    try {
      const { decision, refused, alerts = [] } = stream.decide(closed.candle, closed.origin)
      const { name } = stream.strategy
      if (decision) yield* this.#sign(stream, decision, closed)
      for (const alert of alerts) this.#say(stream, alert, closed)
      if (refused) this.#options.log.warn({ stream: name, ...refused }, 'no entry')
      this.#logReady(stream)
    } catch (error) {
      this.fail([stream], error)
    }
    yield undefined
  }

  /** Stores what was decided since the last time, and sends it. Throws when another program holds the outbox. */
  commit(): Committed {
    const { outbox, publisher, trace, log, onFailed } = this.#options
    const committed = outbox.commit()
    const { signals, failed } = committed
    for (const { jti } of signals) {
      trace('candle', jti, this.#signed.get(jti)?.seen)
      trace('signal', jti)
    }
    if (signals.length > 0) publisher.announce(signals)
    publisher.alert(this.#said)
    this.#said = []
    const decided = new Map(this.#signed)
    this.#signed.clear()
    // The link writes at the end of this event-loop turn, so the log lines come after the signals.
    setImmediate(() => {
      for (const { jti, stream, seq } of signals)
        log.info({ stream, seq, ...decided.get(jti)?.decision }, 'signal')
    })
    for (const [stream, error] of failed) onFailed(stream, error)
    return committed
  }

  /** Once, when a strategy begins on a market that is younger than its indicators. */
  warnTooFewCandles(stream: Stream): void {
    const { strategy, missing } = stream
    if (missing === 0) return
    const { name, market, timeframe } = strategy
    const due = this.#options.clock.now() + missing * TIMEFRAMES[timeframe] * 1000
    const message = `${market} has too few ${timeframe} candles for ${name}: nothing is decided before ${missing} more have closed, about ${new Date(due).toISOString()}`
    this.#options.log.warn({ code: 'candles_too_few', stream: name, missing }, message)
    this.#waiting.add(stream)
  }

  end(stream: Stream): void {
    this.#waiting.delete(stream)
  }

  *#sign(stream: Stream, decision: Decision, { candle, seen }: ClosedCandle): Steps {
    const { outbox, issuer, retry } = this.#options
    const { strategy } = stream
    const input: SignalInput = { issuer, strategy, start: candle.start, decision }
    const signal = yield* withRetry<SignedSignal | null>(retry, () => outbox.sign(input))
    if (signal !== null) this.#signed.set(signal.jti, { seen, decision })
    else stream.resume(outbox.positionSignals(strategy.name))
  }

  #say(stream: Stream, alert: SaidAlert, { candle }: ClosedCandle): void {
    const { strategy, plan } = stream
    this.#options.log.info({ stream: strategy.name, ...alert }, 'alert')
    this.#said.push({ strategy, plan, candle, alert })
  }

  #logReady(stream: Stream): void {
    if (stream.missing > 0 || !this.#waiting.delete(stream)) return
    const { name } = stream.strategy
    this.#options.log.info({ stream: name }, 'there are enough candles now: the strategy decides')
  }
}
