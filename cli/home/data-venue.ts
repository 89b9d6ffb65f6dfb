// Which exchange the candles of a home are of.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '@keyside/runtime'
import type { MakeAgent } from '@keyside/runtime/web'
import { environment } from '../terminal/config.ts'

export interface DataVenue {
  /** ccxt's name. */
  readonly exchange: string
  /** Another server that speaks its dialect, as the engine's config names it. */
  readonly address: string | null
  /** Where the engine's exchange is reached through a proxy. */
  readonly makeAgent?: MakeAgent
}

/**
 * The engine's, or the one that is `named`: the engine's address counts for its own exchange alone, its proxy for all. Binance where there
 * is no engine, or no home yet. Throws `config_invalid`.
 */
export async function dataVenue(home: string, named: string | undefined): Promise<DataVenue> {
  const own = existsSync(join(home, 'config.yaml')) ? await engineVenue(home) : null
  if (own !== null && (named === undefined || named === own.exchange)) return own
  return {
    exchange: named ?? 'binance',
    address: null,
    ...(own?.makeAgent && { makeAgent: own.makeAgent }),
  }
}

/** The engine's code is loaded only where there is an engine. */
async function engineVenue(home: string): Promise<DataVenue | null> {
  const { programsOf } = await import('./roles.ts')
  if (!programsOf(home).includes('engine')) return null
  const { engineConfig } = await import('@keyside/strategy-engine')
  const { exchange } = loadConfig('engine', engineConfig, home, environment)
  const { name, address = null, proxy } = exchange
  if (proxy === undefined) return { exchange: name, address }
  const { agentMaker } = await import('@keyside/runtime/web')
  return { exchange: name, address, makeAgent: agentMaker(proxy, home) }
}
