import { once } from 'node:events'
import { createServer } from 'node:net'
import { keyring } from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import { createLog, systemClock } from '@keyside/runtime'
import { Aedes } from 'aedes'
import fc from 'fast-check'
import { connectAsync, connect as connectMqtt, type IClientOptions, type MqttClient } from 'mqtt'
import { expect, onTestFinished, test, vi } from 'vitest'
import { AccessList } from './access-list.ts'
import { type Authenticate, authenticate } from './authenticate.ts'
import { brokerConfig } from './config.ts'
import { Connections } from './connections.ts'
import { createHooks } from './hooks.ts'
import { fitToFiles } from './open-files.ts'
import { PublishRate } from './publish-rate.ts'
import { Refusals } from './refusals.ts'
import { Retained } from './retained.ts'
import { Sessions } from './session.ts'
import { TakeOvers } from './take-overs.ts'
import { authority, startTestBroker, token } from './testing/fixture.ts'

const SECRET = 'keyside/v1/report/other'
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

function hooksWith(check: Authenticate) {
  const key = publicKey(authority.publicKey)
  const pins = keyring([{ key, issuer: 'authority', kinds: ['access'] }])
  const { limits } = brokerConfig.parse({ authority: authority.publicKey })
  const refusals = new Refusals(createLog({ program: 'broker', level: 'silent' }))
  return createHooks({
    authenticate: check,
    rules: {
      id: 'broker',
      pins,
      accessList: new AccessList(null),
      maxKeepaliveSeconds: 120,
      maxTopicLevels: 8,
    },
    maxSubscriptions: 64,
    sessions: new Sessions(),
    connections: new Connections(fitToFiles(limits, 1024).limits, refusals),
    takeOvers: new TakeOvers(limits.maxTakeOversPerMinute),
    retained: new Retained(limits),
    requests: new PublishRate(limits.maxRequestsPerMinute),
    refusals,
    clock: systemClock,
  })
}

test('denies a message that aedes publishes for nobody', () => {
  const packet = {
    cmd: 'publish',
    topic: OPEN,
    payload: 'x',
    qos: 0,
    retain: false,
    dup: false,
  } as const
  const done = vi.fn()
  hooksWith(authenticate).authorizePublish(null, packet, done)
  expect(done).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'client_unknown' }))
})

/** aedes with our hooks, and `authorizeForward` only if `guarded`; sessions may be kept. */
async function startLenient(guarded: boolean): Promise<string> {
  const lenient: Authenticate = (packet, ...rest) =>
    authenticate({ ...packet, clean: true }, ...rest)
  const { authorizeForward, ...hooks } = hooksWith(lenient)
  const aedes = new Aedes(guarded ? { ...hooks, authorizeForward } : hooks)
  await aedes.listen()
  const server = createServer(aedes.handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    await new Promise<void>((resolve) => aedes.close(resolve))
    server.close()
  })
  const { port } = server.address() as { port: number }
  return `mqtt://127.0.0.1:${port}`
}

/** One SUBSCRIBE with an allowed and a denied filter on a kept session, and what comes at the next connection. */
async function mixedSubscribe(url: string): Promise<string[]> {
  const password = token('device', { subscribe: [OPEN] })
  const kept = { clean: false, keepalive: 60 }
  const first = await dial(url, 'device', password, kept)
  await first.subscribeAsync({ [OPEN]: { qos: 1 }, [SECRET]: { qos: 1 } }).catch(() => undefined)
  await first.endAsync()
  const engine = await dial(url, 'engine', token('engine', { publish: ['#'] }))
  await engine.publishAsync(SECRET, 'secret', { qos: 1 })
  await engine.publishAsync(OPEN, 'signal', { qos: 1 })
  const identity = { clientId: 'device', username: 'device', password, protocolVersion: 4 as const }
  const again = connectMqtt(url, { ...identity, ...kept, reconnectPeriod: 0 })
  onTestFinished(() => again.endAsync(true))
  const came = collect(again)
  await vi.waitUntil(() => came.includes(OPEN))
  return came
}

test('a denied filter beside an allowed one leaks out of aedes alone', async () => {
  const url = await startLenient(false)
  expect(await mixedSubscribe(url)).toContain(SECRET)
})

test('and does not once each delivery is asked about', async () => {
  const url = await startLenient(true)
  expect(await mixedSubscribe(url)).toEqual([OPEN])
})

const levels = fc.constantFrom('a', 'b', 'c')
const topics = fc.array(levels, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
const filters = fc.oneof(
  topics,
  topics.map((topic) => `${topic}/#`),
  topics.map((topic) => `+/${topic}`),
  fc.constantFrom('#', '+', '+/+'),
)

function matches(filter: string, topic: string): boolean {
  const pattern = filter.replaceAll('+', '[^/]+').replace(/(^|\/)#$/, '($1.*)?')
  return new RegExp(`^${pattern}$`).test(topic)
}

test('delivers to nobody what the rights do not match, whatever is asked for', async () => {
  await using at = await startTestBroker()
  const engine = await dial(at.mqtt, 'engine', token('engine', { publish: ['#'] }))
  const some = { minLength: 1, maxLength: 4 }
  const runs = fc.asyncProperty(
    fc.array(filters, some),
    fc.array(filters, some),
    fc.array(topics, some),
    async (allowed, asked, sent) => {
      const rights = token('device', { subscribe: [...allowed, 'end'] })
      const client = await dial(at.mqtt, 'device', rights)
      const came = collect(client)
      const all = Object.fromEntries([...asked, 'end'].map((name) => [name, { qos: 1 as const }]))
      await client.subscribeAsync(all).catch(() => undefined)
      for (const topic of [...sent, 'end']) await engine.publishAsync(topic, 'x', { qos: 1 })
      await vi.waitUntil(() => came.includes('end'))
      await client.endAsync(true)
      const outside = came.filter((topic) => !allowed.some((filter) => matches(filter, topic)))
      expect(outside.filter((topic) => topic !== 'end')).toEqual([])
    },
  )
  await fc.assert(runs, { numRuns: 60 })
})

test('who receives a message has it before its sender has the answer', async () => {
  await using at = await startTestBroker()
  const engine = await dial(at.mqtt, 'engine', token('engine', { publish: [OPEN] }))
  const device = await dial(at.mqtt, 'device', token('device', { subscribe: [OPEN] }))
  await device.subscribeAsync(OPEN, { qos: 1 })
  const order: string[] = []
  device.stream.on('data', () => order.push('message'))
  engine.stream.on('data', () => order.push('answer'))
  const came = new Promise((resolve) => device.once('message', resolve))
  await Promise.all([came, engine.publishAsync(OPEN, 'a signal', { qos: 1 })])
  expect(order).toEqual(['message', 'answer'])
})
