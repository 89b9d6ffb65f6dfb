// The one door to a venue: from its name in config.yaml to the executor's port.

import { resolve } from 'node:path'
import { type Decimal, toDecimal } from '@keyside/protocol'
import { type Clock, type Logger, type RandomBytes, readProofSecret } from '@keyside/runtime'
import { agentMaker, type proxySetting } from '@keyside/runtime/web'
import Big from 'big.js'
import type { z } from 'zod'
import type { Money } from '../core/model/exchange.ts'
import type { ApiKeys } from './adapter/api-keys.ts'
import type { Dialect } from './adapter/dialect.ts'
import { RealMoney, type SandboxSecret } from './adapter/real-money.ts'
import { VenueAdapter } from './adapter/venue-adapter.ts'
import { binance } from './binance/dialect.ts'
import { bybit } from './bybit/dialect.ts'
import { PAPER, VENUE_NAMES, type VenueName } from './names.ts'
import { okx } from './okx/dialect.ts'
import { type AccountOptions, MEMORY, PaperAccount } from './paper/account.ts'
import { paperFaults } from './paper/faults.ts'
import { type PaperOptions, PaperVenue } from './paper/paper-venue.ts'
import type { Exchange } from './port.ts'

/** The section `exchange` of the executor's configuration. */
export interface VenueConfig {
  readonly name: VenueName | typeof PAPER
  readonly address?: string | undefined
  readonly proxy?: z.infer<typeof proxySetting> | undefined
  /** Relative to KEYSIDE_HOME. */
  readonly sandboxSecretFile: string
  /** Of paper: ccxt's name of the exchange whose market data it is. */
  readonly of?: string | undefined
  /** Of paper: what a new account begins with. */
  readonly balances?: Readonly<Record<string, string>> | undefined
  readonly faults?: 'none' | 'some' | undefined
  /** Of paper: relative to KEYSIDE_HOME. */
  readonly accountFile?: string | undefined
}

/** What a new paper account begins with, where nobody says. */
export const PAPER_BALANCES: Readonly<Record<string, string>> = { USDT: '10000' }
/** Relative to KEYSIDE_HOME. */
export const PAPER_FILE = 'executor/paper.db'

export interface VenueDeps {
  /** KEYSIDE_HOME. */
  readonly home: string
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/**
 * With the keys of the account, which are asked for only where there are any to have: paper has none. Rejects as `keys`
 * does, with `exchange_key_malformed`, with what `agentMaker` throws, with `file_not_private` or `file_unreadable` for a secret that proves nothing, and
 * with the codes of the paper account.
 */
export async function createVenue(
  config: VenueConfig,
  keys: () => Promise<ApiKeys>,
  deps: VenueDeps,
): Promise<Exchange> {
  if (config.name === PAPER) return new PaperVenue(paperOptions(config, deps))
  return new VenueAdapter(DIALECTS[config.name], { keys: await keys(), ...placeOf(config, deps) })
}

/** What a venue is asked with, beside the port: for a proof of it. */
export function venueParts(config: VenueConfig & { readonly name: VenueName }, deps: VenueDeps) {
  return { dialect: DIALECTS[config.name], place: placeOf(config, deps) }
}

/** To ask, beside an executor that runs: what paper would keep is forgotten. */
export function lookAtVenue(
  config: VenueConfig,
  keys: () => Promise<ApiKeys>,
  deps: VenueDeps,
): Promise<Exchange> {
  return createVenue(
    config.name === PAPER ? { ...config, accountFile: MEMORY } : config,
    keys,
    deps,
  )
}

function paperOptions(config: VenueConfig, deps: VenueDeps): PaperOptions {
  const { address, proxy, faults = 'none' } = config
  const { home, clock, log, randomBytes } = deps
  return {
    ...paperAccountOf(config, home),
    address,
    ...(proxy && { makeAgent: agentMaker(proxy, home) }),
    clock,
    log,
    faults: paperFaults(faults, randomBytes),
  }
}

function paperAccountOf(
  { of = '', balances = PAPER_BALANCES, accountFile = PAPER_FILE }: VenueConfig,
  home: string,
): AccountOptions {
  const path = accountFile === MEMORY ? MEMORY : resolve(home, accountFile)
  return { venue: of, balances, path }
}

/** For a command beside the executor, which must not run. Throws the codes of the paper account. */
export function openPaperAccount(config: VenueConfig, home: string): PaperAccount {
  return new PaperAccount(paperAccountOf(config, home))
}

/** Whose money is at the address. Asks now, without a key. Real is also what does not answer. */
export async function moneyAt(config: VenueConfig, deps: VenueDeps): Promise<Money> {
  if (config.name === PAPER) return 'paper'
  const money = new RealMoney(placeOf(config, deps))
  await money.ask()
  money.close()
  return money.realMoney === 'no' ? 'sandbox' : 'real'
}

function placeOf(
  { address, proxy, sandboxSecretFile }: VenueConfig,
  { home, randomBytes, clock, log }: VenueDeps,
) {
  const parts = { clock, log, makeAgent: proxy && agentMaker(proxy, home) }
  if (address === undefined) return parts
  const secret = readProofSecret(resolve(home, sandboxSecretFile))
  const sandbox: { sandbox?: SandboxSecret } =
    secret === null ? {} : { sandbox: { secret, randomBytes } }
  return { ...parts, address, ...sandbox }
}

const DIALECTS: Readonly<Record<VenueName, Dialect>> = { binance, bybit, okx }

/** Of an exchange that is only looked at: a fee above the usual ones. */
const UNKNOWN = { credentials: [], takerFee: '0.01' } as const

/** What a person is asked for, and told, before anything is asked of the venue. */
export interface VenueFacts {
  readonly credentials: Dialect['credentials']
  /** The highest fee of a taker, percent. */
  readonly takerFeePercent: Decimal
}

/** Of paper: of the exchange whose market it is. */
export function venueFacts({ name, of }: Pick<VenueConfig, 'name' | 'of'>): VenueFacts {
  const known = VENUE_NAMES.find((one) => one === (name === PAPER ? of : name))
  const { credentials, takerFee } = known === undefined ? UNKNOWN : DIALECTS[known]
  return { credentials, takerFeePercent: toDecimal(new Big(takerFee).times(100)) }
}
