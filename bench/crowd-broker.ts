// The crowd bench's broker: with the limits that it comes with, and a token for one client.
import { brokerConfig } from '@keyside/broker'
import { startBroker } from '@keyside/broker/start'
import { seconds, sign } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { createLog, newJti, systemClock, systemRandomBytes } from '@keyside/runtime'

export interface CrowdBroker {
  readonly mqtt: string
  readonly token: string
}

const authority = signingKey(systemRandomBytes(32))
const broker = await startBroker(
  brokerConfig.parse({ authority: authority.publicKey, port: 0, wsPort: null }),
  { clock: systemClock, log: createLog({ program: 'broker', level: 'silent' }) },
)
const iat = seconds(systemClock.now()) - 1
const registered = { iss: 'authority', sub: 'honest', aud: 'broker', iat, exp: iat + 3600 }
const claims = {
  ...registered,
  jti: newJti(systemRandomBytes),
  acl: { publish: [], subscribe: [] },
}
process.on('message', () => process.send?.(process.memoryUsage.rss()))
process.once('disconnect', () => process.exit())
process.send?.({ mqtt: broker.address.mqtt, token: sign('access', claims, authority) })
