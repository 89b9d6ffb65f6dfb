// A program's connection to a broker: reconnects by itself, and acknowledges a message only when it was handled.
import { createRequire } from 'node:module'
import type { IClientOptions, IPublishPacket, MqttClient } from 'mqtt'
import { brokerAddress, plaintextRefusal } from './broker-url.ts'
import { KeysideError, type TlsCode } from './error.ts'
import { fileRefused } from './file-refused.ts'
import { ReconnectBackoff, TAKEOVER_DROPS } from './link-backoff.ts'
import { openStream, wasEndedByPeer } from './link-stream.ts'
import { describeError, type Logger } from './log.ts'
import { keepNoNumberTable } from './packet-numbers.ts'
import { type Random, systemRandom } from './random.ts'
import { type TlsTrust, tlsRefusal } from './tls-trust.ts'

/** The client is loaded with the first link: that takes 50 ms, and most commands have none. */
const load = createRequire(import.meta.url)

/** A problem that needs a person. The link itself keeps trying. */
export interface LinkTrouble {
  readonly code: 'broker_refused' | 'client_taken_over' | TlsCode
  readonly message: string
}

export interface LinkOptions {
  /** mqtts://host:port, mqtt://host:port (IPv6 in brackets) or unix:/path */
  readonly url: string
  /** `yes`: the tokens may travel in clear to another machine. */
  readonly plaintext?: 'yes' | 'no'
  /** With mqtts://: by the certificate authorities that Node knows when left out. */
  readonly tls?: TlsTrust
  /** The access token's `sub`: MQTT client id and user name. */
  readonly clientId: string
  /** The access token; a function is asked before each try, so that a new one needs no restart. */
  readonly token: string | (() => string)
  /** Who makes a new token when this one is refused: this home's own authority when left out. */
  readonly issuer?: 'home' | 'provider' | 'device'
  readonly subscribe: readonly string[]
  /** The MQTT will: a signed `offline` presence and its topic. */
  readonly will?: { readonly topic: string; readonly token: string }
  /** Must have made the message durable when it resolves: PUBACK follows. A rejection drops the connection. */
  readonly onMessage: (topic: string, token: string, retained: boolean) => Promise<void> | void
  /** After each (re)connection, when the subscriptions are made. */
  readonly onReady?: () => void
  readonly onLost?: () => void
  /** Once, until the link has worked again. */
  readonly onTrouble?: (trouble: LinkTrouble) => void
  readonly log: Logger
  /** The longest wait before the first try after a connection that stood: a second when left out. */
  readonly reconnectMs?: number
  readonly random?: Random
}

export interface Link {
  /** Resolves when connected and subscribed for the first time; rejects with a code of LinkTrouble, which ends no trying. */
  readonly ready: Promise<void>
  connected(): boolean
  /** Connected, and the broker has answered every subscription: an answer to what is asked now comes here. */
  subscribed(): boolean
  /** Resolves at PUBACK, which proves nothing more than that the broker read it. Rejects when not connected. */
  publish(topic: string, token: string, options?: { retain?: boolean }): Promise<void>
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 5_000
/** Times `reconnectMs`, after attempts that fail one after the other. */
const MAX_BACKOFF = 30
/** MQTT 3.1.1 section 3.2.2.3: 3 is not now, 4 a bad user name or password, 5 not authorized. */
const BUSY = 3
const REFUSED = new Set([4, 5])
/** MQTT 3.1.1 section 3.9.3. */
const NOT_GRANTED = 128

const ADVICE = {
  home: 'make a new one with "keyside init --renew"',
  device: 'pair it anew: "keyside pair bot" at the device gives a link',
  provider: 'ask your provider for a new one, and keep the one you have until then',
} as const

/** Throws `address_invalid` and `broker_plaintext`. */
export function openLink(options: LinkOptions): Link {
  const { url, clientId, log } = options
  const address = brokerAddress(url)
  const inClear = plaintextRefusal(url, options.plaintext ?? 'no')
  if (inClear !== null) throw new KeysideError('broker_plaintext', inClear)
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
  ready.catch(() => undefined)
  const { reconnectMs: baseMs = 1_000, random = systemRandom } = options
  // On a Unix socket there is no crowd that could come back at once, and what a trader tells the device should not wait.
  const maxMs = address.type === 'unix' ? baseMs : baseMs * MAX_BACKOFF
  const backoff = new ReconnectBackoff({ baseMs, maxMs, random })
  const troubles = new Troubles(options)
  let lastError = ''
  keepNoNumberTable()
  const mqtt: typeof import('mqtt') = load('mqtt')
  const client = new mqtt.MqttClient(
    (one) => {
      const token = tokenOf(options)
      if (token !== null) one.options.password = token
      return openStream(address, options.tls ?? {})
    },
    { ...clientOptionsOf(options), reconnectPeriod: backoff.delayMs() },
  )
  const refused = (what: string, cause?: unknown): KeysideError => {
    const message = `${url} refused ${what}: ${ADVICE[options.issuer ?? 'home']}`
    troubles.tell({ code: 'broker_refused', message })
    const error = new KeysideError('broker_refused', message, cause)
    reject(error)
    return error
  }
  let askAgain: NodeJS.Timeout | undefined
  let subscribed = false
  // Granted filters stay; the refused ones are asked for again later, and throw.
  const subscribeTo = async (wanted: readonly string[]) => {
    const left = await subscribe(client, wanted)
    subscribed = true
    if (left.length === 0) return
    clearTimeout(askAgain)
    const again = () => client.connected && subscribeTo(left).then(works, () => undefined)
    askAgain = setTimeout(again, backoff.maxDelayMs()).unref()
    throw refused(`the access token of ${clientId} a subscription (${left.join(', ')})`)
  }
  const works = () => {
    troubles.areOver()
    resolve()
  }
  client.on('connect', () => {
    backoff.connected()
    backoff.ready()
    // A keep-alive that is not answered sets the timer of the next try before the connection closes.
    client.options.reconnectPeriod = backoff.delayMs()
    lastError = ''
    const stands = () => options.onReady?.()
    subscribeTo(options.subscribe).then(
      () => {
        works()
        stands()
      },
      // A connection that ended in between is handled by its own event.
      (error) => error instanceof KeysideError && stands(),
    )
  })
  // Before the client's own listener, which sets the timer of the next try.
  client.prependListener('close', () => {
    const drops = client.connected && wasEndedByPeer(client.stream) ? backoff.dropped() : 0
    if (drops === 1) troubles.isOver('client_taken_over')
    if (drops >= TAKEOVER_DROPS)
      troubles.tell({ code: 'client_taken_over', message: takeOverMessage(options) })
    backoff.over()
    client.options.reconnectPeriod = backoff.delayMs()
  })
  client.on('close', () => {
    subscribed = false
    options.onLost?.()
  })
  client.on('error', (error) => {
    log[error.message === lastError ? 'debug' : 'warn'](
      { err: error, broker: url },
      `no connection to the broker at ${url}: ${error.message}`,
    )
    lastError = error.message
    const untrusted = address.type === 'tcp' && address.tls && tlsRefusal(error, address)
    if (untrusted) {
      backoff.refused()
      troubles.tell(untrusted)
      reject(new KeysideError(untrusted.code, untrusted.message, error))
    }
    const code = 'code' in error ? Number(error.code) : 0
    if (REFUSED.has(code)) {
      backoff.refused()
      refused(`the access token of ${clientId}`, error)
    }
    if (code === BUSY) backoff.dropped()
    client.options.reconnectPeriod = backoff.delayMs()
  })
  let lastUnhandled = ''
  client.handleMessage = (packet, done) => {
    handle(packet, options).then(
      () => {
        lastUnhandled = ''
        done()
      },
      (error) => {
        const { message } = describeError(fileRefused(error) ?? error)
        log[message === lastUnhandled ? 'debug' : 'error'](
          { err: error, topic: packet.topic },
          `message not handled, dropping the connection: ${message}`,
        )
        lastUnhandled = message
        client.stream.destroy()
      },
    )
  }
  return {
    ready,
    connected: () => client.connected,
    subscribed: () => subscribed,
    publish: (topic, token, { retain = false } = {}) => publish(client, topic, token, retain),
    close: () => client.endAsync(true).then(() => undefined),
  }
}

function clientOptionsOf({ clientId, will }: LinkOptions): IClientOptions {
  return {
    protocolVersion: 4,
    protocolId: 'MQTT',
    clean: true,
    resubscribe: false,
    queueQoSZero: false,
    keepalive: 20,
    clientId,
    username: clientId,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Otherwise one refusal, even "not now", would end all retries.
    reconnectOnConnackError: true,
    ...(will && { will: willOf(will) }),
  }
}

/** Reports each problem once, until it is over. */
class Troubles {
  readonly #options: LinkOptions
  readonly #told = new Set<LinkTrouble['code']>()

  constructor(options: LinkOptions) {
    this.#options = options
  }

  tell(trouble: LinkTrouble): void {
    if (this.#told.has(trouble.code)) return
    this.#told.add(trouble.code)
    const { log, url, onTrouble } = this.#options
    log.error({ code: trouble.code, broker: url }, trouble.message)
    onTrouble?.(trouble)
  }

  isOver(code: LinkTrouble['code']): void {
    this.#told.delete(code)
  }

  /** The broker took the token and the subscriptions; whether another program uses the name shows only later. */
  areOver(): void {
    for (const code of this.#told) if (code !== 'client_taken_over') this.#told.delete(code)
  }
}

/** Null when it cannot be read now: then the last one is tried again. */
function tokenOf({ token, log }: LinkOptions): string | null {
  if (typeof token === 'string') return token
  try {
    return token()
  } catch (error) {
    log.warn({ err: error }, 'the access token cannot be read')
    return null
  }
}

function takeOverMessage({ clientId, url }: LinkOptions): string {
  return `${url} keeps ending the connection of "${clientId}": another program uses the same name and token (a second copy of this home?), or the broker fails again and again. Both displace each other until one of them is stopped`
}

function willOf(will: { topic: string; token: string }) {
  return { topic: will.topic, payload: Buffer.from(will.token), qos: 1 as const, retain: true }
}

/** Returns the filters that were not granted. Rejects when the connection ends first. */
async function subscribe(client: MqttClient, filters: readonly string[]): Promise<string[]> {
  const refused: string[] = []
  // One filter a packet: a broker that grants a mixed SUBSCRIBE by halves is then noticed at once.
  for (const filter of filters)
    await client.subscribeAsync(filter, { qos: 1 }).catch((error: SubackError) => {
      if (error.packet?.granted?.includes(NOT_GRANTED) !== true) throw error
      refused.push(filter)
    })
  return refused
}

/** Without the packet the connection ended first. */
interface SubackError extends Error {
  readonly packet?: { readonly granted?: readonly unknown[] }
}

async function handle(packet: IPublishPacket, options: LinkOptions): Promise<void> {
  const { topic, payload, retain } = packet
  const token = typeof payload === 'string' ? payload : payload.toString('latin1')
  await options.onMessage(topic, token, retain)
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
