// From the close of a candle to the order request read by the exchange, beside the floor that this machine sets.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { FloorSample, FloorSetup } from './floor-client.ts'
import { type Parts, summary } from './hop-summary.ts'
import { type HopSystem, quiet, startSystem } from './hop-system.ts'
import { startHelper } from './processes.ts'
import { watchRequests } from './requests.ts'
import type { BenchOptions, Result } from './result.ts'

/** Rounds before the first that counts: compilers warm up, connections open. */
const WARM_UP = 20

export async function hop({ signals, note }: BenchOptions): Promise<Result> {
  note('starting broker, engine, executor and the sandbox exchange')
  const system = await startSystem()
  try {
    for (let i = 0; i < Math.min(WARM_UP, signals); i++) await system.round()
    const floor = await startFloor(system)
    try {
      return await measure(system, floor, { signals, note })
    } finally {
      await floor.stop()
    }
  } finally {
    await system.stop()
  }
}

interface Floor {
  sample(): Promise<Parts>
  stop(): Promise<void>
}

async function startFloor(system: HopSystem): Promise<Floor> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.end('{}'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  let read = 0
  const stopWatching = watchRequests(({ request, at }) => {
    if (request.socket.localPort === port) read = at
  })
  const broker = await startHelper<number>('floor-broker.ts')
  const client = await startHelper<string>('floor-client.ts')
  const setup: FloorSetup = {
    ...(await system.sample()),
    broker: broker.first,
    exchange: `http://127.0.0.1:${port}`,
    database: join(system.home, 'floor.db'),
  }
  await client.ask(setup)
  const sample = async () => {
    const { mqtt, crypto, commits, posted } = await client.ask<FloorSample>('sample')
    return { mqtt, crypto, commits, http: read - posted }
  }
  for (let i = 0; i < WARM_UP; i++) await sample()
  return {
    sample,
    stop: async () => {
      stopWatching()
      await Promise.all([client.stop(), broker.stop()])
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Floor and system take turns, so that whatever else this machine does meets both. */
async function measure(system: HopSystem, floor: Floor, options: BenchOptions): Promise<Result> {
  const parts: Parts[] = []
  const reads: number[] = []
  for (let i = 0; i < options.signals; i++) {
    parts.push(await floor.sample())
    await quiet()
    reads.push(await system.round())
    if ((i + 1) % 100 === 0) options.note(`${i + 1} of ${options.signals} signals`)
  }
  await quiet()
  return summary(parts, system.traces(), reads)
}
