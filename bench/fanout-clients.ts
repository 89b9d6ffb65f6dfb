// The fanout bench's subscribers: thousands of bare MQTT clients in one process, which connect again by themselves.
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { type SigningKey, seconds, sign } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import {
  instant,
  newJti,
  ReconnectBackoff,
  systemClock,
  systemRandom,
  systemRandomBytes,
} from '@keyside/runtime'
import { generate } from 'mqtt-packet'

export interface Crowd {
  readonly port: number
  readonly tls: boolean
  readonly clients: number
  readonly filters: readonly string[]
  /** Of the authority, 32 bytes. */
  readonly seed: readonly number[]
}

/** Connections that are begun at once while the crowd forms. */
const AT_ONCE = 200
/** As runtime/link.ts has them, ms. */
const PACE = { baseMs: 1_000, maxMs: 30_000, random: systemRandom }
const CONNECT_TIMEOUT_MS = 5_000
/** Well within the keep-alive, ms. */
const PING_MS = 45_000
const PINGREQ = Buffer.from([0xc0, 0])

let crowd: Crowd
let authority: SigningKey
/** When the last signal reached each, ms. */
let arrivals: number[] = []
let subscribed = 0
let lastSubscribed = 0
let tries = 0

process.send?.('started')
process.once('message', (given: Crowd) => {
  crowd = given
  authority = signingKey(Uint8Array.from(given.seed))
  process.on('message', (question) => answer(String(question)))
  void form().then(() => process.send?.('subscribed'))
})
process.once('disconnect', () => process.exit())

async function form(): Promise<void> {
  for (let nth = 0; nth < crowd.clients; nth += 1) {
    new Subscriber(nth)
    while (nth - subscribed > AT_ONCE) await pause(5)
  }
  while (subscribed < crowd.clients) await pause(5)
}

function answer(question: string): void {
  if (question === 'arrivals') {
    process.send?.(arrivals)
    arrivals = []
  } else process.send?.({ subscribed, lastSubscribed, tries })
}

class Subscriber {
  readonly #connect: Buffer
  readonly #address: string
  #socket: Socket | undefined
  #left: Buffer = Buffer.alloc(0)
  #isSubscribed = false
  readonly #backoff = new ReconnectBackoff(PACE)
  #late: NodeJS.Timeout | undefined

  constructor(nth: number) {
    const name = `s${nth}`
    this.#address = `127.1.${Math.floor(nth / 250)}.${1 + (nth % 250)}`
    this.#connect = connectPacket(name)
    this.#open()
  }

  #open(): void {
    tries += 1
    const place = { port: crowd.port, host: '127.0.0.1', localAddress: this.#address }
    const socket = crowd.tls ? connectTls({ ...place, rejectUnauthorized: false }) : connect(place)
    this.#socket = socket
    this.#left = Buffer.alloc(0)
    socket.setNoDelay(true)
    socket.write(this.#connect)
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('error', () => undefined)
    const pings = setInterval(() => socket.write(PINGREQ), PING_MS)
    this.#late = setTimeout(() => socket.destroy(), CONNECT_TIMEOUT_MS)
    socket.once('close', () => {
      clearInterval(pings)
      clearTimeout(this.#late)
      if (this.#isSubscribed) {
        subscribed -= 1
        this.#backoff.dropped()
      }
      this.#isSubscribed = false
      this.#backoff.over()
      setTimeout(() => this.#open(), this.#backoff.delayMs())
    })
  }

  #read(chunk: Buffer): void {
    const bytes = this.#left.length === 0 ? chunk : Buffer.concat([this.#left, chunk])
    let at = 0
    for (let end = packetEnd(bytes, at); end !== null; end = packetEnd(bytes, at)) {
      this.#packet(bytes.subarray(at, end))
      at = end
    }
    this.#left = bytes.subarray(at)
  }

  #packet(packet: Buffer): void {
    const first = packet[0] ?? 0
    if (first >> 4 === 2) {
      clearTimeout(this.#late)
      this.#backoff.connected()
      this.#backoff.ready()
      this.#socket?.write(subscribeBytes())
    } else if (first >> 4 === 9) {
      this.#isSubscribed = true
      subscribed += 1
      lastSubscribed = instant()
    } else if (first >> 4 === 3) {
      if ((first & 1) === 0) arrivals.push(instant())
      if ((first & 6) !== 0) this.#acknowledge(packet)
    }
  }

  /** MQTT 3.1.1 sections 3.3 and 3.4: the packet identifier follows the topic. */
  #acknowledge(packet: Buffer): void {
    let at = 1
    while (((packet[at] ?? 0) & 0x80) !== 0) at += 1
    const id = at + 3 + packet.readUInt16BE(at + 1)
    this.#socket?.write(Buffer.from([0x40, 2, packet[id] ?? 0, packet[id + 1] ?? 0]))
  }
}

/** Where the packet that begins at `at` ends, or null when it is not whole (MQTT 3.1.1 section 2.2). */
function packetEnd(bytes: Buffer, at: number): number | null {
  let length = 0
  for (let byte = at + 1; byte < bytes.length; byte += 1) {
    const value = bytes[byte] ?? 0
    length += (value & 0x7f) * 128 ** (byte - at - 1)
    if ((value & 0x80) !== 0) continue
    const end = byte + 1 + length
    return end <= bytes.length ? end : null
  }
  return null
}

let subscribePacket: Buffer | undefined
function subscribeBytes(): Buffer {
  subscribePacket ??= generate({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: crowd.filters.map((topic) => ({ topic, qos: 1 as const })),
  })
  return subscribePacket
}

function connectPacket(name: string): Buffer {
  const iat = seconds(systemClock.now()) - 1
  const registered = { iss: 'authority', sub: name, aud: 'broker', iat, exp: iat + 3600 }
  const acl = { publish: [], subscribe: [...crowd.filters] }
  const claims = { ...registered, jti: newJti(systemRandomBytes), acl }
  const token = sign('access', claims, authority)
  return generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    keepalive: 120,
    clientId: name,
    username: name,
    password: Buffer.from(token),
  })
}
