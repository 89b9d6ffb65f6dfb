// Many unauthenticated sockets, and one token used too often: neither keeps other clients out.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, openLink } from '@keyside/runtime'
import { connectAsync, type MqttClient } from 'mqtt'
import { expect, onTestFinished, test, vi } from 'vitest'
import { rawClient, startTestBroker, type TestBroker, token } from './testing/fixture.ts'

const HEAD = 'keyside/v1/head/home'
const PRESENCE = 'keyside/v1/presence/home/device'

async function dial(url: string, client: string, password: string): Promise<MqttClient> {
  const identity = { clientId: client, username: client, password, protocolVersion: 4 as const }
  const mqtt = await connectAsync(url, { ...identity, reconnectPeriod: 0 }, false)
  onTestFinished(() => mqtt.endAsync(true))
  return mqtt
}

/** A socket that sends half a CONNECT, and opens itself again whenever it is closed. */
function halfOpen(url: string, from: string, first: string): () => void {
  const { hostname, port } = new URL(url)
  let socket: Socket | null = null
  let state: 'open' | 'over' = 'open'
  const open = () => {
    if (state === 'over') return
    socket = connect({ port: Number(port), host: hostname, localAddress: from })
    socket.on('error', () => undefined)
    socket.once('close', () => setImmediate(open))
    socket.write(first)
  }
  open()
  return () => {
    state = 'over'
    socket?.destroy()
  }
}

async function crowd(at: TestBroker, count: number, addresses: readonly string[]): Promise<void> {
  const stops = Array.from({ length: count }, (_, nth) => {
    const from = addresses[nth % addresses.length] ?? '127.0.0.1'
    return nth % 2 === 0 ? halfOpen(at.mqtt, from, '\x10') : halfOpen(at.ws, from, 'GET / HT')
  })
  onTestFinished(() => {
    for (const stop of stops) stop()
  })
  await vi.waitUntil(() => at.codes().includes('connection_displaced'))
}

test.each([
  ['its own address', ['127.0.0.1']],
  ['many addresses', Array.from({ length: 9 }, (_, nth) => `127.0.0.${nth + 2}`)],
])(
  'lets a client in while strangers from %s hold and reopen more sockets than there are places',
  async (_, addresses) => {
    await using at = await startTestBroker({
      limits: { maxPendingConnections: 16, connectTimeoutMs: 60_000 },
    })
    await crowd(at, 60, addresses)
    for (const [name, url] of Object.entries({ tcp: at.mqtt, web: at.ws })) {
      const client = await dial(url, name, token(name, { publish: [PRESENCE] }))
      await client.publishAsync(PRESENCE, 'x', { qos: 1 })
    }
  },
)

test('strangers displace strangers: the oldest of the crowd goes, and no client that was let in', async () => {
  await using at = await startTestBroker({ limits: { maxPendingConnections: 3 } })
  const device = await dial(at.mqtt, 'device', token('device', { publish: [PRESENCE] }))
  const loner = rawClient(at.mqtt, Buffer.from('\x10'))
  await once(loner.socket, 'connect')
  const { port } = new URL(at.mqtt)
  const crowd: { nth: number; closed: boolean }[] = []
  for (let nth = 0; nth < 6; nth += 1) {
    const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress: '127.0.0.2' })
    onTestFinished(() => void socket.destroy())
    const seen = { nth, closed: false }
    crowd.push(seen)
    socket.on('error', () => undefined)
    socket.resume().once('close', () => {
      seen.closed = true
    })
    await once(socket, 'connect')
  }
  await vi.waitUntil(() => crowd.filter(({ closed }) => closed).length === 4)
  expect(crowd.filter(({ closed }) => closed).map(({ nth }) => nth)).toEqual([0, 1, 2, 3])
  expect(loner.socket.destroyed, 'the one from another address').toBe(false)
  await device.publishAsync(PRESENCE, 'x', { qos: 1 })
  loner.socket.destroy()
})

/** Sockets that send the first byte of a CONNECT, in this order; tells which the broker closed. */
async function opened(at: TestBroker, addresses: readonly string[]) {
  const port = Number(new URL(at.mqtt).port)
  const seen: { from: string; closed: boolean }[] = []
  for (const from of addresses) {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from })
    onTestFinished(() => void socket.destroy())
    const one = { from, closed: false }
    seen.push(one)
    socket.on('error', () => undefined)
    socket.resume().once('close', () => {
      one.closed = true
    })
    await once(socket, 'connect')
    socket.write('\x10')
  }
  return { closed: () => seen.filter(({ closed }) => closed).map(({ from }) => from) }
}

const apart = (count: number) => Array.from({ length: count }, (_, nth) => `127.0.0.${nth + 2}`)

test('where each network has one socket the newcomer is refused, and no handshake is given up for it', async () => {
  await using at = await startTestBroker({
    limits: { maxPendingConnections: 4, connectTimeoutMs: 60_000 },
  })
  const sockets = await opened(at, apart(9))
  await vi.waitUntil(() => sockets.closed().length === 5)
  expect(sockets.closed(), 'those that came when it was full').toEqual(apart(9).slice(4))
  expect(new Set(at.codes())).toEqual(new Set(['connections_pending_full']))
})

test('one stranger with many sockets among many networks displaces itself alone, and lets the next in', async () => {
  await using at = await startTestBroker({
    limits: { maxPendingConnections: 8, connectTimeoutMs: 60_000 },
  })
  const honest = await opened(at, apart(3))
  const stranger = await opened(
    at,
    Array.from({ length: 20 }, () => '127.0.1.1'),
  )
  await vi.waitUntil(() => stranger.closed().length === 15)
  const device = await dial(at.mqtt, 'device', token('device', { publish: [PRESENCE] }))
  await device.publishAsync(PRESENCE, 'x', { qos: 1 })
  expect(honest.closed()).toEqual([])
  expect(new Set(at.codes())).toEqual(new Set(['connection_displaced']))
})

test.skipIf(process.platform === 'win32')(
  'whoever fills the places keeps no program off the Unix socket',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ks-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'run', 'broker.sock')
    await using at = await startTestBroker({
      socket: path,
      limits: { maxPendingConnections: 2, connectTimeoutMs: 60_000 },
    })
    const sockets = await opened(at, apart(2))
    const silent = [connect({ path }), connect({ path })]
    onTestFinished(() => {
      for (const each of silent) each.destroy()
    })
    await Promise.all(silent.map((each) => once(each, 'connect')))
    const link = openLink({
      url: `unix:${path}`,
      clientId: 'device',
      token: token('device', { publish: [PRESENCE] }),
      subscribe: [],
      onMessage: () => undefined,
      log: createLog({ program: 'device', level: 'silent' }),
    })
    onTestFinished(() => link.close())
    await link.ready
    expect([sockets.closed(), silent.some(({ destroyed }) => destroyed)]).toEqual([[], false])
  },
)

test.each([
  ['connections_full', { maxConnections: 1 }],
  ['connections_full_for_address', { maxConnectionsPerAddress: 1 }],
])(
  'refuses a client over its limit for now, with %s, and takes who comes back',
  async (code, limits) => {
    await using at = await startTestBroker({ limits })
    const first = await dial(at.mqtt, 'first', token('first', {}))
    const second = dial(at.mqtt, 'second', token('second', {}))
    await expect(second).rejects.toMatchObject({ code: 3 })
    expect(at.codes()).toEqual([code])
    const gone = new Promise<void>((resolve) => first.once('close', () => resolve()))
    await dial(at.mqtt, 'first', token('first', {}))
    await gone
    expect(at.codes().at(-1), 'a place changes hands').toBe('client_taken_over')
  },
)

test('clients that fill every seat do not keep the programs of the provider off', async () => {
  const limits = { maxConnections: 2, maxConnectionsPerAddress: 2 }
  await using at = await startTestBroker({ limits })
  for (const name of ['first', 'second']) await dial(at.mqtt, name, token(name, {}))
  await expect(dial(at.mqtt, 'third', token('third', {}))).rejects.toMatchObject({ code: 3 })
  const rights = { publish: ['keyside/v1/signal/home/+'] }
  const engine = await dial(at.mqtt, 'engine', token('engine', rights))
  await engine.publishAsync('keyside/v1/signal/home/trend', 'enter', { qos: 1 })
  await expect(dial(at.mqtt, 'fourth', token('fourth', {}))).rejects.toMatchObject({ code: 3 })
})

test('a client that floods requests is cut off for the rest of the minute, and connects no sooner for it', async () => {
  await using at = await startTestBroker({ limits: { maxRequestsPerMinute: 3 } })
  const topic = 'keyside/v1/request/home/device'
  const rights = { publish: [topic, PRESENCE, 'keyside/v1/report/device'] }
  const password = token('device', rights)
  const first = await dial(at.mqtt, 'device', password)
  for (let sent = 0; sent < 10; sent += 1)
    await first.publishAsync('keyside/v1/report/device', 'is no request', { qos: 1 })
  await first.publishAsync(PRESENCE, 'online', { qos: 1, retain: true })
  for (let sent = 0; sent < 2; sent += 1) await first.publishAsync(topic, 'x', { qos: 1 })
  const closed = new Promise<void>((resolve) => first.once('close', () => resolve()))
  first.publish(topic, 'one too many', { qos: 1 })
  await closed
  const second = await dial(at.mqtt, 'device', password)
  const again = new Promise<void>((resolve) => second.once('close', () => resolve()))
  second.publish(topic, 'x', { qos: 1 })
  await again
  expect(at.codes()).toEqual(['requests_too_many'])
  at.clock.move(60_000)
  const third = await dial(at.mqtt, 'device', password)
  await third.publishAsync(topic, 'x', { qos: 1 })
})

test('a name that changes hands too often stays with who has it, for a minute', async () => {
  await using at = await startTestBroker({ limits: { maxTakeOversPerMinute: 2 } })
  const password = token('device', { publish: [PRESENCE] })
  const holders: MqttClient[] = []
  for (let times = 0; times < 3; times += 1) holders.push(await dial(at.mqtt, 'device', password))
  await expect(dial(at.mqtt, 'device', password)).rejects.toMatchObject({ code: 3 })
  expect(at.codes()).toEqual(['client_taken_over', 'client_take_overs_full'])
  await holders[2]?.publishAsync(PRESENCE, 'still here', { qos: 1 })
  at.clock.move(60_001)
  await dial(at.mqtt, 'device', password)
})

test.each([
  ['of one client', { maxRetainedPerClient: 2 }],
  ['in all', { maxRetained: 2 }],
  ['by their bytes', { maxRetainedBytes: 60 }],
])(
  'keeps no more messages %s than the limit, and those it has can be replaced',
  async (_, limits) => {
    await using at = await startTestBroker({ limits })
    const engine = await dial(at.mqtt, 'engine', token('engine', { publish: [`${HEAD}/+`] }))
    const keep = (stream: string, text: string) =>
      engine.publishAsync(`${HEAD}/${stream}`, text, { qos: 1, retain: true })
    await keep('a', 'one')
    await keep('b', 'two')
    await keep('a', 'new')
    await keep('b', '')
    await keep('c', 'three')
    const closed = new Promise<void>((resolve) => engine.once('close', () => resolve()))
    await Promise.race([keep('d', 'four').catch(() => undefined), closed])
    await closed
    expect(at.codes()).toEqual(['retained_full'])
    const reader = await dial(at.mqtt, 'reader', token('reader', { subscribe: [`${HEAD}/+`] }))
    const came: string[] = []
    reader.on('message', (topic, text) => came.push(`${topic.slice(-1)} ${text}`))
    await reader.subscribeAsync(`${HEAD}/+`, { qos: 1 })
    await vi.waitUntil(() => came.length === 2)
    expect(came.sort()).toEqual(['a new', 'c three'])
  },
)
