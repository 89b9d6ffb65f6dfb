// Where a link to a provider begins: brokers on loopback, and a clock that stands still.
import { createServer } from 'node:net'
import { brokerConfig } from '@keyside/broker'
import { startBroker } from '@keyside/broker/start'
import type { Address } from '@keyside/protocol'
import { createLog, type LinkTrouble, systemClock } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { TestProvider } from '../testing/provider-rig.ts'
import { ProviderLink } from './link.ts'

const log = createLog({ program: 'executor', level: 'silent' })
const acme = new TestProvider()
const standing = { now: () => 0, every: () => () => undefined }

/** Takes the tokens of `provider`. */
async function brokerOf(provider: TestProvider): Promise<Address> {
  const config = { authority: provider.authority.publicKey, port: 0, wsPort: null }
  const broker = await startBroker(brokerConfig.parse(config), { clock: systemClock, log })
  onTestFinished(() => broker.stop())
  return { url: broker.address.mqtt, tls: 'none' }
}

/** Takes connections, and does nothing with them. */
async function silent(): Promise<{ address: Address; connections: () => number }> {
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    onTestFinished(() => void socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') return expect.unreachable()
  const url = `mqtt://127.0.0.1:${address.port}`
  return { address: { url, tls: 'none' }, connections: () => connections }
}

async function open(addresses: readonly Address[]) {
  const troubles: LinkTrouble['code'][] = []
  const link = new ProviderLink({
    addresses: () => addresses,
    clientId: 'alice',
    plaintext: 'no',
    token: acme.access('alice', { publish: [], subscribe: [] }),
    subscribe: [],
    onMessage: () => undefined,
    onTrouble: ({ code }) => void troubles.push(code),
    clock: standing,
    log,
  })
  onTestFinished(() => link.close())
  await link.ready
  return troubles
}

test('a link begins at the address that was told last', async () => {
  const old = await silent()
  await open([old.address, await brokerOf(acme)])
  expect(old.connections()).toBe(0)
})

test('a place that does not answer yet, or is not the provider, is left after one try, and none is told as trouble', async () => {
  const nobody: Address = { url: 'mqtt://127.0.0.1:1', tls: 'none' }
  const another = await brokerOf(new TestProvider('other', 60))
  expect(await open([nobody, await brokerOf(acme), another])).toEqual([])
})
