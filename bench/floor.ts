// What no way through the system can do without, bare, measured beside it: a broker and a client of their own.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { FloorSample, FloorSetup } from './floor-client.ts'
import type { Parts } from './hop-summary.ts'
import { startHelper } from './processes.ts'
import { watchRequests } from './requests.ts'

/** Samples before the first that counts: compilers warm up, connections open. */
const WARM_UP = 20

/** What one round really sent and wrote, and where the floor's database may be. */
export interface FloorSource {
  sample(): Promise<Omit<FloorSetup, 'broker' | 'exchange' | 'database'>>
  readonly home: string
}

export interface Floor {
  sample(): Promise<Parts>
  stop(): Promise<void>
}

export async function startFloor(system: FloorSource): Promise<Floor> {
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
