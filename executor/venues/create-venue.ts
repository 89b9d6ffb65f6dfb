// The one door to a venue: from its name in config.yaml to the executor's port.

import { resolve } from 'node:path'
import { type Decimal, toDecimal } from '@keyside/protocol'
import { type Clock, type Logger, type RandomBytes, readProofSecret } from '@keyside/runtime'
import { agentMaker, type proxySetting } from '@keyside/runtime/web'
import Big from 'big.js'
import type { z } from 'zod'
import type { ApiKeys } from './adapter/api-keys.ts'
import type { Dialect } from './adapter/dialect.ts'
import { RealMoney, type SandboxSecret } from './adapter/real-money.ts'
import { VenueAdapter } from './adapter/venue-adapter.ts'
import { binance } from './binance/dialect.ts'
import { okx } from './okx/dialect.ts'
import type { Exchange } from './port.ts'

/** The section `exchange` of the executor's configuration. */
export interface VenueConfig {
  readonly name: VenueName
  readonly address?: string | undefined
  readonly proxy?: z.infer<typeof proxySetting> | undefined
  /** Relative to KEYSIDE_HOME. */
  readonly sandboxSecretFile: string
}

export interface VenueDeps {
  /** KEYSIDE_HOME. */
  readonly home: string
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** Throws `exchange_key_malformed`, what `agentMaker` throws, and `file_not_private` or `file_unreadable` for a secret that proves nothing. */
export function createVenue(config: VenueConfig, keys: ApiKeys, deps: VenueDeps): Exchange {
  return new VenueAdapter(DIALECTS[config.name], { keys, ...placeOf(config, deps) })
}

/** Whose money is at the address. Asks now, without a key. Real is also what does not answer. */
export async function moneyAt(config: VenueConfig, deps: VenueDeps): Promise<'real' | 'sandbox'> {
  const money = new RealMoney(placeOf(config, deps))
  await money.ask()
  money.close()
  return money.realMoney === 'no' ? 'sandbox' : 'real'
}

function placeOf(
  { address, proxy, sandboxSecretFile }: VenueConfig,
  { home, randomBytes, clock, log }: VenueDeps,
) {
  const parts = { clock, log, ...(proxy && { makeAgent: agentMaker(proxy, home) }) }
  if (address === undefined) return parts
  const secret = readProofSecret(resolve(home, sandboxSecretFile))
  const sandbox: { sandbox?: SandboxSecret } =
    secret === null ? {} : { sandbox: { secret, randomBytes } }
  return { ...parts, address, ...sandbox }
}

// Every venue that Keyside speaks to, by its name in config.yaml.
const DIALECTS = { binance, okx } as const satisfies Record<string, Dialect>

export type VenueName = keyof typeof DIALECTS

export const VENUE_NAMES = Object.keys(DIALECTS) as readonly VenueName[]

/** What a person is asked for, and told, before anything is asked of the venue. */
export interface VenueFacts {
  readonly credentials: Dialect['credentials']
  /** The highest fee of a taker, percent. */
  readonly takerFeePercent: Decimal
}

export function venueFacts(name: VenueName): VenueFacts {
  const { credentials, takerFee } = DIALECTS[name]
  return { credentials, takerFeePercent: toDecimal(new Big(takerFee).times(100)) }
}
