// The sandbox on this machine: an exchange with a market, a Telegram with a chat page, and their secrets.
import { Buffer } from 'node:buffer'
import { type Clock, PROOF_BYTES, type RandomBytes } from '@keyside/runtime'
import {
  bybitDialect,
  type InstrumentSetup,
  Market,
  okxDialect,
  type SandboxExchange,
  type SandboxTelegram,
  startExchange,
  startTelegram,
  type VenueDialect,
  type WaveShape,
} from '@keyside/sandbox'
import { z } from 'zod'
import type { SandboxAccount } from './venue-option.ts'

/** The trader's secrets there: worth nothing anywhere else. */
export const sandboxSecrets = z.strictObject({
  apiKey: z.string().min(1),
  secret: z.string().min(1),
  botToken: z.string().regex(/^\d+:[A-Za-z0-9_-]{35}$/),
})
export type SandboxSecrets = z.infer<typeof sandboxSecrets>

export interface SandboxOptions {
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly secrets: SandboxSecrets
  /** Another key of the same account, to swap keys with. */
  readonly nextKey?: Pick<SandboxSecrets, 'apiKey' | 'secret'>
  /** What it proves with that no real money is behind it; made when left out. */
  readonly proofSecret?: Uint8Array
  readonly wave?: WaveShape
  /** What is traded, when not BTC and ETH. */
  readonly instruments?: readonly InstrumentSetup[]
  /** Where to listen, and the name others know it by; 127.0.0.1 when left out. */
  readonly host?: string
  readonly name?: string
  readonly exchangePort?: number
  readonly telegramPort?: number
  /** Whose exchange it is, or that the device keeps the account; Binance's when left out. */
  readonly venue?: SandboxAccount
}

export type SandboxVenue = Exclude<SandboxAccount, 'paper'>

/** How late those show what happened that are late, ms. */
const LAG_MS = 300
/** How long Bybit's list of open orders still shows orders that are over, ms. */
const CLOSED_MS = 2_000

const DIALECTS: Readonly<Record<SandboxVenue, VenueDialect | undefined>> = {
  binance: undefined,
  bybit: bybitDialect({ lagMs: LAG_MS, closedMs: CLOSED_MS }),
  okx: okxDialect({ lagMs: LAG_MS }),
}

export interface Sandbox {
  readonly exchange: SandboxExchange
  /** Of the same market, in Binance's words: the demo's candles of a second are streamed nowhere else. */
  readonly candles: SandboxExchange
  readonly telegram: SandboxTelegram
  readonly secrets: SandboxSecrets
  readonly venue: SandboxAccount
  /** Where the venue's keys have one. */
  readonly passphrase?: string
  readonly proofSecret: Uint8Array
  stop(): Promise<void>
}

const BALANCES = { USDT: '10000', BTC: '0', ETH: '0' }

export function newSandboxSecrets(randomBytes: RandomBytes): SandboxSecrets {
  const letters = (bytes: number) => Buffer.from(randomBytes(bytes)).toString('hex')
  return {
    apiKey: letters(32),
    secret: letters(32),
    botToken: `${700_000_000 + Buffer.from(randomBytes(3)).readUIntBE(0, 3)}:${letters(18).slice(0, 35)}`,
  }
}

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, randomBytes, secrets, host, proofSecret = randomBytes(PROOF_BYTES) } = options
  const { venue = 'binance' } = options
  const dialect = venue === 'paper' ? undefined : DIALECTS[venue]
  const passphrase =
    venue === 'okx' ? { passphrase: Buffer.from(randomBytes(16)).toString('hex') } : {}
  const seed = Buffer.from(randomBytes(4)).readUInt32BE()
  const market = new Market({
    seed,
    ...(options.wave && { wave: options.wave }),
    ...(options.instruments && { instruments: options.instruments }),
  })
  const { apiKey, secret, botToken } = secrets
  const parts = { market, clock, randomBytes, proofSecret }
  const keys = [{ apiKey, secret }, ...(options.nextKey === undefined ? [] : [options.nextKey])]
  const exchange = await startExchange({
    ...parts,
    accounts: keys.map((key) => ({
      name: 'main',
      apiKey: key.apiKey,
      ...passphrase,
      credential: { secret: key.secret },
      balances: key.apiKey === apiKey ? BALANCES : {},
    })),
    ...(dialect && { dialect }),
    ...(host !== undefined && { host }),
    ...(options.name !== undefined && { names: [options.name] }),
    ...(options.exchangePort !== undefined && { port: options.exchangePort }),
  })
  const candles = dialect ? await startExchange({ ...parts, accounts: [] }) : exchange
  const telegram = await startTelegram({
    token: botToken,
    botUsername: 'keyside_sandbox_bot',
    botName: 'Keyside',
    clock,
    ...(host !== undefined && { host }),
    ...(options.name !== undefined && { names: [options.name] }),
    ...(options.telegramPort !== undefined && { port: options.telegramPort }),
  })
  const stop = async () => {
    await Promise.all([exchange.stop(), telegram.stop(), candles === exchange || candles.stop()])
  }
  return { exchange, candles, telegram, secrets, venue, ...passphrase, proofSecret, stop }
}
