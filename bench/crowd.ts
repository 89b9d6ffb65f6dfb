// How long a client with a token needs to connect while strangers hold and reopen 2,000 sockets.
import { setTimeout as pause } from 'node:timers/promises'
import { instant } from '@keyside/runtime'
import { connectAsync } from 'mqtt'
import type { CrowdBroker } from './crowd-broker.ts'
import type { Strangers } from './crowd-strangers.ts'
import { startHelper } from './processes.ts'
import type { BenchOptions, Result } from './result.ts'
import { spread } from './spread.ts'

const SOCKETS = 2_000
/** Wait for the sockets, and between two connections (a client id may be taken over 30 times a minute), ms. */
const WARM_UP_MS = 1_000
const BETWEEN_MS = 500

interface Sample {
  readonly addresses: number
  readonly times: readonly number[]
  readonly refused: number
  /** How many sockets the strangers have opened. */
  readonly opened: number
  /** Of the broker, at the end. */
  readonly rss: number
}

export async function crowd({ signals, note }: BenchOptions): Promise<Result> {
  const samples: Sample[] = []
  for (const addresses of [1, 8]) {
    note(`${SOCKETS} sockets from ${addresses} address(es), ${signals} connections`)
    samples.push(await measure(addresses, signals))
  }
  const rows = samples.map(({ addresses, times, refused, opened, rss }) => {
    const { p50, p99 } = spread(times)
    return `${addresses} | ${p50.toFixed(0)} / ${p99.toFixed(0)} | ${refused} | ${opened} | ${(rss / 2 ** 20).toFixed(0)}`
  })
  const head = 'addresses | connected ms p50 / p99 | refused | opened by strangers | broker MiB'
  return { json: { sockets: SOCKETS, samples }, text: [head, ...rows].join('\n') }
}

async function measure(addresses: number, connections: number): Promise<Sample> {
  const broker = await startHelper<CrowdBroker>('crowd-broker.ts')
  const { mqtt, token } = broker.first
  const strangers = await startHelper('crowd-strangers.ts')
  const question: Strangers = { port: Number(new URL(mqtt).port), sockets: SOCKETS, addresses }
  await strangers.ask(question)
  await pause(WARM_UP_MS)
  const times: number[] = []
  let refused = 0
  for (let nth = 0; nth < connections; nth += 1) {
    const begun = instant()
    const identity = { clientId: 'honest', username: 'honest', password: token }
    const options = { ...identity, protocolVersion: 4, reconnectPeriod: 0 } as const
    const client = await connectAsync(mqtt, options, false).catch(() => null)
    if (client === null) refused += 1
    else times.push(instant() - begun)
    await client?.endAsync(true)
    await pause(BETWEEN_MS)
  }
  const opened = await strangers.ask<number>('opened')
  const rss = await broker.ask<number>('rss')
  await Promise.all([strangers.stop(), broker.stop()])
  return { addresses, times, refused, opened, rss }
}
