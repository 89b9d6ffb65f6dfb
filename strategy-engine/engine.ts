// The engine: strategies from a folder, candles from a feed, signals to a broker.
import { resolve } from 'node:path'
import { HOME, requestTopic } from '@keyside/protocol'
import {
  type Cancel,
  type Clock,
  codeVersion,
  databaseBusy,
  type Logger,
  type RandomBytes,
  Retry,
  readSecret,
  systemRandomBytes,
  type Trace,
  tlsTrust,
} from '@keyside/runtime'
import { agentMaker } from '@keyside/runtime/web'
import type { EngineConfig } from './config.ts'
import { CodeFiles } from './confined/code-files.ts'
import { Intents } from './intents.ts'
import { openCcxtFeed } from './market/ccxt-feed.ts'
import type { Feed } from './market/feed.ts'
import { openBotRequests } from './open-bot-requests.ts'
import { ProgramStreams } from './program-streams.ts'
import { ProgramList } from './programs/program-list.ts'
import { openExclusive } from './publish/database.ts'
import { Outbox } from './publish/outbox.ts'
import { every, Publisher } from './publish/publisher.ts'
import { EngineSigner } from './publish/signer.ts'
import { StateRows } from './publish/state-rows.ts'
import { Requests } from './requests/answer.ts'
import { followKeyset } from './requests/follow-keyset.ts'
import { SubscriberList } from './requests/subscriber-list.ts'
import type { Steps } from './slices.ts'
import { StoredStates } from './stored-states.ts'
import { StrategyFolder } from './strategy-folder.ts'
import { StrategyManager } from './strategy-manager.ts'
import type { BotRequests } from './trials/bot-requests.ts'
import { TrialFiles } from './trials/trial-files.ts'

export interface EngineDeps {
  readonly log: Logger
  readonly clock: Clock
  readonly trace: Trace
  /** KEYSIDE_HOME: relative paths of the configuration start here. */
  readonly home: string
  readonly randomBytes?: RandomBytes
}

export interface Engine {
  /** Resolves at the first connection to the broker; rejects with `broker_refused` for a wrong access token. */
  readonly ready: Promise<void>
  /** Rejects with `file_refused` when the disk cannot be written: the engine has to be stopped and started again. */
  readonly failed: Promise<never>
  stop(): Promise<void>
}

const TIDY_MS = 1_000
const LOOK_MS = 250
/** Of all that gives stored numbers their meaning. */
const CODE_VERSION = codeVersion('indicators')

/** Runs without the broker and without the exchange too, and goes on when they are there. */
export async function startEngine(config: EngineConfig, deps: EngineDeps): Promise<Engine> {
  const { name, address, proxy } = config.exchange
  const feed = await openCcxtFeed({
    ...deps,
    name,
    address,
    ...(proxy && { makeAgent: agentMaker(proxy, deps.home) }),
  })
  return runEngine(config, deps, feed)
}

export async function runEngine(
  config: EngineConfig,
  deps: EngineDeps,
  feed: Feed,
): Promise<Engine> {
  const { home, clock, log, randomBytes = systemRandomBytes } = deps
  const codeFiles = new CodeFiles(clock)
  const trialFiles = config.bot === undefined ? null : new TrialFiles(resolve(home, config.trials))
  const strategies = resolve(home, config.strategies)
  const folder = new StrategyFolder(strategies, codeFiles, trialFiles?.path)
  const first = folder.scan()
  const { url, plaintext, tls } = config.broker
  const address = { url, plaintext, tls: tlsTrust(tls) }
  const tokenFile = resolve(home, config.broker.tokenFile)
  readSecret(tokenFile)
  const parties = { issuer: config.provider, client: config.id, randomBytes }
  const signer = new EngineSigner(parties, resolve(home, config.signingKeyFile))
  const subscribers =
    config.subscribers === undefined
      ? null
      : new SubscriberList(resolve(home, config.subscribers), (sentence) =>
          log.error({ code: 'subscribers_broken' }, sentence),
        )
  const programList = new ProgramList(resolve(home, config.programs), (sentence) =>
    log.error({ code: 'programs_broken' }, sentence),
  )
  const { database, close } = openExclusive(resolve(home, config.database))
  const outbox = new Outbox(database, signer)
  const retry = new Retry({
    clock,
    file: config.database,
    warn: (sentence) => log.warn({ code: 'database_busy' }, sentence),
    onLong: () => log.error({ code: 'database_busy' }, databaseBusy(config.database).message),
  })
  const publisher = new Publisher({
    ...deps,
    // A new token needs no restart.
    broker: { ...address, token: () => readSecret(tokenFile) },
    signer,
    outbox,
    ...(subscribers && {
      asked: {
        filter: every(requestTopic(config.provider, config.id)),
        onRequest: (topic: string, text: string) => requests?.answer(topic, text) ?? null,
      },
    }),
    ...(config.bot && {
      asked: {
        filter: requestTopic(HOME, config.bot.id),
        onRequest: (_topic: string, text: string) => botRequests?.receive(text) ?? null,
      },
    }),
    onIntent: (topic, token) => intents.receive(topic, token),
    isBusy: () => manager.isBusy,
    retry,
  })
  const { promise: failed, reject: onFailed } = Promise.withResolvers<never>()
  failed.catch(() => undefined)
  const rows = new StateRows(database, CODE_VERSION)
  const states = new StoredStates({ rows, outbox, log })
  const isListed = subscribers && {
    isListed: (plan: string, market: string) => subscribers.lists(plan, market),
  }
  const manager: StrategyManager = new StrategyManager({
    ...deps,
    config,
    feed,
    folder,
    outbox,
    publisher,
    states,
    retry,
    onFailed,
    ...isListed,
    isProgram: (stream) => programs.of(stream) !== null,
    onCommitted: (committed) => {
      programs.committed()
      intents.committed(committed)
    },
  })
  const work = (steps: Steps) => manager.work(steps)
  const programs: ProgramStreams = new ProgramStreams({
    ...isListed,
    plan: config.plan,
    list: () => programList.programs,
    plans: manager.plans,
    isStrategy: (stream) => manager.has(stream),
    outbox,
    follow: (stream, plan) => publisher.follow(stream, plan),
    unfollow: (stream) => publisher.unfollow(stream),
    work,
    retry,
    log,
  })
  const intents = new Intents({
    ...deps,
    signer,
    outbox,
    programOf: (stream) => programs.of(stream),
    work,
    send: (message) => publisher.say(message),
    retry,
  })
  const requests =
    subscribers &&
    new Requests({
      ...deps,
      signer,
      outbox,
      subscribers,
      catalogue: (plan) => [...manager.catalogue(plan), ...programs.catalogue(plan)],
    })
  const botRequests: BotRequests | null =
    config.bot && trialFiles
      ? openBotRequests({
          ...deps,
          bot: config.bot,
          exchange: config.exchange,
          files: trialFiles,
          folder,
          outbox,
          signer,
          manager,
          isProgram: (stream) => programs.of(stream) !== null,
          send: (message) => publisher.say(message),
        })
      : null
  const cancels: Cancel[] = []
  if (subscribers !== null) {
    const onChange = () => {
      manager.warnUnlisted()
      programs.warnUnlisted()
      publisher.renewHeads()
    }
    cancels.push(clock.every(LOOK_MS, followKeyset({ subscribers, signer, log, onChange })))
  }
  manager.apply(first)
  programs.apply()
  const look = () => {
    programList.look()
    programs.apply()
  }
  cancels.push(clock.every(LOOK_MS, look))
  const tidy = () => {
    manager.storeStates()
    manager.scan()
  }
  cancels.push(clock.every(TIDY_MS, tidy))
  async function shutDown(): Promise<void> {
    for (const cancel of cancels) cancel()
    await feed.close()
    await manager.stop()
    codeFiles.stop()
    await publisher.stop()
    retry.stop()
    close()
  }
  let stopped: Promise<void> | undefined
  return {
    ready: publisher.ready,
    failed,
    stop: () => {
      stopped ??= shutDown()
      return stopped
    },
  }
}
