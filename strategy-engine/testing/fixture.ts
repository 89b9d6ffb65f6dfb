// The fixture around an engine under test: a home, a broker, a cable that can be cut, a listener, time and candles.
import { mkdtempSync, rmSync, unlinkSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokerConfig } from '@keyside/broker'
import { type Broker, startBroker } from '@keyside/broker/start'
import {
  type Claims,
  encodeBase64url,
  keyring,
  type SigningKey,
  sign,
  type Verified,
  verify,
} from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import {
  type Clock,
  createLog,
  type Hop,
  type Link,
  makeSigningKey,
  openLink,
  systemClock,
  systemRandomBytes,
  writePrivate,
} from '@keyside/runtime'
import { onTestFinished } from 'vitest'
import { type EngineConfig, engineConfig } from '../config.ts'
import { type Engine, type EngineDeps, runEngine } from '../engine.ts'
import type { Candle } from '../market/candle.ts'
import { replayFeed } from './replay-feed.ts'
import { RULES, yaml } from './rules.ts'

/** The start of a minute. */
export const T0 = 1_790_000_040

const AUTHORITY = signingKey(new Uint8Array(32).fill(9))
const STRANGER = signingKey(new Uint8Array(32).fill(1))
const TOPICS = ['keyside/v1/signal/+/+', 'keyside/v1/head/+/+', 'keyside/v1/presence/+/+']
const silent = createLog({ program: 'test', level: 'silent' })

const TOLD = ['signal', 'head', 'alert', 'presence'] as const
type Told = (typeof TOLD)[number]
type Message<Name extends Told> = Verified<Name> & { topic: string; retained: boolean }
type Received = { [Name in Told]: Message<Name>[] }

/** An engine's home with one strategy. `outsider`: its access token is not from the authority. */
export function newHome({ outsider = false } = {}) {
  const path = mkdtempSync(join(tmpdir(), 'keyside-engine-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  const file = (name: string) => join(path, 'strategies', name)
  let version = 0
  const home = {
    path,
    key: makeSigningKey(join(path, 'engine.key'), systemRandomBytes),
    file: (name: string) => join(path, name),
    /** Keys that are believed as well. */
    successors: [] as SigningKey[],
    /** Another length each time, so that a change shows even within one tick of the file system's clock. */
    write: (name: string, text: string) => {
      version += 1
      writePrivate(file(name), `${text}\n# ${'.'.repeat(version)}\n`)
    },
    remove: (name: string) => unlinkSync(file(name)),
  }
  const rights = {
    publish: [...TOPICS, 'keyside/v1/response/+/+', 'keyside/v1/intent/+/+/result'],
    subscribe: ['keyside/v1/request/+/+', 'keyside/v1/intent/+/+'],
  }
  writePrivate(join(path, 'access'), access('engine', rights, outsider ? STRANGER : AUTHORITY))
  home.write('demo.yaml', yaml(RULES))
  return home
}

export type Home = ReturnType<typeof newHome>

export function configFor(url: string, more: Partial<EngineConfig> = {}): EngineConfig {
  return engineConfig.parse({
    ...more,
    broker: { url, tokenFile: 'access' },
    signingKeyFile: 'engine.key',
    exchange: { name: 'binance' },
  })
}

export function depsFor(home: Home) {
  const logged: string[] = []
  const hops: [Hop, string, number | undefined][] = []
  const clock = manualClock(T0 * 1000 - 500)
  const deps: EngineDeps = {
    home: home.path,
    clock,
    log: createLog({
      program: 'engine',
      level: 'info',
      destination: { write: (line) => logged.push(line) },
    }),
    trace: (hop, jti, at) => hops.push([hop, jti, at]),
  }
  return { deps, clock, hops, logged: () => logged.join('') }
}

/** Repeats only when time passes by hand; single timers run in real time. */
function manualClock(start: number) {
  let now = start
  const repeating = new Set<{ period: number; elapsed: number; run: () => void }>()
  const clock: Clock = {
    now: () => now,
    after: systemClock.after,
    every: (period, run) => {
      const timer = { period, elapsed: 0, run }
      repeating.add(timer)
      return () => repeating.delete(timer)
    },
  }
  const pass = (ms: number) => {
    now += ms
    for (const timer of repeating) {
      timer.elapsed += ms
      if (timer.elapsed < timer.period) continue
      timer.elapsed = 0
      timer.run()
    }
  }
  return {
    ...clock,
    pass,
    set: (ms: number) => {
      now = ms
    },
  }
}

export async function openBroker(): Promise<Broker> {
  const config = brokerConfig.parse({ authority: AUTHORITY.publicKey, port: 0, wsPort: null })
  const broker = await startBroker(config, { clock: systemClock, log: silent })
  onTestFinished(() => broker.stop())
  return broker
}

/** A TCP relay to the broker that can be cut without a DISCONNECT. */
async function openCable(target: string) {
  const { hostname, port } = new URL(target)
  const ends = new Set<Socket>()
  let whole = true
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end)
      end.on('error', () => undefined)
      end.on('close', () => other.destroy())
    }
    if (whole) near.pipe(far).pipe(near)
    else near.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    whole = false
    for (const end of ends) end.destroy()
  }
  onTestFinished(() => {
    cut()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  const mend = () => {
    whole = true
  }
  return { url: `mqtt://127.0.0.1:${address.port}`, cut, mend }
}

/** Subscribes to and verifies everything that the engine of `home` publishes. */
async function listen(home: Home, broker: Broker) {
  const received: Received = { signal: [], head: [], alert: [], presence: [] }
  const topics: string[] = []
  const kinds: Told[] = []
  const pins = () =>
    keyring(
      [home.key, ...home.successors].map((key) => ({
        key: publicKey(key.publicKey),
        issuer: 'home',
        kinds: TOLD,
      })),
    )
  const link: Link = openLink({
    url: broker.address.mqtt,
    clientId: 'listener',
    token: access('listener', { publish: [], subscribe: TOPICS }),
    subscribe: TOPICS,
    log: silent,
    onMessage: (topic, token, retained) => {
      const audience = topic.includes('/presence/') ? 'home' : 'executors'
      const verified = verify(token, pins(), { kinds: TOLD, audience, now: issuedAt(token), topic })
      if (!verified.ok) throw new Error(`${topic}: ${verified.message}`)
      topics.push(topic)
      kinds.push(verified.kind)
      if (verified.kind === 'signal') received.signal.push({ ...verified, topic, retained })
      if (verified.kind === 'head') received.head.push({ ...verified, topic, retained })
      if (verified.kind === 'alert') received.alert.push({ ...verified, topic, retained })
      if (verified.kind === 'presence') received.presence.push({ ...verified, topic, retained })
    },
  })
  onTestFinished(() => link.close())
  await link.ready
  return {
    topics: () => topics,
    /** In the order in which they came. */
    kinds: () => kinds,
    messages: <Name extends Told>(kind: Name): Received[Name] => received[kind],
    /** The row of a stream in the last head. */
    row: (stream = 'demo') =>
      received.head.at(-1)?.claims.streams.find(([name]) => name === stream),
    presence: () => received.presence.at(-1)?.claims.state,
  }
}

function issuedAt(token: string): number {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  return Number((JSON.parse(payload) as { iat: unknown }).iat)
}

export interface FixtureOptions {
  /** How many of the candles are history. */
  readonly past: number
  readonly config?: Partial<EngineConfig>
  /** Before the engine starts. */
  readonly prepare?: (home: Home) => void
  /** Make the candle useless, so that the engine throws. */
  readonly spoil?: boolean
}

/** The candle after the history closes at T0. */
export async function startFixture(
  candles: readonly Candle[],
  { past, spoil = false, config = {}, prepare }: FixtureOptions,
) {
  const home = newHome()
  prepare?.(home)
  const broker = await openBroker()
  const cable = await openCable(broker.address.mqtt)
  const { deps, clock, hops, logged } = depsFor(home)
  const listener = await listen(home, broker)

  async function begin(candles: readonly Candle[], from: number) {
    const feed = replayFeed(candles, from)
    let at = from
    const engine: Engine = await runEngine(configFor(cable.url, config), deps, {
      ...feed,
      subscribe: (subscription) =>
        feed.subscribe({
          ...subscription,
          onCandle: (candle, origin) =>
            subscription.onCandle(spoil && origin === 'live' ? JSON.parse('null') : candle, origin),
        }),
    })
    onTestFinished(() => engine.stop())
    await engine.ready
    /** Resolves when the candle has been decided on. */
    const close = async () => {
      const candle = candles[at++]
      if (candle === undefined) throw new Error('no candle left')
      clock.set((candle.start + 60) * 1000 + 50)
      feed.advance()
      await decided()
    }
    return { engine, close }
  }

  const running = await begin(candles, past)
  const parts = { clock, broker, home, cable, hops, logged, pass: clock.pass, begin }
  return { ...listener, ...running, ...parts }
}

/** After the turn of the event loop in which the engine decides on what it was just given. */
export async function decided(): Promise<void> {
  for (const _ of [1, 2]) await new Promise((resolve) => setImmediate(resolve))
}

export async function until(holds: () => boolean, ms = 60_000): Promise<void> {
  const end = Date.now() + ms
  while (!holds()) {
    if (Date.now() > end) throw new Error(`it did not happen in time: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export function access(
  client: string,
  acl: Claims['access']['acl'],
  key: SigningKey = AUTHORITY,
): string {
  const iat = Math.floor(Date.now() / 1000) - 1
  const jti = encodeBase64url(new Uint8Array(16))
  const claims = { iss: 'authority', sub: client, aud: 'broker', iat, exp: iat + 3_600, jti, acl }
  return sign('access', claims, key)
}
