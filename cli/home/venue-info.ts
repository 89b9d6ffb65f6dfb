// The exchange that a home trades at, its address, and whether money there is real.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  CLAIM_NAMES,
  CLAIMS,
  type ClaimName,
  codeOf,
  moneyAt,
  PAPER,
  paperInJournal,
  readProofs,
  type Standing,
  standingOf,
  type VenueName,
  venueFacts,
} from '@keyside/executor'
import { createLog, systemClock, systemRandomBytes } from '@keyside/runtime'
import { executorSection } from './executor-section.ts'
import { programsOf } from './roles.ts'

/** For a command that asks the exchange something and prints the answer itself. */
export function silentDeps(home: string) {
  const log = createLog({ program: 'keyside', level: 'silent' })
  return { home, clock: systemClock, randomBytes: systemRandomBytes, log }
}

export interface VenueInfo {
  readonly exchange: string
  /** Null for the exchange's own. */
  readonly address: string | null
  readonly money: 'real' | 'sandbox' | 'paper'
}

/** Asks the address for its sandbox proof; without one it is real money. */
export async function venueOf(home: string): Promise<VenueInfo> {
  const { exchange } = executorSection(home)
  const { name, of = name, address = null } = exchange
  return { exchange: of, address, money: await moneyAt(exchange, silentDeps(home)) }
}

export async function venueLineOf(home: string): Promise<string> {
  const lines = [venueLine(await venueOf(home)), await unprovedLine(home)]
  return lines.filter((line) => line !== null).join('; ')
}

export function venueLine({ exchange, address, money }: VenueInfo): string {
  if (money === 'paper')
    return `paper on the market of ${exchange}${address === null ? '' : ` at ${address}`}: no real money`
  if (address === null) return `${exchange}: real money`
  return money === 'sandbox'
    ? `${exchange} at ${address}: sandbox, proved`
    : `${exchange} at ${address}: real money (it has not proved to be a sandbox)`
}

/** What the exchange itself has not shown to this device, with real money there; null where that is nothing. */
export async function unprovedLine(home: string): Promise<string | null> {
  const { exchange } = executorSection(home)
  if (exchange.name === PAPER || (await venueOf(home)).money !== 'real') return null
  const unproved = CLAIM_NAMES.filter((claim) => {
    const { evidence } = homeStanding(home, exchange.name as VenueName, claim)
    return CLAIMS[claim].asked === 'yes' && evidence !== 'live' && evidence !== 'testnet'
  })
  if (unproved.length === 0) return null
  return `${exchange.name} itself has not shown ${unproved.length} things that are taken for granted of it: "keyside venue list" names them, "keyside venue prove" asks it`
}

/** Null where no home is, and in one that does not trade, such as a provider's. */
export function exchangeOf(home: string) {
  const trades = existsSync(join(home, 'config.yaml')) && programsOf(home).includes('executor')
  return trades ? executorSection(home).exchange : null
}

/** Of one venue, by what this home has on file of it. */
export function homeStanding(home: string, venue: VenueName, claim: ClaimName): Standing {
  const exchange = exchangeOf(home)
  const address = exchange?.name === venue ? (exchange.address ?? null) : null
  const proofs = readProofs(home, venue)
  return standingOf(claim, { venue, proofs, code: codeOf(venue), address, now: systemClock.now() })
}

/** The highest that a taker pays at the exchange of a home, percent. */
export function takerFeeAt(home: string): string {
  return venueFacts(executorSection(home).exchange).takerFeePercent
}

/** Where the sales of this home's journal were made: `binance`, or `paper:binance`. It is the journal that says so. */
export function soldAt(home: string): {
  readonly venue: string
  readonly heading: readonly string[]
} {
  const { exchange, database } = executorSection(home)
  const paper = paperInJournal(resolve(home, database))
  if (paper === null) return { venue: exchange.name, heading: [] }
  return {
    venue: `paper:${paper}`,
    heading: [`Paper on the market of ${paper}: no real money.`, ''],
  }
}
