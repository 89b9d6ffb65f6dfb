// The composition: sessions and hooks, aedes, the listeners, the self-test, and the way back down.
import type { EventEmitter } from 'node:events'
import { keyring, seconds } from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import { type Clock, describeError, KeysideError, type Logger } from '@keyside/runtime'
import { Aedes, type Client } from 'aedes'
import { type Admit, admit } from './admit.ts'
import type { BrokerConfig } from './config.ts'
import { Connections } from './connections.ts'
import { createHooks } from './hooks.ts'
import { type Listener, listenTcp, listenWs } from './listeners.ts'
import { Refusals } from './refusals.ts'
import { Retained } from './retained.ts'
import type { Seats } from './seat.ts'
import { Sessions } from './session.ts'
import { knock } from './stranger.ts'
import { TakeOvers } from './take-overs.ts'

export interface BrokerDeps {
  readonly clock: Clock
  readonly log: Logger
}

export interface Broker {
  /** URLs to dial; `ws` is null when it is off. */
  readonly address: { readonly mqtt: string; readonly ws: string | null }
  /** Closes every connection and frees the ports, within two seconds. */
  stop(): Promise<void>
}

/** How late an expired token may be noticed on a silent connection, ms. */
const SWEEP_MS = 1000
const SELF_TEST_MS = 2000

/** Throws a KeysideError with one of START_CODES. */
export function startBroker(config: BrokerConfig, deps: BrokerDeps): Promise<Broker> {
  return serve(config, deps, admit)
}

/** `admit` is an argument so that a test can see the self-test catch a door that stands open. */
export async function serve(config: BrokerConfig, deps: BrokerDeps, admit: Admit): Promise<Broker> {
  const { host, port, wsPort, limits } = config
  const refusals = new Refusals(deps.log)
  const sessions = new Sessions()
  const connections = new Connections(limits, refusals)
  const takeOvers = new TakeOvers(limits.maxTakeOversPerMinute)
  const seats = { refusals, sessions, connections, takeOvers }
  const aedes = createAedes(config, deps, { ...seats, admit })
  await aedes.listen()
  const stopSweep = deps.clock.every(SWEEP_MS, () => sweep(seats, deps.clock))
  const broken = ({ message }: Error) => refusals.add({ code: 'connection_broken', message })
  const entrance = { limits, connections, handle: aedes.handle, broken }
  const listeners: Listener[] = []

  async function stop(): Promise<void> {
    stopSweep()
    const closed = listeners.map((listener) => listener.close())
    await new Promise<void>((resolve) => aedes.close(resolve))
    connections.destroyAll()
    await Promise.all(closed)
    refusals.turn()
  }

  try {
    const mqtt = await listenTcp(host, port, entrance)
    listeners.push(mqtt)
    const ws = wsPort === null ? null : await listenWs(host, wsPort, entrance)
    if (ws !== null) listeners.push(ws)
    for (const { url } of listeners) await refuseStranger(url)
    refusals.begin()
    const address = { mqtt: mqtt.url, ws: ws?.url ?? null }
    deps.log.info(address, 'the broker listens')
    return { address, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Doors extends Seats {
  readonly admit: Admit
}

function createAedes(config: BrokerConfig, { clock, log }: BrokerDeps, doors: Doors): Aedes {
  const { limits, id, issuer } = config
  const authority = publicKey(config.authority)
  const pins = keyring([{ key: authority, issuer, kinds: ['access'] }])
  const gate = { id, pins, ...limits }
  const { maxSubscriptions } = limits
  const retained = new Retained(limits)
  const aedes = new Aedes({
    id,
    connectTimeout: limits.connectTimeoutMs,
    drainTimeout: limits.drainTimeoutMs,
    maxTopicLevels: limits.maxTopicLevels,
    ...createHooks({ ...doors, gate, maxSubscriptions, retained, clock }),
  })
  // Without a listener an `error` of aedes would end the process.
  const emitter: EventEmitter = aedes
  emitter.on('error', (error) => log.error({ error: describeError(error) }, 'broker error'))
  aedes.on('clientError', (client, error) => noteBroken(doors.refusals, client, error))
  aedes.on('connectionError', (client, error) => noteBroken(doors.refusals, client, error))
  return aedes
}

function noteBroken(refusals: Refusals, { id }: Client, error: Error): void {
  // Our own refusals are in the log already.
  if (error instanceof KeysideError) return
  refusals.add({ code: 'connection_broken', message: error.message, client: id ?? '' })
}

function sweep({ sessions, refusals, takeOvers }: Seats, clock: Clock): void {
  refusals.turn()
  takeOvers.sweep(clock.now())
  for (const client of sessions.sweep(seconds(clock.now())))
    refusals.add({ code: 'expired', message: 'the access token expired; get a new one', client })
}

async function refuseStranger(url: string): Promise<void> {
  const reception = await knock(url, SELF_TEST_MS)
  if (reception === 'turned away') return
  throw new KeysideError(
    'broker_lets_strangers_in',
    `a client without a token was not turned away at ${url} (${reception}): the broker stays down`,
  )
}
