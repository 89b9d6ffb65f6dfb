// The exchange that a home's configuration names, with the secret by which its sandbox proves itself.
import { resolve } from 'node:path'
import { type Chance, type Clock, type Logger, readProofSecret } from '@keyside/runtime'
import { createBinance } from './binance.ts'
import type { ApiKeys } from './keys.ts'
import type { Exchange } from './port.ts'
import { type SandboxSecret, Stakes } from './stakes.ts'

export interface ExchangeDeps {
  /** KEYSIDE_HOME. */
  readonly home: string
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** The section "exchange" of the configuration. */
export interface Place {
  /** Another server that speaks the same dialect. */
  readonly address?: string | undefined
  /** What the sandbox of this home proves itself with, from the home. */
  readonly sandboxSecretFile: string
}

/** Throws `exchange_key_malformed`, and `file_not_private` or `file_unreadable` for a secret that proves nothing. */
export function openExchange(place: Place, keys: ApiKeys, deps: ExchangeDeps): Exchange {
  return createBinance({ keys, ...placeOf(place, deps) })
}

/** Asks now, without a key. Real is also what does not answer. */
export async function stakesAt(place: Place, deps: ExchangeDeps): Promise<'real' | 'sandbox'> {
  const stakes = new Stakes(placeOf(place, deps))
  await stakes.ask()
  stakes.close()
  return stakes.live === 'no' ? 'sandbox' : 'real'
}

function placeOf(
  { address, sandboxSecretFile }: Place,
  { home, chance, clock, log }: ExchangeDeps,
) {
  const parts = { clock, log }
  if (address === undefined) return parts
  const secret = readProofSecret(resolve(home, sandboxSecretFile))
  const sandbox: { sandbox?: SandboxSecret } =
    secret === null ? {} : { sandbox: { secret, chance } }
  return { ...parts, address, ...sandbox }
}
