// One signal to all subscribers of a provider, the memory of each, and how long all need to come back after a restart.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  headTopic,
  keysetTopic,
  presenceTopic,
  responseTopic,
  seconds,
  sign,
  signalTopic,
} from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { freePort, instant, newJti, systemClock, systemRandomBytes } from '@keyside/runtime'
import { connectAsync } from 'mqtt'
import type { Crowd } from './fanout-clients.ts'
import { bareSockets, embedded, mosquitto, type Place, type Server } from './fanout-servers.ts'
import { type Helper, startHelper } from './processes.ts'
import type { BenchOptions, Result } from './result.ts'
import { round, spread } from './spread.ts'

const PROVIDER = 'alpha'
/** 200 streams, as a provider would offer them. */
const PLANS = ['one', 'two', 'three', 'four']
/** A head of 50 streams, and a signal with a reason, bytes. */
const HEAD_BYTES = 6_000
const SIGNAL_BYTES = 900
const SIGNALS = 20
const BETWEEN_MS = 500
/** Until the memory of the connecting is given back, ms. */
const SETTLE_MS = 3_000
/** For each subscriber. */
const RECONNECT_LIMIT_MS = 30
/** A connection that broke meanwhile misses the signal. */
const ARRIVAL_LIMIT_MS = 30_000

interface Sample {
  readonly broker: string
  readonly subscribers: number
  /** From the call that publishes to the arrival at a subscriber, ms; `last`: the median of the last of each signal. */
  readonly p50: number
  readonly p99: number
  readonly last: number
  /** CPU time of the broker for one signal to all, the acknowledgements included, ms. */
  readonly cpu: number
  /** Arrivals that did not come. */
  readonly missed: number
  /** Bytes of resident memory a connection. */
  readonly memory: number
  /** The same of bare sockets of Node in the same run. */
  readonly floor: number
  /** From the start of the new process until the last is subscribed again, ms, and the connections begun for it. */
  readonly reconnected: number
  readonly tries: number
}

/** `signals`: subscribers of the larger run; the smaller one has a fifth of them. */
export async function fanout({ signals: most, only = '', note }: BenchOptions): Promise<Result> {
  const samples: Sample[] = []
  for (const tls of [false, true])
    for (const subscribers of [Math.ceil(most / 5), most]) {
      const folder = mkdtempSync(join(tmpdir(), 'keyside-fanout-'))
      const seed = [...systemRandomBytes(32)]
      const place: Place = { folder, port: await freePort(), tls, seed }
      let floor: number | undefined
      for (const server of [embedded(place), mosquitto(place)]) {
        if (server === null) {
          note('Mosquitto is not installed here: nothing beside the embedded broker')
          continue
        }
        if (!`${server.name} ${subscribers}`.includes(only)) continue
        note(`${server.name}, ${subscribers} subscribers`)
        floor ??= await floorOf(place, subscribers)
        const sample = { ...(await measure(server, place, subscribers)), floor }
        note(textOf([sample]))
        samples.push(sample)
      }
      rmSync(folder, { recursive: true })
    }
  return { json: { name: 'fanout', samples }, text: textOf(samples) }
}

/** Bytes of resident memory a connection. */
async function floorOf(place: Place, clients: number): Promise<number> {
  const server = bareSockets(place)
  await server.start()
  const before = server.rss()
  const crowd = await formCrowd(place, clients)
  const floor = (server.rss() - before) / clients
  await Promise.all([crowd.stop(), server.stop()])
  return round(floor)
}

async function measure(
  server: Server,
  place: Place,
  clients: number,
): Promise<Omit<Sample, 'floor'>> {
  await server.start()
  const publisher = await connectEngine(place)
  for (const plan of PLANS)
    await publisher.publishAsync(headTopic(PROVIDER, plan), 'h'.repeat(HEAD_BYTES), {
      qos: 1,
      retain: true,
    })
  const before = server.rss()
  const crowd = await formCrowd(place, clients)
  const memory = (server.rss() - before) / clients
  const times: number[] = []
  const lasts: number[] = []
  let missed = 0
  const cpuBefore = server.cpu()
  for (let nth = 0; nth < SIGNALS; nth += 1) {
    await crowd.ask('arrivals')
    const begun = instant()
    const payload = 's'.repeat(SIGNAL_BYTES)
    await publisher.publishAsync(signalTopic(PROVIDER, 'one'), payload, { qos: 1 })
    let came: number[] = []
    while (came.length < clients && instant() - begun < ARRIVAL_LIMIT_MS) {
      await pause(BETWEEN_MS)
      came = [...came, ...(await crowd.ask<number[]>('arrivals'))]
    }
    const latencies = came.map((at) => at - begun)
    missed += clients - came.length
    times.push(...latencies)
    lasts.push(Math.max(...latencies))
  }
  const cpu = round((server.cpu() - cpuBefore) / SIGNALS)
  await publisher.endAsync(true)
  const reconnecting = await reconnect(server, crowd, clients)
  await Promise.all([crowd.stop(), server.stop()])
  const { p50, p99 } = spread(times)
  const rest = { last: spread(lasts).p50, cpu, missed, memory: round(memory), ...reconnecting }
  return { broker: server.name, subscribers: clients, p50, p99, ...rest }
}

/** All are subscribed, and the memory of the connecting is given back, when it resolves. */
async function formCrowd({ port, tls, seed }: Place, clients: number): Promise<Helper> {
  const crowd = await startHelper('fanout-clients.ts')
  const filters = [
    ...PLANS.flatMap((plan) => [signalTopic(PROVIDER, plan), headTopic(PROVIDER, plan)]),
    keysetTopic(PROVIDER),
    presenceTopic(PROVIDER, 'engine'),
    responseTopic(PROVIDER, 'subscriber'),
  ]
  await crowd.ask<string>({ port, tls, seed, clients, filters } satisfies Crowd)
  await pause(SETTLE_MS)
  return crowd
}

interface Standing {
  readonly subscribed: number
  readonly lastSubscribed: number
  readonly tries: number
}

async function reconnect(
  server: Server,
  crowd: Helper,
  clients: number,
): Promise<{ reconnected: number; tries: number }> {
  const { tries } = await crowd.ask<Standing>('standing')
  await server.stop()
  const begun = instant()
  await server.start()
  for (;;) {
    await pause(200)
    const now = await crowd.ask<Standing>('standing')
    const all = now.subscribed === clients && now.lastSubscribed > begun
    if (all) return { reconnected: round(now.lastSubscribed - begun), tries: now.tries - tries }
    if (instant() - begun > RECONNECT_LIMIT_MS * clients)
      return { reconnected: Number.POSITIVE_INFINITY, tries: now.tries - tries }
  }
}

function connectEngine({ port, tls, seed }: Place) {
  const iat = seconds(systemClock.now()) - 1
  const registered = { iss: 'authority', sub: 'engine', aud: 'broker', iat, exp: iat + 3600 }
  const acl = {
    publish: [signalTopic(PROVIDER, 'one').replace(/one$/, '+'), 'keyside/v1/head/+/+'],
    subscribe: [],
  }
  const claims = { ...registered, jti: newJti(systemRandomBytes), acl }
  return connectAsync(`${tls ? 'mqtts' : 'mqtt'}://127.0.0.1:${port}`, {
    clientId: 'engine',
    username: 'engine',
    password: sign('access', claims, signingKey(Uint8Array.from(seed))),
    protocolVersion: 4,
    rejectUnauthorized: false,
  })
}

function textOf(samples: readonly Sample[]): string {
  const rows = samples.map(
    ({ broker, subscribers, p50, p99, last, cpu, missed, memory, floor, reconnected, tries }) => {
      const times = [p50, p99, last].map((ms) => ms.toFixed(0)).join(' / ')
      const back = `${(reconnected / 1000).toFixed(1)} (${tries})`
      return `${broker} | ${subscribers} | ${times} | ${cpu.toFixed(0)} | ${missed} | ${(memory / 1024).toFixed(1)} (${(memory / floor).toFixed(1)}) | ${back}`
    },
  )
  const head =
    'broker | subscribers | p50 / p99 / last ms | broker CPU ms | missed | KiB a connection (over bare sockets) | all back s (connections begun)'
  return [head, ...rows].join('\n')
}
