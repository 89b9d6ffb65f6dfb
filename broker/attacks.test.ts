import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { generate, type Packet } from 'mqtt-packet'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { ownCertificate } from './own-certificate.ts'
import { rawClient, startTestBroker, token } from './testing/fixture.ts'

const OPEN = 'keyside/v1/signal/home/trend'

async function dial(url: string, client: string, password: string, options: IClientOptions = {}) {
  const identity = { clientId: client, username: client, password, protocolVersion: 4 as const }
  const mqtt = await connectAsync(url, { ...identity, reconnectPeriod: 0, ...options }, false)
  onTestFinished(() => mqtt.endAsync(true))
  return mqtt
}

function collect(client: MqttClient): string[] {
  const topics: string[] = []
  client.on('message', (topic) => topics.push(topic))
  return topics
}

/** Unlike `once`, an error on the way does not count. */
function gone(socket: Socket | WebSocket): Promise<unknown> {
  return new Promise((resolve) => socket.on('close', resolve))
}

/** A packet that a correct client would not send. */
function bytes(packet: Packet): Buffer {
  return generate(packet)
}

function connectPacket(client: string, password: string, clean = true): Buffer {
  return bytes({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean,
    keepalive: 60,
    clientId: client,
    username: client,
    password: Buffer.from(password),
  })
}

const PING = bytes({ cmd: 'pingreq' })
const PONG = 'd000'
const ACCEPTED = '20020000'
const device = () => connectPacket('device', token('device', { publish: [OPEN], subscribe: ['#'] }))

/** Fails unless the broker still does its work. */
async function expectAlive(url: string): Promise<void> {
  const alive = rawClient(url, device(), PING)
  const [answer] = await once(alive.socket, 'data')
  expect(answer.toString('hex')).toContain(ACCEPTED)
  alive.socket.destroy()
}

/** Writes `head`, then megabytes, until the broker hangs up or `most` are written. Returns the megabytes. */
async function pour(socket: Socket, head: Buffer, most: number): Promise<number> {
  const megabyte = Buffer.alloc(1_048_576)
  const closed = gone(socket)
  socket.on('error', () => undefined)
  socket.write(head)
  for (let poured = 0; poured < most; poured += 1) {
    if (socket.destroyed) return poured
    if (!socket.write(megabyte))
      await Promise.race([once(socket, 'drain').catch(() => undefined), closed])
  }
  return socket.destroyed ? most - 1 : most
}

test('keeps nothing of a packet that announces 256 MB', async () => {
  await using at = await startTestBroker()
  const before = process.memoryUsage().rss
  const { socket } = rawClient(at.mqtt)
  const poured = await pour(socket, Buffer.from('30ffffff7f', 'hex'), 64)
  expect(poured).toBeLessThan(32)
  expect(process.memoryUsage().rss - before).toBeLessThan(48 * 1_048_576)
  expect(at.codes()).toEqual(['connection_broken'])
  await expectAlive(at.mqtt)
})

test('keeps nothing of an oversize packet spread over small WebSocket messages', async () => {
  await using at = await startTestBroker()
  const socket = new WebSocket(at.ws, 'mqtt')
  socket.on('error', () => undefined)
  await once(socket, 'open')
  const closed = gone(socket)
  socket.send(Buffer.from('30ff', 'hex'))
  socket.send(Buffer.from('ffff', 'hex'))
  socket.send(Buffer.from('7f', 'hex'))
  await closed
  expect(at.codes()).toEqual(['connection_broken'])
})

test('closes a WebSocket whose one message, in many frames, is too large', async () => {
  await using at = await startTestBroker()
  const socket = new WebSocket(at.ws, 'mqtt')
  socket.on('error', () => undefined)
  await once(socket, 'open')
  const closed = gone(socket)
  for (let sent = 0; sent < 10; sent += 1) socket.send(Buffer.alloc(10_000, 0xc0), { fin: false })
  expect(await closed).toBe(1009)
  await expectAlive(at.mqtt)
})

test('takes a packet of exactly the largest size, byte by byte, and none of a byte more', async () => {
  await using at = await startTestBroker()
  const watcher = await dial(at.mqtt, 'watcher', token('watcher', { subscribe: [OPEN] }))
  const came = collect(watcher)
  await watcher.subscribeAsync(OPEN)
  const publish = (size: number) => {
    const packet = { cmd: 'publish', topic: OPEN, qos: 0, retain: false, dup: false } as const
    const empty = bytes({ ...packet, payload: '' }).length
    // A body over 16,383 bytes has a length of three bytes, a shorter one of two, an empty one of one.
    return bytes({ ...packet, payload: Buffer.alloc(size - empty - 1) })
  }
  const largest = publish(16_384)
  expect(largest.length).toBe(16_384)
  const good = rawClient(at.mqtt, device())
  await once(good.socket, 'data')
  good.socket.setNoDelay(true)
  for (let from = 0; from < largest.length; from += 97) {
    good.socket.write(largest.subarray(from, from + 97))
    await pause(0)
  }
  await vi.waitUntil(() => came.length === 1)
  good.socket.write(publish(16_385))
  await good.closed
  expect(came.length).toBe(1)
})

test.each<[string, () => Buffer[]]>([
  ['a length of five bytes', () => [Buffer.from('10ffffffff01', 'hex')]],
  [
    'a publish before CONNECT',
    () => [
      bytes({ cmd: 'publish', topic: OPEN, payload: 'x', qos: 0, retain: false, dup: false }),
      device(),
    ],
  ],
  ['a ping before CONNECT', () => [PING, device()]],
  [
    'a subscribe before CONNECT',
    () => [bytes({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] })],
  ],
  [
    'CONNECT of MQTT 5 with a length that lies',
    () => [
      Buffer.from(
        '101000044d51545405 02003c032100140000 6202d301e0020020'.replaceAll(' ', ''),
        'hex',
      ),
    ],
  ],
  ['MQTT 5', () => [Buffer.from('100d00044d5154540502003c000000', 'hex')]],
  ['a client id of 64 KB', () => [connectPacket('x'.repeat(65_000), 'x')]],
  ['a subscribe with packet id 0', () => [device(), Buffer.from('8206000000016101', 'hex')]],
  ['an unsubscribe with packet id 0', () => [device(), Buffer.from('a2050000000161', 'hex')]],
  ['an unsubscribe without filters', () => [device(), Buffer.from('a2020001', 'hex')]],
  ['QoS 3', () => [device(), Buffer.from('36050001610001', 'hex')]],
  ['HTTP', () => [Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n')]],
  ['TLS', () => [Buffer.from('16030100c8010000c40303', 'hex'), Buffer.alloc(200)]],
  ['a reserved packet type', () => [Buffer.from('f000', 'hex')]],
])('hangs up on %s and goes on serving', async (_, packets) => {
  await using at = await startTestBroker({ limits: { connectTimeoutMs: 300 } })
  const answer = await rawClient(at.mqtt, ...packets()).closed
  const refusedConnack = /^(2002(00|01)0[1-6])?$/
  expect(answer.replace(ACCEPTED, '')).toMatch(refusedConnack)
  await expectAlive(at.mqtt)
})

test('hangs up on a publish with packet id 0, and says so', async () => {
  await using at = await startTestBroker()
  const topic = Buffer.from(OPEN)
  const head = Buffer.from([0x32, topic.length + 5, 0, topic.length])
  const publish = Buffer.concat([head, topic, Buffer.from([0, 0]), Buffer.from('x')])
  await rawClient(at.mqtt, device(), publish).closed
  expect(at.codes()).toEqual(['packet_malformed'])
})

test('refuses a bridge, whose messages would come back to it', async () => {
  await using at = await startTestBroker()
  const bridge = device()
  // The protocol level follows the name; its top bit is the bridge's.
  const level = bridge.indexOf('MQTT') + 4
  bridge[level] = 0x84
  expect(await rawClient(at.mqtt, bridge).closed).toBe('20020005')
  expect(at.codes()).toEqual(['connect_protocol'])
})

test('hangs up on a WebSocket that did not ask for MQTT, without waiting for its CONNECT', async () => {
  await using at = await startTestBroker({ limits: { connectTimeoutMs: 60_000 } })
  const key = 'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA=='
  const upgrade = `GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n${key}\r\n\r\n`
  await rawClient(at.ws, Buffer.from(upgrade)).closed
  expect(at.codes()).toEqual(['connection_broken'])
})

test('hangs up on a second CONNECT', async () => {
  await using at = await startTestBroker()
  const twice = rawClient(at.mqtt, device())
  await once(twice.socket, 'data')
  twice.socket.write(device())
  expect(await twice.closed).toBe(ACCEPTED)
  await expectAlive(at.mqtt)
})

test.each(['a+', '+a', 'a#', 'a/b+', 'a/#/b', '\u0000', '$SYS/#', 'a/'.repeat(50), ''])(
  'grants nothing for the filter %j',
  async (topic) => {
    await using at = await startTestBroker()
    const client = rawClient(at.mqtt, device())
    await once(client.socket, 'data')
    const filter = Buffer.from(topic)
    const body = Buffer.concat([Buffer.from([0, 7, 0, filter.length]), filter, Buffer.from([1])])
    const packet = Buffer.concat([Buffer.from([0x82, body.length]), body])
    const came: string[] = []
    client.socket.on('data', (chunk: Buffer) => came.push(chunk.toString('hex')))
    client.socket.write(Buffer.concat([packet, PING]))
    await vi.waitUntil(() => client.socket.destroyed || came.join('').endsWith(PONG))
    client.socket.destroy()
    expect(came.join('')).toMatch(/^(9003000780d000)?$/)
    await expectAlive(at.mqtt)
  },
)

test('hangs up on who trickles a byte at a time and never finishes CONNECT', async () => {
  await using at = await startTestBroker({ limits: { connectTimeoutMs: 200 } })
  const slow = rawClient(at.mqtt)
  const trickle = setInterval(() => slow.socket.write('\x10'.repeat(1)), 20)
  onTestFinished(() => clearInterval(trickle))
  expect(await slow.closed).toBe('')
})

test('hangs up on a WebSocket that never sends CONNECT, and on HTTP without an end', async () => {
  await using at = await startTestBroker({ limits: { connectTimeoutMs: 200 } })
  const socket = new WebSocket(at.ws, 'mqtt')
  const http = rawClient(at.ws, Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n'))
  await Promise.all([gone(socket), http.closed])
  const foreign = new WebSocket(at.ws, 'chat')
  foreign.on('error', () => undefined)
  await gone(foreign)
  await expectAlive(at.mqtt)
})

test('drops a client that stops reading, and the others do not wait for it', async () => {
  await using at = await startTestBroker({ limits: { drainTimeoutMs: 200 } })
  const frozen = await dial(at.mqtt, 'frozen', token('frozen', { subscribe: [OPEN] }))
  await frozen.subscribeAsync(OPEN, { qos: 0 })
  const stream = frozen.stream as Socket
  stream.pause()
  const watcher = await dial(at.mqtt, 'watcher', token('watcher', { subscribe: [OPEN] }))
  const came = collect(watcher)
  await watcher.subscribeAsync(OPEN, { qos: 0 })
  const engine = await dial(at.mqtt, 'engine', token('engine', { publish: [OPEN] }))
  const payload = Buffer.alloc(16_000)
  for (let sent = 0; sent < 1500; sent += 1) engine.publish(OPEN, payload, { qos: 0 })
  await vi.waitUntil(() => came.length === 1500, { timeout: 8000 })
  expect(at.codes()).toContain('connection_broken')
})

test('a flood that waited for a client which stopped reading does not end the broker', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-flood-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const { pin: _, ...tls } = ownCertificate(folder)
  await using at = await startTestBroker({ tls, limits: { drainTimeoutMs: 200 } })
  const trust = { rejectUnauthorized: false }
  const frozen = await dial(at.mqtt, 'frozen', token('frozen', { subscribe: [OPEN] }), trust)
  await frozen.subscribeAsync(OPEN, { qos: 0 })
  const stream = frozen.stream as Socket
  stream.pause()
  const engine = await dial(at.mqtt, 'engine', token('engine', { publish: [OPEN] }), trust)
  const payload = Buffer.alloc(16_000)
  for (let sent = 0; sent < 700; sent += 1) engine.publish(OPEN, payload, { qos: 0 })
  for (let sent = 0; sent < 10_000; sent += 1) engine.publish(OPEN, 'x', { qos: 0 })
  await vi.waitUntil(() => at.codes().includes('connection_broken'), { timeout: 8000 })
  await engine.publishAsync(OPEN, 'x', { qos: 1 })
})

test('writes one line a second about a flood of refusals', async () => {
  await using at = await startTestBroker()
  await Promise.all(
    Array.from({ length: 30 }, () => rawClient(at.mqtt, connectPacket('x', 'y')).closed),
  )
  expect(at.codes()).toEqual(['token_malformed'])
  at.clock.move(1000)
  at.clock.move(1000)
  expect(at.codes()).toEqual(['token_malformed', 'token_malformed'])
})

test('carries two thousand acknowledged messages without strain', async () => {
  await using at = await startTestBroker()
  const engine = await dial(at.mqtt, 'engine', token('engine', { publish: [OPEN] }))
  const begun = performance.now()
  const send = () => engine.publishAsync(OPEN, 'x'.repeat(800), { qos: 1 })
  await Promise.all(Array.from({ length: 2000 }, send))
  expect(performance.now() - begun).toBeLessThan(5000)
})
