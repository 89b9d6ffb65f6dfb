// A program's connection to a broker: reconnects by itself, and acknowledges a message only when it was handled.
import { createConnection, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type IPublishPacket, MqttClient } from 'mqtt'
import { KeysideError } from './error.ts'
import type { Logger } from './log.ts'
import { guardPackets } from './packet-guard.ts'

export interface LinkOptions {
  /** mqtt://host:port or mqtts://host:port */
  readonly url: string
  /** The access token's `sub`: MQTT client id and user name. */
  readonly clientId: string
  /** The access token. */
  readonly token: string
  readonly subscribe: readonly string[]
  /** The MQTT will: a sealed `offline` presence and its topic. */
  readonly will?: { readonly topic: string; readonly token: string }
  /** Must have made the message durable when it resolves: PUBACK follows. A rejection drops the connection. */
  readonly onMessage: (topic: string, token: string, retained: boolean) => Promise<void> | void
  /** After each (re)connection, when the subscriptions stand. */
  readonly onReady?: () => void
  readonly onLost?: () => void
  readonly log: Logger
  readonly reconnectMs?: number
}

export interface Link {
  /** Resolves when connected and subscribed for the first time; rejects with `broker_refused` for a wrong token. */
  readonly ready: Promise<void>
  connected(): boolean
  /** From now on, and after each reconnection. Rejects with `broker_refused`; without a connection it is done later. */
  subscribe(filters: readonly string[]): Promise<void>
  /** Resolves at PUBACK, which proves nothing more than that the broker read it. Rejects when not connected. */
  publish(topic: string, token: string, options?: { retain?: boolean }): Promise<void>
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 5_000
/** MQTT 3.1.1 section 3.2.2.3: 4 is a bad user name or password, 5 is not authorized. */
const REFUSED = new Set([4, 5])

export function openLink(options: LinkOptions): Link {
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
  ready.catch(() => undefined)
  const filters = [...options.subscribe]
  const client = new MqttClient(() => openStream(options.url), {
    protocolVersion: 4,
    protocolId: 'MQTT',
    clean: true,
    resubscribe: false,
    queueQoSZero: false,
    keepalive: 20,
    clientId: options.clientId,
    username: options.clientId,
    password: options.token,
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectPeriod: options.reconnectMs ?? 1_000,
    ...(options.will && { will: willOf(options.will) }),
  })
  client.on('connect', () => {
    subscribe(client, filters)
      .then(() => {
        resolve()
        options.onReady?.()
      })
      .catch((error) => {
        options.log.error({ err: error }, 'subscriptions refused by the broker')
        reject(notGranted(options, error))
      })
  })
  client.on('close', () => options.onLost?.())
  client.on('error', (error) => {
    options.log.warn({ err: error, broker: options.url }, 'broker connection failed')
    if ('code' in error && REFUSED.has(Number(error.code)))
      reject(
        new KeysideError(
          'broker_refused',
          `${options.url} refused the access token of ${options.clientId}: make a new one with "keyside init --renew"`,
          error,
        ),
      )
  })
  client.handleMessage = (packet, done) => {
    handle(packet, options).then(
      () => done(),
      (error) => {
        options.log.error(
          { err: error, topic: packet.topic },
          'message not handled, dropping the connection',
        )
        client.stream.destroy()
      },
    )
  }
  return {
    ready,
    connected: () => client.connected,
    subscribe: async (more) => {
      const fresh = more.filter((filter) => !filters.includes(filter))
      filters.push(...fresh)
      if (!client.connected) return
      await subscribe(client, fresh).catch((error: unknown) => {
        throw notGranted(options, error)
      })
    },
    publish: (topic, token, { retain = false } = {}) => publish(client, topic, token, retain),
    close: () => client.endAsync(true).then(() => undefined),
  }
}

function notGranted({ url, clientId }: LinkOptions, error: unknown): KeysideError {
  return new KeysideError('broker_refused', `${url} refused a subscription of ${clientId}`, error)
}

function openStream(url: string): Socket {
  const { protocol, hostname, port } = parseUrl(url)
  const socket =
    protocol === 'mqtts:'
      ? connectTls({ host: hostname, port, servername: hostname })
      : createConnection({ host: hostname, port })
  socket.setNoDelay(true)
  guardPackets(socket)
  return socket
}

function parseUrl(text: string): { protocol: string; hostname: string; port: number } {
  const url = URL.parse(text)
  if (url === null || !['mqtt:', 'mqtts:'].includes(url.protocol))
    throw new KeysideError(
      'address_invalid',
      `expected mqtt://host:port or mqtts://host:port, got "${text}"`,
    )
  const standard = url.protocol === 'mqtts:' ? 8883 : 1883
  return { protocol: url.protocol, hostname: url.hostname, port: Number(url.port) || standard }
}

function willOf(will: { topic: string; token: string }) {
  return { topic: will.topic, payload: Buffer.from(will.token), qos: 1 as const, retain: true }
}

async function subscribe(client: MqttClient, filters: readonly string[]): Promise<void> {
  // One filter a packet: a broker that grants a mixed SUBSCRIBE by halves is then noticed at once.
  for (const filter of filters) {
    const [grant] = await client.subscribeAsync(filter, { qos: 1 })
    if (grant === undefined || grant.qos === 128) throw new Error(`not granted: ${filter}`)
  }
}

async function handle(packet: IPublishPacket, options: LinkOptions): Promise<void> {
  const payload = packet.payload
  const token = typeof payload === 'string' ? payload : Buffer.from(payload).toString('latin1')
  await options.onMessage(packet.topic, token, packet.retain)
}

async function publish(
  client: MqttClient,
  topic: string,
  token: string,
  retain: boolean,
): Promise<void> {
  if (!client.connected) throw new KeysideError('broker_unreachable', 'not connected to the broker')
  await client.publishAsync(topic, token, { qos: 1, retain })
}
