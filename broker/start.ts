// The composition: what the files say, sessions, aedes, the listeners, and shutdown.
import type { EventEmitter } from 'node:events'
import { resolve } from 'node:path'
import { keyring, seconds } from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import {
  type Clock,
  describeError,
  KeysideError,
  keepNoNumberTable,
  type Logger,
  type Look,
} from '@keyside/runtime'
import { Aedes, type Client } from 'aedes'
import { AccessList } from './access-list.ts'
import { type Authenticate, authenticate } from './authenticate.ts'
import { Certificate } from './certificate.ts'
import type { BrokerConfig } from './config.ts'
import { Connections } from './connections.ts'
import { createHooks } from './hooks.ts'
import type { Listener } from './listeners.ts'
import { fitToFiles, maxOpenFiles } from './open-files.ts'
import { type Addresses, openListeners } from './open-listeners.ts'
import { PublishRate } from './publish-rate.ts'
import { Refusals } from './refusals.ts'
import type { ConnectionParts } from './register-client.ts'
import { Retained } from './retained.ts'
import { Sessions } from './session.ts'
import { TakeOvers } from './take-overs.ts'

export interface BrokerDeps {
  readonly clock: Clock
  readonly log: Logger
  /** What relative paths of the configuration are relative to; the working directory when left out. */
  readonly home?: string
}

export interface Broker {
  readonly address: Addresses
  /** Closes every connection and frees the ports, within two seconds. */
  stop(): Promise<void>
}

/** How late an expired token may be noticed on a silent connection, ms. */
const SWEEP_MS = 1000
/** How late a change of the access list or of the certificate may be noticed, ms. */
const LOOK_MS = 250

/** Throws a KeysideError with one of START_CODES, `broker_plaintext` or `file_not_private`. */
export function startBroker(config: BrokerConfig, deps: BrokerDeps): Promise<Broker> {
  return serve(config, deps, authenticate)
}

/** `authenticate` is an argument, so that a test can see the self-test catch one that lets everybody in. */
export async function serve(
  config: BrokerConfig,
  { clock, log, home = '' }: BrokerDeps,
  authenticate: Authenticate,
): Promise<Broker> {
  keepNoNumberTable()
  const { limits, problem } = fitToFiles(config.limits, maxOpenFiles())
  const { tls } = config
  const path = (text: string) => resolve(home, text)
  const accessList = new AccessList(config.accessList && path(config.accessList))
  const certificate = tls && new Certificate(path(tls.certFile), path(tls.keyFile))
  if (problem !== null) log.warn({ code: 'broker_files_few' }, problem)
  const refusals = new Refusals(log)
  const sessions = new Sessions()
  const connections = new Connections(limits, refusals)
  const takeOvers = new TakeOvers(limits.maxTakeOversPerMinute)
  const requests = new PublishRate(limits.maxRequestsPerMinute)
  const parts = { refusals, sessions, connections, takeOvers, requests }
  const aedes = createAedes(config, { ...parts, authenticate, accessList, clock, log })
  await aedes.listen()
  const stopSweep = clock.every(SWEEP_MS, () => sweep(parts, clock))
  const stopLooking = clock.every(LOOK_MS, () => {
    follow('broker_access_list_broken', 'access list', accessList, log)
    if (certificate) follow('broker_certificate_broken', 'certificate', certificate, log)
    // Checked each time: the client may have been let in by an earlier list.
    for (const client of sessions.enforce(accessList))
      refusals.add({ code: 'client_refused', message: 'taken back by the authority', client })
  })
  const onBroken = ({ message }: Error) => refusals.add({ code: 'connection_broken', message })
  const handlers = { limits, connections, certificate, onConnect: aedes.handle, onBroken }
  const listeners: Listener[] = []
  let stopping: Promise<void> | undefined

  async function close(): Promise<void> {
    stopSweep()
    stopLooking()
    const closed = listeners.map((listener) => listener.close())
    await new Promise<void>((resolve) => aedes.close(resolve))
    connections.destroyAll()
    await Promise.all(closed)
    refusals.flush()
  }

  const stop = () => {
    stopping ??= close()
    return stopping
  }

  try {
    const socket = config.socket && path(config.socket)
    const address = await openListeners({ ...config, socket }, handlers, listeners)
    refusals.startServing()
    const room = limits.maxConnections
    log.info({ ...address, room }, 'the broker listens')
    return { address, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Swept extends ConnectionParts {
  readonly requests: PublishRate
}

function sweep({ sessions, refusals, takeOvers, requests }: Swept, clock: Clock): void {
  refusals.flush()
  takeOvers.sweep(clock.now())
  requests.sweep(clock.now())
  for (const client of sessions.sweep(seconds(clock.now())))
    refusals.add({ code: 'expired', message: 'the access token expired; get a new one', client })
}

function follow(
  code: string,
  what: string,
  followed: { look(): Look; readonly problem: string },
  log: Logger,
): void {
  const look = followed.look()
  if (look === 'broken') log.error({ code }, followed.problem)
  if (look === 'changed') log.info(`a new ${what} is in force`)
}

// aedes with our hooks, and its errors in the log.
interface AedesParts extends ConnectionParts {
  readonly authenticate: Authenticate
  readonly accessList: AccessList
  readonly requests: PublishRate
  readonly clock: Clock
  readonly log: Logger
}

function createAedes(config: BrokerConfig, parts: AedesParts): Aedes {
  const { limits, id, issuer } = config
  const { accessList, log } = parts
  const authority = publicKey(config.authority)
  const pins = keyring([{ key: authority, issuer, kinds: ['access'] }])
  const rules = { id, pins, accessList, ...limits }
  const { maxSubscriptions } = limits
  const aedes = new Aedes({
    id,
    // No common queue: messages would wait there for a client that stops reading, and its end would take them out in one recursion.
    // What bounds memory: each publisher waits until its message is delivered, and who reads nothing for `drainTimeout` is cut off.
    concurrency: 0,
    connectTimeout: limits.connectTimeoutMs,
    drainTimeout: limits.drainTimeoutMs,
    maxTopicLevels: limits.maxTopicLevels,
    ...createHooks({ ...parts, rules, maxSubscriptions, retained: new Retained(limits) }),
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
  refusals.add({
    code: 'connection_broken',
    message: `the connection of a client broke: ${error.message}`,
    client: id ?? '',
  })
}
