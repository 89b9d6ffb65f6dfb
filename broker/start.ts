// The composition: access list, sessions and hooks, aedes, the listeners, the self-test, and the way back down.
import type { EventEmitter } from 'node:events'
import { resolve } from 'node:path'
import { keyring, seconds } from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import { type Clock, describeError, KeysideError, type Logger } from '@keyside/runtime'
import { Aedes, type Client } from 'aedes'
import { AccessList } from './access-list.ts'
import { type Authenticate, authenticate } from './authenticate.ts'
import type { BrokerConfig } from './config.ts'
import { Connections } from './connections.ts'
import { createHooks } from './hooks.ts'
import { type Listener, listenTcp, listenWs } from './listeners.ts'
import { Refusals } from './refusals.ts'
import type { ConnectionParts } from './register-client.ts'
import { Retained } from './retained.ts'
import { connectWithoutToken } from './self-test.ts'
import { Sessions } from './session.ts'
import { TakeOvers } from './take-overs.ts'

export interface BrokerDeps {
  readonly clock: Clock
  readonly log: Logger
  /** What relative paths of the configuration are relative to; the working directory when left out. */
  readonly home?: string
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
/** How late a change of the access list may be noticed, ms. */
const LOOK_MS = 250

/** Throws a KeysideError with one of START_CODES. */
export function startBroker(config: BrokerConfig, deps: BrokerDeps): Promise<Broker> {
  return serve(config, deps, authenticate)
}

/** `authenticate` is an argument, so that a test can see the self-test catch one that lets everybody in. */
export async function serve(
  config: BrokerConfig,
  deps: BrokerDeps,
  authenticate: Authenticate,
): Promise<Broker> {
  const { host, port, wsPort, limits } = config
  const refusals = new Refusals(deps.log)
  const sessions = new Sessions()
  const connections = new Connections(limits, refusals)
  const takeOvers = new TakeOvers(limits.maxTakeOversPerMinute)
  const accessList = new AccessList(pathOf(config.accessList, deps.home))
  const parts = { refusals, sessions, connections, takeOvers, accessList }
  const aedes = createAedes(config, deps, { ...parts, authenticate })
  await aedes.listen()
  const stopSweep = deps.clock.every(SWEEP_MS, () => sweep(parts, deps.clock))
  const stopLooking = deps.clock.every(LOOK_MS, () => followAccessList(parts, deps.log))
  const onBroken = ({ message }: Error) => refusals.add({ code: 'connection_broken', message })
  const handlers = { limits, connections, onConnect: aedes.handle, onBroken }
  const listeners: Listener[] = []

  async function stop(): Promise<void> {
    stopSweep()
    stopLooking()
    const closed = listeners.map((listener) => listener.close())
    await new Promise<void>((resolve) => aedes.close(resolve))
    connections.destroyAll()
    await Promise.all(closed)
    refusals.flush()
  }

  try {
    const mqtt = await listenTcp(host, port, handlers)
    listeners.push(mqtt)
    const ws = wsPort === null ? null : await listenWs(host, wsPort, handlers)
    if (ws !== null) listeners.push(ws)
    for (const { url } of listeners) await selfTest(url)
    refusals.startServing()
    const address = { mqtt: mqtt.url, ws: ws?.url ?? null }
    deps.log.info(address, 'the broker listens')
    return { address, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function pathOf(path: string | null, home = ''): string | null {
  return path === null ? null : resolve(home, path)
}

interface Parts extends ConnectionParts {
  readonly accessList: AccessList
}

interface AedesParts extends Parts {
  readonly authenticate: Authenticate
}

function createAedes(config: BrokerConfig, { clock, log }: BrokerDeps, parts: AedesParts): Aedes {
  const { limits, id, issuer } = config
  const authority = publicKey(config.authority)
  const pins = keyring([{ key: authority, issuer, kinds: ['access'] }])
  const rules = { id, pins, accessList: parts.accessList, ...limits }
  const { maxSubscriptions } = limits
  const retained = new Retained(limits)
  const aedes = new Aedes({
    id,
    connectTimeout: limits.connectTimeoutMs,
    drainTimeout: limits.drainTimeoutMs,
    maxTopicLevels: limits.maxTopicLevels,
    ...createHooks({ ...parts, rules, maxSubscriptions, retained, clock }),
  })
  // Without a listener an `error` of aedes would end the process.
  const emitter: EventEmitter = aedes
  emitter.on('error', (error) => log.error({ error: describeError(error) }, 'broker error'))
  aedes.on('clientError', (client, error) => reportBroken(parts.refusals, client, error))
  aedes.on('connectionError', (client, error) => reportBroken(parts.refusals, client, error))
  return aedes
}

function reportBroken(refusals: Refusals, { id }: Client, error: Error): void {
  // Our own refusals are in the log already.
  if (error instanceof KeysideError) return
  refusals.add({ code: 'connection_broken', message: error.message, client: id ?? '' })
}

function sweep({ sessions, refusals, takeOvers }: ConnectionParts, clock: Clock): void {
  refusals.flush()
  takeOvers.sweep(clock.now())
  for (const client of sessions.sweep(seconds(clock.now())))
    refusals.add({ code: 'expired', message: 'the access token expired; get a new one', client })
}

function followAccessList({ accessList, sessions, refusals }: Parts, log: Logger): void {
  const look = accessList.look()
  if (look === 'broken') log.error({ code: 'broker_access_list_broken' }, accessList.problem)
  if (look === 'changed') log.info('a new access list is in force')
  // At each look: a client may have been let in by the list before.
  for (const client of sessions.enforce(accessList))
    refusals.add({ code: 'client_refused', message: 'taken back by the authority', client })
}

async function selfTest(url: string): Promise<void> {
  const result = await connectWithoutToken(url, SELF_TEST_MS)
  if (result === 'refused') return
  throw new KeysideError(
    'broker_self_test_failed',
    `a client without a token was not refused at ${url} (${result}): the broker stays down`,
  )
}
