// The engine of the bench `engine`, as its own process: real strategies, outbox, key and link, and candles of many markets.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeBase64url, sign } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { createLog, makeSigningKey, systemClock, systemRandomBytes } from '@keyside/runtime'
import { engineConfig } from '../strategy-engine/config.ts'
import { type EngineDeps, runEngine } from '../strategy-engine/engine.ts'
import type { Candle } from '../strategy-engine/market/candle.ts'
import type { Feed, Subscription } from '../strategy-engine/market/feed.ts'
import { collector, since, stamp, watchLag } from './clocks.ts'

export interface CloseSetup {
  readonly url: string
  readonly seed: readonly number[]
  readonly markets: number
  readonly strategiesEach: number
  /** Candles of the past for each market. */
  readonly history: number
  /** 1: each stream is its own plan. */
  readonly streamsInPlan: number
  readonly percents: readonly number[]
  /** For how long heads are watched while no candle closes, ms. */
  readonly quietMs: number
}

/** Times in ms; CPU is that of the thread on which the engine runs. */
export interface Close {
  readonly percent: number
  readonly signals: number
  readonly firstMs: number
  readonly lastMs: number
  readonly cpuMs: number
  /** The longest time for which the event loop served nothing. */
  readonly blockedMs: number
}

/** A second of calm at its end is part of it. */
export interface Start {
  readonly ms: number
  readonly cpuMs: number
  readonly blockedMs: number
}

export interface Closes {
  readonly strategies: number
  /** With all candles of the past. */
  readonly start: Start
  /** What markets remember is stored then. */
  readonly stop: Omit<Start, 'blockedMs'>
  /** Another start, from what was stored. */
  readonly again: Start
  readonly connections: number
  readonly heapBytes: number
  readonly residentMiB: number
  /** A candle on which nobody signals. */
  readonly idle: Omit<Close, 'percent' | 'firstMs' | 'lastMs'>
  readonly closes: readonly Close[]
  /** Of one core, while no candle closes. */
  readonly headsPercent: number
  /** As many signatures as there are strategies, of as many bytes as a signal has, and nothing else. */
  readonly signaturesMs: number
}

const TIMEFRAME_S = 1
const DEADLINE_MS = 60_000
/** Of a signal, all but its signature. */
const SIGNAL_BYTES = 900

process.send?.('started')
process.once('message', async (setup: CloseSetup) => {
  process.send?.(await run(setup))
})
process.once('disconnect', () => process.exit())

async function run(setup: CloseSetup): Promise<Closes> {
  const home = mkdtempSync(join(tmpdir(), 'keyside-bench-'))
  try {
    return await measure(setup, home)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

async function measure(setup: CloseSetup, home: string): Promise<Closes> {
  const total = setup.markets * setup.strategiesEach
  writeHome(setup, home)
  const subscriptions = new Set<Subscription>()
  const feed: Feed = {
    subscribe: (subscription) => {
      subscriptions.add(subscription)
      const { promise, resolve } = Promise.withResolvers<void>()
      setImmediate(resolve)
      void promise.then(() => {
        const { known } = subscription
        if (known === undefined) return subscription.onHistory(past(setup.history), false)
        subscription.onHistory(
          past(setup.history).filter(({ start }) => start > known.start),
          true,
        )
      })
      return () => subscriptions.delete(subscription)
    },
    close: async () => subscriptions.clear(),
  }
  let published = 0
  let first = 0
  let last = 0
  let connections = 0
  let inForce = 0
  const gc = collector()
  gc()
  const before = process.memoryUsage().heapUsed
  const lag = watchLag()
  const config = engineConfig.parse({
    broker: { url: setup.url, tokenFile: 'access' },
    signingKeyFile: 'engine.key',
    exchange: { name: 'binance' },
  })
  const destination = {
    write: (line: string) => {
      if (line.includes('strategy in force')) inForce += 1
      if (line.includes('connected to the broker')) connections += 1
    },
  }
  const deps: EngineDeps = {
    home,
    clock: systemClock,
    randomBytes: systemRandomBytes,
    log: createLog({ program: 'engine', level: 'info', destination }),
    trace: (hop) => {
      if (hop !== 'published') return
      published += 1
      last = performance.now()
      first ||= last
    },
  }
  /** Until all strategies run, and have seen the past. */
  async function start() {
    inForce = 0
    lag.take()
    const begun = stamp()
    const engine = await runEngine(config, deps, feed)
    await engine.ready
    while (inForce < total || subscriptions.size < setup.markets) await sleep(20)
    await calm()
    const { ms, cpuMs } = since(begun)
    return { engine, ms, cpuMs, blockedMs: lag.take() }
  }
  const started = await start()
  const { engine } = started
  gc()
  const memory = process.memoryUsage()

  async function close(volume: number, signals: number): Promise<Omit<Close, 'percent'>> {
    await nextCandle()
    published = first = last = 0
    lag.take()
    const at = stamp()
    const candle = candleAt(Math.floor(Date.now() / 1000) - TIMEFRAME_S, volume)
    for (const { onCandle } of subscriptions) onCandle(candle, 'live')
    while (published < signals && performance.now() - at.wall < DEADLINE_MS) await sleep(1)
    if (signals === 0) await calm()
    const { cpuMs } = since(at)
    const times = { firstMs: first - at.wall, lastMs: last - at.wall }
    return { signals: published, ...times, cpuMs, blockedMs: lag.take() }
  }

  await close(QUIET, 0)
  await calm()
  const { signals, cpuMs, blockedMs } = await close(QUIET, 0)
  const closes: Close[] = []
  for (const percent of setup.percents) {
    await calm()
    closes.push({ percent, ...(await close(QUIET + percent, Math.round((total * percent) / 100))) })
    await calm()
    await close(EXIT, Math.round((total * percent) / 100))
  }
  await calm()
  const quiet = stamp()
  await sleep(setup.quietMs)
  const heads = since(quiet)
  const stopping = stamp()
  await engine.stop()
  const stopped = since(stopping)
  const again = await start()
  await again.engine.stop()
  return {
    strategies: total,
    start: timesOf(started),
    stop: stopped,
    again: timesOf(again),
    connections,
    heapBytes: Math.round((memory.heapUsed - before) / total),
    residentMiB: Math.round(memory.rss / 2 ** 20),
    idle: { signals, cpuMs, blockedMs },
    closes,
    headsPercent: (100 * heads.cpuMs) / heads.ms,
    signaturesMs: signatures(setup, total),
  }
}

/** CPU, ms. */
function signatures({ seed }: CloseSetup, count: number): number {
  const key = signingKey(Uint8Array.from(seed))
  const bytes = new Uint8Array(SIGNAL_BYTES)
  const at = stamp()
  for (let i = 0; i < count; i += 1) key.sign(bytes)
  return since(at).cpuMs
}

function timesOf({ ms, cpuMs, blockedMs }: Start): Start {
  return { ms, cpuMs, blockedMs }
}

/** Volumes of candles: nobody signals; all that are in leave. A volume between enters that per cent of the strategies. */
const QUIET = 1
const EXIT = 0.1

function writeHome({ seed, markets, strategiesEach, streamsInPlan }: CloseSetup, home: string) {
  const total = markets * strategiesEach
  makeSigningKey(join(home, 'engine.key'), systemRandomBytes)
  writeFileSync(join(home, 'access'), access(Uint8Array.from(seed)), { mode: 0o600 })
  mkdirSync(join(home, 'strategies'))
  for (let at = 0; at < total; at += 1) {
    const lines = [
      `name: s-${at}`,
      ...(streamsInPlan > 1 ? [`plan: p-${Math.floor(at / streamsInPlan)}`] : []),
      `market: C${at % markets}/USDT`,
      `timeframe: ${TIMEFRAME_S}s`,
      `enter: volume > ${(QUIET + (at * 100) / total).toFixed(4)} and rsi(14) < 101 and ema(12) > 0 and ema(26) > 0`,
      'exit: volume < 0.5 and ema(12) > 0',
      'size: 10 %',
      'stop: 2 atr(14)',
    ]
    writeFileSync(join(home, 'strategies', `s-${at}.yaml`), `${lines.join('\n')}\n`)
  }
}

function access(seed: Uint8Array): string {
  const iat = Math.floor(Date.now() / 1000) - 1
  const topics = ['signal', 'head', 'presence'].map((kind) => `keyside/v1/${kind}/+/+`)
  const acl = { publish: topics, subscribe: ['keyside/v1/intent/+/+'] }
  const jti = encodeBase64url(new Uint8Array(16))
  const times = { iat, exp: iat + 36_000, jti }
  const claims = { iss: 'authority', sub: 'engine', aud: 'broker', ...times, acl }
  return sign('access', claims, signingKey(seed))
}

function candleAt(start: number, volume: number): Candle {
  const close = 100 + Math.sin(start / 7) * 3
  const [high, low] = [close + 1, close - 1].map((price) => price.toFixed(2))
  const prices = { open: '100', high: high ?? '', low: low ?? '', close: close.toFixed(2) }
  return { start, ...prices, volume: String(volume) }
}

function past(count: number): Candle[] {
  const end = Math.floor(Date.now() / 1000) - 2 * TIMEFRAME_S
  return Array.from({ length: count }, (_, at) => candleAt(end - count + at, QUIET))
}

/** Just after a second has begun, so that the candle before it has just closed. */
function nextCandle(): Promise<void> {
  return sleep(1_010 - (Date.now() % 1_000))
}

/** The thread has had little to do for a second: by its own event loop, which says so on a busy machine too. */
async function calm(): Promise<void> {
  const end = performance.now() + 120_000
  for (let quiet = 0; quiet < 10 && performance.now() < end; ) {
    const before = performance.eventLoopUtilization()
    await sleep(100)
    const { active, idle } = performance.eventLoopUtilization(before)
    quiet = active < idle ? quiet + 1 : 0
  }
}
