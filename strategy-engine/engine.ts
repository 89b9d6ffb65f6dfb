// The engine: strategies from a folder, candles from a feed, signals to a broker.
import { resolve } from 'node:path'
import {
  type Cancel,
  type Chance,
  type Clock,
  instant,
  type Logger,
  readSecret,
  readSigningKey,
  systemChance,
  type Trace,
} from '@keyside/runtime'
import type { EngineConfig } from './config.ts'
import { type Candle, TIMEFRAMES } from './market/candle.ts'
import { CcxtFeed } from './market/ccxt-feed.ts'
import type { Feed, Origin } from './market/feed.ts'
import { openDatabase } from './publish/database.ts'
import { Outbox } from './publish/outbox.ts'
import { Publisher } from './publish/publisher.ts'
import type { Strategy } from './strategies/strategy.ts'
import { type FolderChange, StrategyFolder } from './strategy-folder.ts'
import { Stream } from './stream.ts'

export interface EngineDeps {
  readonly log: Logger
  readonly clock: Clock
  readonly trace: Trace
  /** KEYSIDE_HOME: relative paths of the configuration start here. */
  readonly home: string
  readonly chance?: Chance
}

export interface Engine {
  /** Resolves at the first connection to the broker; rejects with `broker_refused` for a wrong access token. */
  readonly ready: Promise<void>
  stop(): Promise<void>
}

/** As many candles of the past as one answer of the exchange brings. */
const HISTORY = 999
const LOOK_MS = 1_000

/** Runs without the broker and without the exchange too, and goes on when they are there. */
export async function startEngine(config: EngineConfig, deps: EngineDeps): Promise<Engine> {
  const feed = new CcxtFeed({ ...deps, address: config.exchange.address })
  return runEngine(config, deps, feed)
}

export async function runEngine(
  config: EngineConfig,
  deps: EngineDeps,
  feed: Feed,
): Promise<Engine> {
  const { home, clock, chance = systemChance } = deps
  const folder = new StrategyFolder(resolve(home, config.strategies))
  const first = folder.look()
  const key = readSigningKey(resolve(home, config.signingKeyFile))
  const token = readSecret(resolve(home, config.broker.tokenFile))
  const database = openDatabase(resolve(home, config.database))
  const outbox = new Outbox(database, key)
  const publisher = new Publisher({
    ...deps,
    broker: { url: config.broker.url, token },
    signer: { issuer: config.id, key, chance },
    outbox,
  })
  const desk = new Desk({ ...deps, config, feed, folder, outbox, publisher })
  desk.apply(first)
  const stopLooking = clock.every(LOOK_MS, () => desk.look())
  async function shutDown(): Promise<void> {
    stopLooking()
    await feed.close()
    await publisher.stop()
    database.close()
  }
  let stopped: Promise<void> | undefined
  return {
    ready: publisher.ready,
    stop: () => {
      stopped ??= shutDown()
      return stopped
    },
  }
}

interface DeskOptions extends Pick<EngineDeps, 'log' | 'trace' | 'clock'> {
  readonly config: EngineConfig
  readonly feed: Feed
  readonly folder: StrategyFolder
  readonly outbox: Outbox
  readonly publisher: Publisher
}

/** Which strategies run now. */
class Desk {
  readonly #options: DeskOptions
  readonly #running = new Map<string, { strategy: Strategy; cancel: Cancel }>()
  /** Streams of which it was told that their market is too young. */
  readonly #waiting = new Set<string>()

  constructor(options: DeskOptions) {
    this.#options = options
  }

  look(): void {
    const { folder, log } = this.#options
    try {
      this.apply(folder.look())
    } catch (error) {
      log.error({ err: error }, 'strategies not looked at, the running ones go on')
    }
  }

  apply(changes: readonly FolderChange[]): void {
    const { log } = this.#options
    for (const change of changes) {
      if (change.change === 'refused') log.error({ code: change.code }, change.message)
      if (change.change === 'added') this.#added(change.file, change.strategy)
      if (change.change === 'removed') this.#removed(change.strategy)
    }
  }

  #added(file: string, strategy: Strategy): void {
    const { outbox, folder, publisher, log } = this.#options
    const row = outbox.stream(strategy.name)
    if (row?.position === 'long' && row.market !== strategy.market) {
      folder.keep(file, this.#running.get(strategy.name)?.strategy ?? null)
      const message = `${strategy.name} is long in ${row.market} and cannot move to ${strategy.market}: give the new one another name`
      log.error({ code: 'strategy_market_held' }, message)
      return
    }
    this.#end(strategy.name)
    this.#begin(strategy)
    publisher.follow(strategy.name)
    log.info({ stream: strategy.name, market: strategy.market }, 'strategy in force')
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
    const stream = new Stream(strategy, outbox, config.id)
    const cancel = feed.subscribe({
      market,
      timeframe,
      history: HISTORY,
      onCandle: (candle, origin) => this.#walk(stream, candle, origin),
      onHistory: () => this.#tellWait(stream),
      onTrouble: ({ code, message }) => log.warn({ code, stream: name }, message),
    })
    this.#running.set(name, { strategy, cancel })
  }

  /** Once, when a strategy begins on a market that is younger than its indicators. */
  #tellWait({ strategy, missing }: Stream): void {
    if (missing === 0) return
    const { name, market, timeframe } = strategy
    const due = this.#options.clock.now() + missing * TIMEFRAMES[timeframe] * 1000
    const message = `${market} has too few ${timeframe} candles for ${name}: nothing is decided before ${missing} more have closed, about ${new Date(due).toISOString()}`
    this.#options.log.warn({ code: 'candles_too_few', stream: name, missing }, message)
    this.#waiting.add(name)
  }

  #tellReady({ strategy: { name }, missing }: Stream): void {
    if (missing > 0 || !this.#waiting.delete(name)) return
    this.#options.log.info({ stream: name }, 'there are enough candles now: the strategy decides')
  }

  #end(name: string): void {
    this.#waiting.delete(name)
    this.#running.get(name)?.cancel()
    this.#running.delete(name)
  }

  #walk(stream: Stream, candle: Candle, origin: Origin): void {
    try {
      candleClosed(this.#options, stream, candle, origin)
      this.#tellReady(stream)
    } catch (error) {
      const { name } = stream.strategy
      const message = 'the stream stops, and so do its heads: start the engine again'
      this.#options.log.error({ code: 'stream_failed', stream: name, err: error }, message)
      this.#options.publisher.unfollow(name)
      this.#end(name)
    }
  }
}

/** The way of a signal, from the candle that closed to the broker. */
function candleClosed(
  { log, trace, publisher }: DeskOptions,
  stream: Stream,
  candle: Candle,
  origin: Origin,
): void {
  const seen = instant()
  const bar = stream.measure(candle)
  const decided = stream.decide(bar, origin)
  const signal = stream.commit(bar, decided)
  if (signal !== null) {
    trace('candle', signal.jti, seen)
    trace('signal', signal.jti)
    publisher.announce(signal.stream)
    // The link writes at the end of this turn: the signal leaves before anything is said about it.
    setImmediate(() =>
      log.info({ stream: signal.stream, seq: signal.seq, ...decided.decision }, 'signal'),
    )
  }
  if (decided.refused) log.warn({ stream: stream.strategy.name, ...decided.refused }, 'no entry')
  if (signal === null) stream.remember(candle, origin)
}
