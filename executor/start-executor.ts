// Composes the executor: journal, policy, exchange, core, links. Besides `venues/` only this file sees the keychain.
import { dirname, resolve } from 'node:path'
import {
  type Clock,
  executorsFolder,
  type KeysideError,
  type Link,
  LONG_BUSY_TIMEOUT_MS,
  type Logger,
  newJti,
  type RandomBytes,
  readSecret,
  STEP_BUSY_TIMEOUT_MS,
  type Trace,
  within,
} from '@keyside/runtime'
import { agentMaker } from '@keyside/runtime/web'
import { rejectWithdrawalKey, requireMarket } from './account-checks.ts'
import { clientOrderIds } from './client-order-id.ts'
import type { ExecutorConfig } from './config.ts'
import type { Input } from './core/execution/inputs.ts'
import { sentenceOf } from './core/model/codes.ts'
import { marketsOf } from './core/model/positions.ts'
import type { Policy } from './core/risk/policy/schema.ts'
import { watchAddress } from './health/public-address.ts'
import { watchHealth } from './health/watch.ts'
import { healthChecksOf, pingWatchdog } from './health/watchdog.ts'
import { openHomeLink, staysHere } from './home-link.ts'
import { keepAccount } from './journal/account.ts'
import { Journal } from './journal/journal.ts'
import { requireMarked } from './journal/mark.ts'
import { requireHere } from './journal/moved-home.ts'
import { keepUp } from './journal/upkeep.ts'
import { answerKeyRequests } from './key-requests.ts'
import { ownKeys } from './keychain/key-lock.ts'
import type { Keychain } from './keychain/port.ts'
import { providerKey } from './keychain/provider-keys.ts'
import { codeSecret, deviceSecrets } from './keychain/secrets.ts'
import { watchMarkets } from './market-watch.ts'
import { policyHash } from './policy/accept.ts'
import { looseningAnswers } from './policy/loosening-requests.ts'
import {
  keptAcceptance,
  noteFollowed,
  readPolicyText,
  requirePolicy,
} from './policy/policy-file.ts'
import { PolicyInForce } from './policy/policy-in-force.ts'
import { journaledProvider, type OwnEngine, Providers } from './providers/providers.ts'
import { ReachExchange } from './reach-exchange.ts'
import { register } from './registry.ts'
import { ReportPublisher } from './report-publisher.ts'
import { Shell } from './shell.ts'
import { answerTerminal } from './terminal-requests.ts'
import { createVenue } from './venues/create-venue.ts'
import { unprovedClaims } from './venues/proof/unproved.ts'
import { startWatching } from './watch.ts'

export interface ExecutorDeps {
  /** KEYSIDE_HOME. */
  readonly home: string
  readonly log: Logger
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly trace: Trace
  readonly keychain: Keychain
  /** Called before a connection to a provider's broker: its address may have become known after the start. */
  readonly reach?: (url: string) => void
}

export interface Executor {
  /** Rejects with `journal_failed` when nothing can be accepted any more: it has to be stopped, and started anew. */
  readonly failed: Promise<never>
  stop(): Promise<void>
}

/** Whoever asks for a halt waits 3 s for the answer. ms. */
const HALT_TIMEOUT_MS = 1_500
/** How long the brokers are waited for; after that the links go on by themselves, ms. */
const BROKER_TIMEOUT_MS = 5_000
/** A broker that goes down with us does not take the offline presence: its PUBACK is waited for this long, ms. */
const OFFLINE_PUBLISH_MS = 500

type Parts = ExecutorDeps & { readonly onFailed: (error: KeysideError) => void }

/** Rejects with a KeysideError that says what to do; then nothing is left running. */
export async function startExecutor(config: ExecutorConfig, deps: ExecutorDeps): Promise<Executor> {
  const stack: (() => Promise<void> | void)[] = []
  const stop = async () => {
    for (const undo of stack.splice(0).reverse()) await undo()
  }
  try {
    const { promise: failed, reject } = Promise.withResolvers<never>()
    failed.catch(() => undefined)
    await compose(config, { ...deps, onFailed: reject }, (undo) => stack.push(undo))
    return { failed, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function compose(
  config: ExecutorConfig,
  deps: Parts,
  onStop: (undo: () => Promise<void> | void) => void,
): Promise<void> {
  const { home, log, clock, trace, keychain } = deps
  const path = resolve(home, config.database)
  const journal = new Journal(path, { busyMs: LONG_BUSY_TIMEOUT_MS })
  onStop(() => journal.close())
  const session = newJti(deps.randomBytes)
  onStop(register(home, session, clock.now()))
  requireHere(journal.database())
  requireMarked(path, journal)
  const text = readPolicyText({ home, policy: config.policy })
  const accepted = requirePolicy(text, journal.database(), clock.now())
  const inForce = new PolicyInForce(accepted)
  onStop(() => inForce.stop())
  keepAccount(journal.database(), config.exchange)
  const keys = ownKeys(keychain, { account: config.account, folder: executorsFolder(), onStop })
  const exchange = await createVenue(config.exchange, keys, deps)
  onStop(() => exchange.stop())
  const { key, salt } = await deviceSecrets(keychain)
  const publisher = new ReportPublisher({
    device: config.id,
    audience: config.bot.id,
    session,
    journal: () => journal.name(),
    money: () => exchange.money,
    key,
    ...deps,
  })
  // From here on nothing stands still for long: what meets a lock is tried again.
  journal.setBusyWait(STEP_BUSY_TIMEOUT_MS)
  let own: Link | null = null
  const isLocal = staysHere(config.home.url)
  const shell = new Shell({
    journal,
    exchange,
    get policy() {
      return inForce.policy
    },
    get tighteningsEnded() {
      return inForce.ended
    },
    clientOrderId: clientOrderIds(salt),
    unproved: unprovedClaims({ home, exchange: config.exchange, clock }),
    codeSecret: await codeSecret(keychain),
    replay: (effect) => providers.replay(effect),
    homeLink: () => (isLocal ? 'local' : own?.connected() === true ? 'up' : 'down'),
    // An order's request leaves at the end of this task: no report is signed before it.
    publisher: { send: (reports) => void setImmediate(() => publisher.send(reports)) },
    clock,
    trace,
    log,
    onFailure: (error) =>
      void giveUp(error, deps, () =>
        Promise.all([closeHome(own, publisher, clock), providers.close()]),
      ),
    // The trader hears of it from the bot: nothing can be reported before it is journaled.
    onHeld: (state) =>
      state === 'held' ? void publisher.leave() : publisher.announce(journal.lastReport()),
  })
  if (journal.startedFrom() === 'edited')
    log.warn('the snapshot is not what the journal says of it: all events were read instead')
  onStop(keepUp({ path, journal, clock, log }))
  onStop(() => shell.stop())
  const isHeld = (market: string) => marketsOf(shell.state().portfolio, []).includes(market)
  const take = (input: Input) => shell.tryTake(input)
  const providers = new Providers({
    ...deps,
    own: ownEngine(config, home),
    journaled: (name) => journaledProvider(shell.state().portfolio, name),
    journaledNames: () => Object.keys(shell.state().portfolio.providers),
    signingKey: (name) => providerKey(keychain, name),
    take: (input) => shell.whenTaken(input),
    tryTake: take,
    time: () => clock.now() + (exchange.skewMs() ?? 0),
  })
  const watched = new Set<string>()
  const loadMarkets = async ({ markets: wanted }: Policy) => {
    const markets = marketsOf(shell.state().portfolio, wanted)
    await exchange.start(wanted, markets)
  }
  const watchNew = () => {
    const all = marketsOf(shell.state().portfolio, inForce.policy.markets)
    const markets = all.filter((market) => !watched.has(market))
    for (const market of markets) watched.add(market)
    onStop(watchMarkets({ exchange, markets, isHeld, clock, take }))
  }
  const reach = new ReachExchange({
    start: async () => {
      const { policy } = inForce
      await loadMarkets(policy)
      requireMarket(exchange, policy.markets, shell.state().portfolio)
      await rejectWithdrawalKey(exchange)
    },
    onReached: watchNew,
    take,
    clock,
    log,
  })
  onStop(() => reach.stop())
  const reached = reach.first()
  // Before the exchange and the brokers: a halt must not wait for them.
  await within(HALT_TIMEOUT_MS, reached, clock)
  shell.take({ type: 'started' })
  onStop(
    answerTerminal({
      home,
      session,
      clock,
      log,
      portfolio: () => shell.state().portfolio,
      take,
    }),
  )
  if ((await reached) === 'reached') watchNew()
  const following = {
    prepare: async (policy: Policy) => {
      // One that does not answer yet is asked for the markets of the policy that is in force then.
      if (watched.size > 0 && policy.markets.some((market) => !watched.has(market))) {
        await loadMarkets(policy)
        watchNew()
      }
    },
    onFollowed: (hash: string) => noteFollowed(home, { session, hash }),
    take,
    clock,
    log,
  }
  following.onFollowed(accepted.hash)
  onStop(
    startWatching({
      policyFile: resolve(home, config.policy),
      started: { file: policyHash(text), ...accepted },
      acceptance: () => keptAcceptance(journal.database(), clock.now()),
      looseningAnswers: () => looseningAnswers(journal.database()),
      follow: (next) => inForce.follow(next, following),
      clock,
      take,
    }),
  )
  onStop(watchHealth({ folder: dirname(path), exchange, clock, take }))
  onStop(answerKeyRequests({ home, keys, exchange, take, clock, log }))
  if (config.addressCheck !== undefined) {
    const onAddress = (address: string) => take({ type: 'address', address })
    const makeAgent = agentMaker(config.exchange.proxy, home)
    onStop(watchAddress({ setting: config.addressCheck, makeAgent, clock, onAddress, log }))
  }
  own = openHomeLink({
    config,
    home,
    take: (input) => shell.whenTaken(input),
    tryTake: take,
    publisher,
    lastReport: () => journal.lastReport(),
    clock,
    log,
  })
  onStop(() => closeHome(own, publisher, clock))
  await providers.start()
  onStop(() => providers.close())
  // The executor runs on if a broker refuses it, because positions need it: the link reports the refusal and keeps trying.
  await within(BROKER_TIMEOUT_MS, Promise.allSettled([own.ready, providers.ready()]), clock)
  if (config.watchdog === undefined) return
  const markets = () => inForce.policy.markets
  const broker = () => own?.connected() === true
  const checks = healthChecksOf({ exchange, journal, broker, markets, clock })
  onStop(pingWatchdog({ setting: config.watchdog, checks, clock, log }))
}

function ownEngine({ engine }: ExecutorConfig, home: string): OwnEngine | null {
  if (engine === undefined) return null
  const token = () => readSecret(resolve(home, engine.tokenFile))
  // Without one there is nothing to begin with.
  token()
  return { ...engine, token }
}

/** Without a journal no message may be acknowledged: the executor disconnects, and the bot tells the trader. */
async function giveUp(error: KeysideError, parts: Parts, close: () => Promise<unknown>) {
  parts.log.fatal({ err: error, code: 'journal_failed' }, sentenceOf('journal_failed'))
  await close().catch(() => undefined)
  parts.onFailed(error)
}

async function closeHome(
  own: Link | null,
  publisher: ReportPublisher,
  clock: Clock,
): Promise<void> {
  if (own === null) return
  await within(OFFLINE_PUBLISH_MS, publisher.leave(), clock)
  await own.close()
}
