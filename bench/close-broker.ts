// The broker of the bench `engine`, with room for the heads of all plans: answers with its address.
import { brokerConfig } from '@keyside/broker'
import { startBroker } from '@keyside/broker/start'
import { signingKey } from '@keyside/protocol/node'
import { createLog, systemClock } from '@keyside/runtime'

process.send?.('started')
process.once('message', async (seed: readonly number[]) => {
  const authority = signingKey(Uint8Array.from(seed)).publicKey
  // Each plan has a retained head: a stream that stands alone is a plan.
  const limits = { maxRetained: 131_072, maxRetainedPerClient: 131_072 }
  const config = brokerConfig.parse({ authority, port: 0, wsPort: null, limits })
  const log = createLog({ program: 'broker', level: 'silent' })
  const broker = await startBroker(config, { clock: systemClock, log })
  process.send?.(broker.address.mqtt)
})
process.once('disconnect', () => process.exit())
