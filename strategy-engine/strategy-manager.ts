// Which strategies run now: what the folder says, their plans, their streams.
import {
  type Clock,
  fileRefused,
  KeysideError,
  type Logger,
  type Retry,
  type Trace,
} from '@keyside/runtime'
import { CodedStreams } from './coded-streams.ts'
import type { EngineConfig } from './config.ts'
import { Decisions, Stream } from './decisions.ts'
import type { Feed } from './market/feed.ts'
import { Markets } from './markets.ts'
import { planTrouble, unlistedPlan } from './plan-trouble.ts'
import type { Committed, Outbox } from './publish/outbox.ts'
import { Plans } from './publish/plans.ts'
import type { Publisher } from './publish/publisher.ts'
import { Slices, type Steps, withRetry } from './slices.ts'
import type { StoredStates } from './stored-states.ts'
import type { Graph } from './strategies/compile/graph.ts'
import type { Strategy } from './strategies/file/strategy.ts'
import type { Scan, StrategyFolder } from './strategy-folder.ts'

interface StrategyManagerOptions {
  readonly log: Logger
  readonly trace: Trace
  readonly clock: Clock
  readonly config: EngineConfig
  readonly feed: Feed
  readonly folder: StrategyFolder
  readonly outbox: Outbox
  readonly publisher: Publisher
  readonly states: StoredStates
  /** Of a provider: whether the keyset lists the market in the plan. */
  readonly isListed?: (plan: string, market: string) => boolean
  /** Whether a program has the stream. */
  readonly isProgram: (stream: string) => boolean
  /** Signals of programs are stored with those of the strategies. */
  readonly onCommitted: (committed: Committed) => void
  /** The disk takes nothing: what all streams need. */
  readonly onFailed: (error: KeysideError) => void
  /** For every step on the outbox, which another program may hold. */
  readonly retry: Retry
}

/** What is under way is finished at a stop, ms. */
const STOP_MS = 1_000

/** Which strategies run now. */
export class StrategyManager {
  readonly #options: StrategyManagerOptions
  readonly #running = new Map<string, Stream>()
  /** Shared with the streams of programs. */
  readonly plans = new Plans()
  readonly #decisions: Decisions
  readonly #slices: Slices
  readonly #markets: Markets
  readonly #coded: CodedStreams
  /** Streams that the next commit opens: heads name them then. */
  #opened: Stream[] = []
  #isScanning = false

  constructor(options: StrategyManagerOptions) {
    this.#options = options
    const { log, config, retry } = options
    this.#decisions = new Decisions({
      ...options,
      issuer: config.provider,
      onFailed: (stream, error) => this.#failed(stream, error),
    })
    this.#slices = new Slices({
      finish: (isLast) =>
        isLast || this.#options.outbox.isPressing
          ? retry.whenDone(() => this.#commit())
          : undefined,
      onError: (error) => log.error({ err: error }, 'a step of the strategies failed'),
    })
    const parts = { ...options, decisions: this.#decisions, slices: this.#slices }
    this.#markets = new Markets(parts)
    this.#coded = new CodedStreams(parts)
  }

  /** Decisions are still being made. */
  get isBusy(): boolean {
    return this.#slices.isBusy
  }

  /** Whether a strategy has the stream. */
  has(stream: string): boolean {
    return this.#running.has(stream)
  }

  /** Work of the same kind that is no strategy's. */
  work(steps: Steps): void {
    this.#slices.add(steps)
  }

  /** Looks whether the folder has changed, unless it is still being looked at. */
  scan(): void {
    const { folder, log } = this.#options
    if (this.#isScanning) return
    try {
      this.apply(folder.scan())
    } catch (error) {
      log.error({ err: error }, 'the strategies could not be scanned; the running ones go on')
    }
  }

  /** In slices: ten thousand files are no reason to lose the broker. */
  apply(scan: Scan): void {
    this.#isScanning = true
    this.#slices.addNow(this.#apply(scan))
  }

  /** The streams of a plan that run now. */
  catalogue(plan: string) {
    return this.plans.streams(plan).flatMap((stream) => {
      const strategy = this.#running.get(stream)?.strategy
      return strategy
        ? { stream, market: strategy.market, timeframe: strategy.timeframe, about: '' }
        : []
    })
  }

  /** Ends when what is under way is done, or a second later. */
  async stop(): Promise<void> {
    const over = new Promise<void>((done) => {
      this.#options.clock.after(STOP_MS, done)
    })
    await Promise.race([this.#slices.done(), over])
    // In the midst of a candle there is nothing to go on from.
    if (!this.#slices.isBusy) this.#options.states.storeAll(this.#markets.leading())
    this.#slices.stop()
  }

  /** Now and then, for the case that there is no stop: nothing of it is in a signal's way. */
  storeStates(): void {
    if (!this.#slices.isBusy) this.#options.states.storeSome(this.#markets.leading())
  }

  *#apply(scan: Scan): Steps {
    try {
      for (const change of scan) {
        if (change?.change === 'refused')
          this.#options.log.error({ code: change.code }, change.message)
        if (change?.change === 'added')
          yield* withRetry(this.#options.retry, () => this.#added(change.file, change.strategy))
        if (change?.change === 'removed') this.#removed(change.strategy)
        yield undefined
      }
    } finally {
      this.#isScanning = false
    }
    yield* this.#markets.subscribe()
    this.#coded.subscribe()
  }

  #added(file: string, strategy: Strategy): void {
    const { outbox, folder, log } = this.#options
    const { name, market } = strategy
    const plan = this.#planOf(strategy)
    const trouble =
      programTrouble(name, this.#options.isProgram(name)) ??
      planTrouble({ name, plan, market }, outbox.stream(name), this.plans)
    if (trouble !== null) {
      folder.keep(file, name, this.#running.get(name)?.strategy ?? null)
      log.error({ code: trouble.code }, trouble.message)
      return
    }
    this.#end(name)
    const row = outbox.openStream({ name, plan, market })
    const before = { row, signals: row.seq === 0 ? [] : outbox.positionSignals(name) }
    const open = (graph: Graph) => new Stream(strategy, graph, before)
    const stream = this.#coded.begin(strategy, open) ?? this.#markets.begin(strategy, open)
    this.#running.set(name, stream)
    this.plans.add(name, plan)
    this.#opened.push(stream)
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
    log.error(
      { code: 'plan_unlisted', stream: name, plan, market },
      unlistedPlan(name, plan, market),
    )
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

  /** A stream that stands alone is a plan of its own name. */
  #planOf({ name, plan }: Strategy): string {
    return plan ?? this.#options.config.plan ?? name
  }

  #end(name: string): void {
    const stream = this.#running.get(name)
    if (stream === undefined) return
    this.#running.delete(name)
    this.plans.remove(name)
    this.#markets.end(stream)
    this.#coded.end(stream)
    this.#decisions.end(stream)
  }

  #commit(): void {
    const committed = this.#decisions.commit()
    for (const { strategy, plan } of this.#opened)
      if (this.plans.of(strategy.name) === plan) this.#options.publisher.follow(strategy.name, plan)
    this.#opened = []
    this.#options.onCommitted(committed)
  }

  /** Of a strategy, or of a program. */
  #failed(name: string, error: unknown): void {
    const refused = isOfSqlite(error) ? fileRefused(error, this.#options.config.database) : null
    if (refused !== null) this.#options.onFailed(refused)
    if (!this.#running.has(name)) return
    if (error instanceof KeysideError && error.code === 'strategy_failed')
      this.#options.log.error(
        { code: error.code, stream: name },
        `${error.message}: its stream stops, and so do its heads, until the file is mended or the engine starts again`,
      )
    else
      this.#options.log.error(
        { code: 'stream_failed', stream: name, err: error },
        'the stream stops, and so do its heads: start the engine again',
      )
    this.#options.publisher.unfollow(name)
    this.#end(name)
  }
}

function isOfSqlite(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error
}

function programTrouble(name: string, isProgram: boolean) {
  if (!isProgram) return null
  const message = `the stream "${name}" belongs to a program: give the strategy another name`
  return { code: 'strategy_name_taken' as const, message }
}
