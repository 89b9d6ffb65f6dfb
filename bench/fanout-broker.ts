// The fanout bench's embedded broker, with the limits that it comes with.
import { brokerConfig } from '@keyside/broker'
import { startBroker } from '@keyside/broker/start'
import { signingKey } from '@keyside/protocol/node'
import { createLog, systemClock } from '@keyside/runtime'

export interface FanoutBroker {
  readonly port: number
  readonly seed: readonly number[]
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null
}

process.send?.('started')
process.once('message', async ({ port, seed, tls }: FanoutBroker) => {
  const authority = signingKey(Uint8Array.from(seed)).publicKey
  const config = brokerConfig.parse({ authority, port, wsPort: null, tls })
  const log = createLog({ program: 'broker', level: 'silent' })
  await startBroker(config, { clock: systemClock, log })
  process.send?.(process.pid)
})
process.once('disconnect', () => process.exit())
