import { createServer } from 'node:net'
import { freePort } from '@keyside/runtime'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { writeToStream } from 'mqtt-packet'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ownTime } from '../runtime/testing/own-time.ts'
import { authenticate } from './authenticate.ts'
import { newSession } from './session.ts'
import { rawClient, startTestBroker, stranger, type TestBroker, token } from './testing/fixture.ts'

const SIGNAL = 'keyside/v1/signal/home/trend'
const HEAD = 'keyside/v1/head/home/trend'

async function dial(url: string, client: string, password: string, options: IClientOptions = {}) {
  const mqtt = await connectAsync(
    url,
    {
      clientId: client,
      username: client,
      password,
      protocolVersion: 4,
      reconnectPeriod: 0,
      connectTimeout: 4000,
      ...options,
    },
    false,
  )
  onTestFinished(() => mqtt.endAsync(true))
  return mqtt
}

/** Topics and texts that came, in order. */
function collect(client: MqttClient): string[] {
  const came: string[] = []
  client.on('message', (topic, payload) => came.push(`${topic} ${payload}`))
  return came
}

function closing(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once('close', resolve))
}

const engineRights = { publish: ['keyside/v1/#'], subscribe: ['keyside/v1/request/home/+'] }

function dialEngine(at: TestBroker, options: IClientOptions = {}) {
  return dial(at.mqtt, 'engine', token('engine', engineRights), options)
}

test('keeps no table of all numbers', async () => {
  writeToStream.cacheNumbers = true
  await using _ = await startTestBroker()
  expect(writeToStream.cacheNumbers).toBe(false)
})

test.each(['mqtt', 'ws'] as const)('delivers an allowed message over %s', async (scheme) => {
  await using at = await startTestBroker()
  const device = await dial(
    at[scheme],
    'device',
    token('device', { subscribe: ['keyside/v1/signal/home/+'] }),
  )
  const came = collect(device)
  expect(await device.subscribeAsync(SIGNAL, { qos: 1 })).toMatchObject([{ qos: 1 }])
  const engine = await dial(at[scheme], 'engine', token('engine', engineRights))
  await engine.publishAsync(SIGNAL, 'enter', { qos: 1 })
  await vi.waitUntil(() => came.length > 0)
  expect(came).toEqual([`${SIGNAL} enter`])
  expect(at.codes()).toEqual([])
})

test('keeps a head for who comes later, and never a signal', async () => {
  await using at = await startTestBroker()
  const engine = await dialEngine(at)
  await engine.publishAsync(HEAD, 'level', { qos: 1, retain: true })
  await engine.publishAsync('keyside/v1/keyset/home', 'keys', { qos: 1, retain: true })
  const device = await dial(at.mqtt, 'device', token('device', { subscribe: ['keyside/v1/#'] }))
  const came = collect(device)
  await device.subscribeAsync('keyside/v1/#', { qos: 1 })
  await vi.waitUntil(() => came.length === 2)
  expect(came.sort()).toEqual([`${HEAD} level`, 'keyside/v1/keyset/home keys'])
  const closed = closing(engine)
  engine.publish(SIGNAL, 'stale', { qos: 1, retain: true })
  await closed
  expect(at.codes()).toEqual(['retain_not_allowed'])
})

const otherKey = () => token('device', {}, {}, stranger)
const past = Math.floor(Date.now() / 1000) - 100

test.each<[string, string, () => string | undefined, IClientOptions?]>([
  ['connect_without_token', 'no token', () => undefined],
  ['token_malformed', 'a password', () => 'hunter2'],
  ['header_not_pinned', 'a token of another authority', otherKey],
  ['expired', 'an expired token', () => token('device', {}, { iat: past, exp: past + 50 })],
  [
    'issued_in_future',
    'a token from the future',
    () => token('device', {}, { iat: past + 900, exp: past + 950 }),
  ],
  ['audience_mismatch', 'a token for another broker', () => token('device', {}, { aud: 'other' })],
  ['issuer_mismatch', 'a token of another issuer', () => token('device', {}, { iss: 'other' })],
  ['connect_other_client', 'a token for another client', () => token('bot', {})],
  ['connect_client_id', 'another user name', () => token('device', {}), { username: 'bot' }],
  ['connect_session_kept', 'a kept session', () => token('device', {}), { clean: false }],
  ['connect_keepalive', 'no keepalive', () => token('device', {}), { keepalive: 0 }],
  ['connect_keepalive', 'a long keepalive', () => token('device', {}), { keepalive: 121 }],
  ['connect_protocol', 'MQTT 5', () => token('device', {}), { protocolVersion: 5 }],
  [
    'connect_protocol',
    'MQTT 3.1',
    () => token('device', {}),
    { protocolVersion: 3, protocolId: 'MQIsdp' },
  ],
  [
    'connect_will',
    'a will on a forbidden topic',
    () => token('device', { publish: ['keyside/v1/presence/home/device'] }),
    { will: { topic: SIGNAL, payload: Buffer.from('x'), qos: 1 } },
  ],
  [
    'connect_will',
    'a retained will on a signal topic',
    () => token('device', { publish: ['#'] }),
    { will: { topic: SIGNAL, payload: Buffer.from('x'), qos: 1, retain: true } },
  ],
  [
    'connect_will',
    'a will of QoS 2',
    () => token('device', { publish: ['#'] }),
    { will: { topic: SIGNAL, payload: Buffer.from('x'), qos: 2 } },
  ],
  [
    'connect_will',
    'a will of QoS 3, which has no meaning',
    () => token('device', { publish: ['#'] }),
    { will: { topic: SIGNAL, payload: Buffer.from('x'), qos: 3 as 2 } },
  ],
])('refuses with %s: %s', async (code, _, password, options) => {
  await using at = await startTestBroker()
  const credentials = { password: password(), ...options } as IClientOptions
  await expect(dial(at.mqtt, 'device', '', credentials)).rejects.toThrow()
  expect(at.codes()[0]).toBe(code)
})

test.each(['constructor', 'hasownproperty'])(
  'treats the client id %s like any other',
  async (name) => {
    await using at = await startTestBroker()
    await expect(dial(at.mqtt, name, 'x')).rejects.toThrow()
    const client = await dial(at.mqtt, name, token(name, { publish: [SIGNAL] }))
    await client.publishAsync(SIGNAL, 'x', { qos: 1 })
  },
)

test.each(['__proto__', 'toString', '', 'a/b', '+', '#', '$SYS', 'x'.repeat(4000)])(
  'refuses the client id %j',
  async (name) => {
    await using at = await startTestBroker()
    const lies = { clientId: name, username: name, password: token('device', {}) }
    await expect(dial(at.mqtt, name, '', lies)).rejects.toThrow()
    expect(at.codes()).toEqual([name === '' ? 'connect_client_id' : 'connect_other_client'])
  },
)

test.each([
  ['topic_not_allowed', 'keyside/v1/report/other', { qos: 1 }],
  ['topic_not_allowed', 'keyside/v1/report/other', { qos: 0 }],
  ['topic_malformed', '$SYS/broker/new/clients', { qos: 1 }],
  ['topic_malformed', '$SYS/broker/heartbeat', { qos: 0 }],
  ['topic_malformed', 'keyside/v1/report/device\u0000', { qos: 0 }],
  ['qos_not_allowed', 'keyside/v1/report/device', { qos: 2 }],
  ['retain_not_allowed', 'keyside/v1/report/device', { qos: 1, retain: true }],
] as const)('ends a connection with %s for a message on %j %j', async (code, topic, options) => {
  await using at = await startTestBroker()
  const watcher = await dial(at.mqtt, 'watcher', token('watcher', { subscribe: ['#'] }))
  const came = collect(watcher)
  await watcher.subscribeAsync('#', { qos: 1 })
  const rights = { publish: ['keyside/v1/report/device'] }
  const device = await dial(at.mqtt, 'device', token('device', rights))
  const closed = closing(device)
  device.publish(topic, 'x', options)
  await closed
  const engine = await dialEngine(at)
  await engine.publishAsync(SIGNAL, 'last', { qos: 1 })
  await vi.waitUntil(() => came.length > 0)
  expect(came).toEqual([`${SIGNAL} last`])
  expect(at.codes()).toEqual([code])
})

test('denies filters one by one and grants the allowed rest', async () => {
  await using at = await startTestBroker()
  const device = await dial(
    at.mqtt,
    'device',
    token('device', { subscribe: ['keyside/v1/signal/home/+'] }),
  )
  const filters = {
    '#': 1,
    '$SYS/#': 1,
    '$share/g/keyside/v1/signal/home/+': 1,
    'keyside/v1/signal/home/a': 1,
  }
  const asked = Object.fromEntries(Object.keys(filters).map((name) => [name, { qos: 1 as const }]))
  const granted = new Promise<number[]>((resolve) => {
    device.on('packetreceive', (packet) => {
      if (packet.cmd === 'suback') resolve(packet.granted as number[])
    })
  })
  await device.subscribeAsync(asked).catch(() => undefined)
  expect(await granted).toEqual([128, 128, 128, 1])
  expect(at.codes().sort()).toEqual(['topic_malformed', 'topic_not_allowed'])
})

test('denies QoS 2 and more filters than a connection may have', async () => {
  await using at = await startTestBroker({ limits: { maxSubscriptions: 2 } })
  const device = await dial(at.mqtt, 'device', token('device', { subscribe: ['#'] }))
  await expect(device.subscribeAsync('a', { qos: 2 })).rejects.toThrow()
  await device.subscribeAsync(['a', 'b'], { qos: 1 })
  await device.subscribeAsync('b', { qos: 1 })
  await expect(device.subscribeAsync('c', { qos: 1 })).rejects.toThrow()
  expect(at.codes()).toEqual(['qos_not_allowed', 'subscriptions_full'])
})

test('publishes the will of a client that vanishes', async () => {
  await using at = await startTestBroker()
  const topic = 'keyside/v1/presence/home/device'
  const bot = await dial(at.mqtt, 'bot', token('bot', { subscribe: [topic] }))
  const came = collect(bot)
  await bot.subscribeAsync(topic, { qos: 1 })
  const will = { topic, payload: Buffer.from('offline'), qos: 1 as const, retain: true }
  const device = await dial(at.mqtt, 'device', token('device', { publish: [topic] }), { will })
  device.stream.destroy()
  await vi.waitUntil(() => came.length > 0)
  expect(came).toEqual([`${topic} offline`])
})

test('closes a connection when its token expires, and delivers nothing after that moment', async () => {
  await using at = await startTestBroker()
  const topic = 'keyside/v1/presence/home/device'
  const rights = { publish: [topic], subscribe: [SIGNAL] }
  const will = { topic, payload: Buffer.from('offline'), qos: 1 as const }
  const bot = await dial(
    at.mqtt,
    'bot',
    token('bot', { subscribe: [topic] }, { exp: past + 90_000 }),
  )
  await bot.subscribeAsync(topic, { qos: 1 })
  const told = collect(bot)
  const device = await dial(at.mqtt, 'device', token('device', rights), { will })
  const came = collect(device)
  await device.subscribeAsync(SIGNAL, { qos: 1 })
  const closed = closing(device)
  at.clock.move(3_700_000)
  await closed
  await vi.waitUntil(() => told.length > 0)
  expect(told, 'the will goes out').toEqual([`${topic} offline`])
  expect(came).toEqual([])
  expect(at.codes()).toEqual(['expired'])
})

test('delivers nothing to an expired token, even before its connection is closed', async () => {
  await using at = await startTestBroker()
  const later = { exp: past + 90_000 }
  const watcher = await dial(at.mqtt, 'bot', token('bot', { subscribe: [SIGNAL] }, later))
  const device = await dial(at.mqtt, 'device', token('device', { subscribe: [SIGNAL] }))
  const engine = await dial(at.mqtt, 'engine', token('engine', { publish: [SIGNAL] }, later))
  const [seen, came] = [collect(watcher), collect(device)]
  await Promise.all([watcher, device].map((client) => client.subscribeAsync(SIGNAL, { qos: 1 })))
  await engine.publishAsync(SIGNAL, 'early', { qos: 1 })
  await vi.waitUntil(() => seen.length === 1 && came.length === 1)
  at.clock.jump(3_700_000)
  await engine.publishAsync(SIGNAL, 'late', { qos: 1 })
  await vi.waitUntil(() => seen.length === 2)
  await expect(device.subscribeAsync('keyside/v1/keyset/home')).rejects.toThrow()
  expect(came).toEqual([`${SIGNAL} early`])
})

test('hands a client id over to a second connection with a valid token, and to no other', async () => {
  await using at = await startTestBroker()
  const first = await dial(at.mqtt, 'device', token('device', {}))
  await expect(dial(at.mqtt, 'device', token('bot', {}))).rejects.toThrow()
  await expect(dial(at.mqtt, 'device', token('device', {}, {}, stranger))).rejects.toThrow()
  expect(first.connected).toBe(true)
  const closed = closing(first)
  const second = await dial(at.mqtt, 'device', token('device', { publish: [SIGNAL] }))
  await closed
  await second.publishAsync(SIGNAL, 'x', { qos: 1 })
})

test.each(['port', 'wsPort'] as const)(
  'does not start when %s is taken, and says which',
  async (which) => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const taken = (other.address() as { port: number }).port
    await expect(startTestBroker({ [which]: taken })).rejects.toMatchObject({
      code: 'broker_port_taken',
      message: `port ${taken} on 127.0.0.1 is in use: stop the program that uses it, or set broker.${which} to a free port`,
    })
  },
)

test('does not start on an address that this machine does not have', async () => {
  const host = { host: '203.0.113.1', plaintext: 'yes' as const }
  await expect(startTestBroker(host)).rejects.toMatchObject({ code: 'broker_address_unusable' })
})

test('stays down when the self-test finds a door that stands open', async () => {
  const acl = { publish: [], subscribe: [] }
  const letIn = () => {
    const grant = { type: 'token' as const, iat: 0 }
    const session = newSession({ client: 'stranger', acl, expires: Infinity, grant })
    return { ok: true as const, session }
  }
  await expect(startTestBroker({ authenticate: letIn })).rejects.toMatchObject({
    code: 'broker_self_test_failed',
  })
  await using at = await startTestBroker({ authenticate })
  expect(at.mqtt).toMatch(/^mqtt:\/\/127\.0\.0\.1:\d+$/)
})

test('stops within two seconds while clients are connected, and frees its ports', async () => {
  const port = await freePort()
  await using at = await startTestBroker({ port })
  const clients = await Promise.all([
    dialEngine(at),
    dial(at.ws, 'device', token('device', { subscribe: ['#'] })),
  ])
  const idle = rawClient(at.mqtt, Buffer.from('\x10'))
  await new Promise((resolve) => idle.socket.once('connect', resolve))
  const closed = Promise.all([...clients.map(closing), idle.closed])
  const passed = ownTime()
  await at.broker.stop()
  await closed
  expect(passed()).toBeLessThan(2000)
  await using again = await startTestBroker({ port })
  expect(again.mqtt).toBe(at.mqtt)
})
