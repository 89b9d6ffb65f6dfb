// What the tests of this folder share: an exchange with two accounts, and how a client is pointed at it.
import { generateKeyPairSync } from 'node:crypto'
import { rebaseUrls } from '@keyside/runtime'
import { type ManualClock, manualClock } from '../../market/manual-clock.ts'
import { CALM, Market } from '../../market/market.ts'
import { type ExchangeOptions, type SandboxExchange, startExchange } from '../start.ts'

export const HMAC = { apiKey: 'hmacKey0'.repeat(8), secret: 'hmacSecret'.repeat(6) }

const pair = generateKeyPairSync('ed25519')

export const ED25519 = {
  apiKey: 'ed25519Key'.repeat(6),
  secret: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
}

export interface TestExchange extends AsyncDisposable {
  readonly exchange: SandboxExchange
  readonly clock: ManualClock
  readonly market: Market
}

/** A calm market at 60 000, unless told otherwise, on the machine's time. */
export async function openExchange(
  options: Partial<ExchangeOptions> & { clock?: ManualClock } = {},
): Promise<TestExchange> {
  const clock = options.clock ?? manualClock()
  const market = options.market ?? new Market({ seed: 1, wave: CALM })
  const balances = { BTC: '1', ETH: '0', USDT: '100000' }
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const exchange = await startExchange({
    accounts: [
      { name: 'hmac', apiKey: HMAC.apiKey, credential: { secret: HMAC.secret }, balances },
      { name: 'ed25519', apiKey: ED25519.apiKey, credential: { publicKey }, balances },
    ],
    ...options,
    clock,
    market,
  })
  return { exchange, clock, market, [Symbol.asyncDispose]: () => exchange.stop() }
}

type Urls = Parameters<typeof rebaseUrls>[0]

/** Leaves everything of a ccxt client as it is but the origin of its addresses. */
export function pointAt<T extends { urls: object }>(client: T, exchange: SandboxExchange): T {
  const urls = client.urls as { api: Urls }
  urls.api = rebaseUrls(urls.api, exchange.address)
  return client
}

/** Waits for something that another event will bring about. */
export async function until(holds: () => boolean, ms = 60_000): Promise<void> {
  const deadline = Date.now() + ms
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('it did not happen in time')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
