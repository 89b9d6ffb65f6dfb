// aedes with our hooks, and its errors in the log.
import type { EventEmitter } from 'node:events'
import { keyring } from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import { type Clock, describeError, KeysideError, type Logger } from '@keyside/runtime'
import { Aedes, type Client } from 'aedes'
import type { AccessList } from './access-list.ts'
import type { Authenticate } from './authenticate.ts'
import type { BrokerConfig } from './config.ts'
import { createHooks } from './hooks.ts'
import type { Refusals } from './refusals.ts'
import type { ConnectionParts } from './register-client.ts'
import type { Requests } from './requests.ts'
import { Retained } from './retained.ts'

export interface AedesParts extends ConnectionParts {
  readonly authenticate: Authenticate
  readonly accessList: AccessList
  readonly requests: Requests
  readonly clock: Clock
  readonly log: Logger
}

export function createAedes(config: BrokerConfig, parts: AedesParts): Aedes {
  const { limits, id, issuer } = config
  const { accessList, log } = parts
  const authority = publicKey(config.authority)
  const pins = keyring([{ key: authority, issuer, kinds: ['access'] }])
  const rules = { id, pins, accessList, ...limits }
  const { maxSubscriptions } = limits
  const aedes = new Aedes({
    id,
    connectTimeout: limits.connectTimeoutMs,
    drainTimeout: limits.drainTimeoutMs,
    maxTopicLevels: limits.maxTopicLevels,
    ...createHooks({ ...parts, rules, maxSubscriptions, retained: new Retained(limits) }),
  })
  // Without a listener an `error` of aedes would end the process.
  const emitter: EventEmitter = aedes
  emitter.on('error', (error) => log.error({ error: describeError(error) }, 'broker error'))
  aedes.on('clientError', (client, error) => reportBroken(parts.refusals, client, error))
  aedes.on('connectionError', (client, error) => reportBroken(parts.refusals, client, error))
  return aedes
}

function reportBroken(refusals: Refusals, { id }: Client, error: Error): void {
  // Our own refusals are in the log already.
  if (error instanceof KeysideError) return
  refusals.add({ code: 'connection_broken', message: error.message, client: id ?? '' })
}
