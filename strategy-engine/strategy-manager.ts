// Which strategies run now, and how each closed candle passes through them.
import {
  type Cancel,
  type Clock,
  instant,
  isBusy,
  type Logger,
  type Retry,
  type Trace,
} from '@keyside/runtime'
import type { EngineConfig } from './config.ts'
import { type Candle, TIMEFRAMES } from './market/candle.ts'
import type { Feed, Origin } from './market/feed.ts'
import { planTrouble } from './plan-trouble.ts'
import type { Outbox } from './publish/outbox.ts'
import type { Publisher } from './publish/publisher.ts'
import type { CandleUpdate, Step } from './strategies/runner.ts'
import type { Strategy } from './strategies/strategy.ts'
import type { FolderChange, StrategyFolder } from './strategy-folder.ts'
import { Stream } from './stream.ts'

/** As many candles of the past as one answer of the exchange brings. */
const HISTORY = 999

interface StrategyManagerOptions {
  readonly log: Logger
  readonly trace: Trace
  readonly clock: Clock
  readonly config: EngineConfig
  readonly feed: Feed
  readonly folder: StrategyFolder
  readonly outbox: Outbox
  readonly publisher: Publisher
  /** Of a provider: whether the keyset lists the market in the plan. */
  readonly isListed?: (plan: string, market: string) => boolean
  /** For every step on the outbox, which another program may hold. */
  readonly retry: Retry
}

/** Which strategies run now. */
export class StrategyManager {
  readonly #options: StrategyManagerOptions
  readonly #running = new Map<string, { strategy: Strategy; cancel: Cancel }>()
  /** Streams for which `candles_too_few` was logged. */
  readonly #waiting = new Set<string>()
  /** Candles of ended strategies that still wait for the database are dropped. */
  readonly #ended = new WeakSet<Strategy>()

  constructor(options: StrategyManagerOptions) {
    this.#options = options
  }

  scan(): void {
    const { folder, log } = this.#options
    try {
      this.apply(folder.scan())
    } catch (error) {
      log.error({ err: error }, 'the strategies could not be scanned; the running ones go on')
    }
  }

  apply(changes: readonly FolderChange[]): void {
    const { log } = this.#options
    for (const change of changes) {
      if (change.change === 'refused') log.error({ code: change.code }, change.message)
      if (change.change === 'added')
        this.#options.retry.run(() => this.#added(change.file, change.strategy))
      if (change.change === 'removed') this.#options.retry.run(() => this.#removed(change.strategy))
    }
  }

  /** The streams of a plan that run now. */
  catalogue(plan: string) {
    return [...this.#running.values()]
      .filter(({ strategy }) => this.#planOf(strategy) === plan)
      .map(({ strategy: { name, market, timeframe } }) => ({
        stream: name,
        market,
        timeframe,
        about: '',
      }))
  }

  #added(file: string, strategy: Strategy): void {
    const { outbox, folder, publisher, log } = this.#options
    const { name, market } = strategy
    const plan = this.#planOf(strategy)
    const running = [...this.#running.values()].map((each) => ({
      stream: each.strategy.name,
      plan: this.#planOf(each.strategy),
    }))
    const trouble = planTrouble({ name, plan, market }, outbox.stream(name), running)
    if (trouble !== null) {
      folder.keep(file, this.#running.get(name)?.strategy ?? null)
      log.error({ code: trouble.code }, trouble.message)
      return
    }
    this.#end(name)
    this.#begin(strategy)
    publisher.follow(name, plan)
    log.info({ stream: name, plan, market }, 'strategy in force')
    this.#warnUnlisted(strategy)
  }

  /** When another keyset is published. */
  warnUnlisted(): void {
    for (const { strategy } of this.#running.values()) this.#warnUnlisted(strategy)
  }

  /** The stream goes on: a keyset may follow that lists it. */
  #warnUnlisted(strategy: Strategy): void {
    const { isListed = () => true, log } = this.#options
    const { name, market } = strategy
    const plan = this.#planOf(strategy)
    if (isListed(plan, market)) return
    const message = `the keyset lists no ${market} in a plan "${plan}": no device follows ${name}. Write it under authority.plans in config.yaml, and run "keyside keyset renew"`
    log.error({ code: 'plan_unlisted', stream: name, plan, market }, message)
  }

  #removed({ name }: Strategy): void {
    const position = this.#options.outbox.stream(name)?.position
    this.#options.log.warn(
      { stream: name, position },
      'strategy file removed: the stream ends, and its position stays as it is',
    )
    this.#end(name)
    this.#options.publisher.unfollow(name)
  }

  #begin(strategy: Strategy): void {
    const { feed, outbox, config, log } = this.#options
    const { name, market, timeframe } = strategy
    const stream = new Stream(strategy, this.#planOf(strategy), outbox, config.provider)
    const cancel = feed.subscribe({
      market,
      timeframe,
      history: HISTORY,
      onCandle: (candle, origin) => this.#onCandle(stream, candle, origin),
      onHistory: () => this.#options.retry.run(() => this.#warnTooFewCandles(stream)),
      onTrouble: ({ code, message }) => log.warn({ code, stream: name }, message),
    })
    this.#running.set(name, { strategy, cancel })
  }

  /** A stream that stands alone is a plan of its own name. */
  #planOf({ name, plan }: Strategy): string {
    return plan ?? this.#options.config.plan ?? name
  }

  /** Once, when a strategy begins on a market that is younger than its indicators. */
  #warnTooFewCandles({ strategy, missing }: Stream): void {
    if (missing === 0) return
    const { name, market, timeframe } = strategy
    const due = this.#options.clock.now() + missing * TIMEFRAMES[timeframe] * 1000
    const message = `${market} has too few ${timeframe} candles for ${name}: nothing is decided before ${missing} more have closed, about ${new Date(due).toISOString()}`
    this.#options.log.warn({ code: 'candles_too_few', stream: name, missing }, message)
    this.#waiting.add(name)
  }

  #logReady({ strategy: { name }, missing }: Stream): void {
    if (missing > 0 || !this.#waiting.delete(name)) return
    this.#options.log.info({ stream: name }, 'there are enough candles now: the strategy decides')
  }

  #end(name: string): void {
    this.#waiting.delete(name)
    const running = this.#running.get(name)
    if (running === undefined) return
    running.cancel()
    this.#ended.add(running.strategy)
    this.#running.delete(name)
  }

  /** A candle is evaluated once; only the database step is retried. */
  #onCandle(stream: Stream, candle: Candle, origin: Origin): void {
    let closed: ClosedCandle | undefined
    this.#options.retry.run(() => {
      if (this.#ended.has(stream.strategy)) return
      try {
        closed ??= decideOn(stream, candle, origin)
        commit(this.#options, stream, closed)
        this.#logReady(stream)
      } catch (error) {
        if (isBusy(error)) throw error
        this.#failed(stream.strategy, error)
      }
    })
  }

  #failed({ name }: Strategy, error: unknown): void {
    const message = 'the stream stops, and so do its heads: start the engine again'
    this.#options.log.error({ code: 'stream_failed', stream: name, err: error }, message)
    this.#options.publisher.unfollow(name)
    this.#end(name)
  }
}

interface ClosedCandle {
  readonly seen: number
  readonly origin: Origin
  readonly update: CandleUpdate
  readonly decided: Step
}

function decideOn(stream: Stream, candle: Candle, origin: Origin): ClosedCandle {
  const seen = instant()
  const update = stream.update(candle)
  return { seen, origin, update, decided: stream.decide(update, origin) }
}

/** From a closed candle to the broker. Throws when another program holds the outbox. */
function commit(
  { log, trace, publisher }: StrategyManagerOptions,
  stream: Stream,
  { seen, origin, update, decided }: ClosedCandle,
): void {
  const signal = stream.commit(update, decided)
  if (signal === null) stream.remember(update.candle, origin)
  else {
    trace('candle', signal.jti, seen)
    trace('signal', signal.jti)
    publisher.announce(signal)
    // The link writes at the end of this event-loop turn, so the log line comes after the signal.
    setImmediate(() =>
      log.info({ stream: signal.stream, seq: signal.seq, ...decided.decision }, 'signal'),
    )
  }
  if (decided.refused) log.warn({ stream: stream.strategy.name, ...decided.refused }, 'no entry')
}
