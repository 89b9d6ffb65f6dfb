// OKX's dialect and an unmodified ccxt against the sandbox, whose views lag, over a wire that is listened to.
import { systemClock } from '@keyside/runtime'
import {
  CALM,
  type KeyRights,
  Market,
  okxDialect,
  type SandboxExchange,
  startExchange,
} from '@keyside/sandbox'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { VenueAdapter } from '../adapter/venue-adapter.ts'
import type { Exchange } from '../port.ts'
import { exchangeContract } from '../testing/contract.ts'
import { SANDBOX_FAULTS, sandboxVenue } from '../testing/sandbox-venue.ts'
import { order, type TestVenue } from '../testing/steps.ts'
import { openWiretap, type Wiretap } from '../testing/wiretap.ts'
import { okx } from './dialect.ts'

const KEYS = { apiKey: 'CanaryApiKey', secret: 'CanarySecret', passphrase: 'CanaryPassphrase' }
const BTC = 'BTC/USDT'
const LAG_MS = 150
const log = { info: () => undefined, warn: () => undefined }
const balances = { BTC: '10', USDT: '100000' }

let sandbox: SandboxExchange
let tap: Wiretap
let exchange: Exchange
let venue: TestVenue
const market = new Market({ seed: 1, wave: CALM })

const account = (name: string, rights: Partial<KeyRights> = {}) => ({
  name,
  apiKey: name === 'main' ? KEYS.apiKey : name,
  passphrase: KEYS.passphrase,
  credential: { secret: KEYS.secret },
  balances,
  rights,
})

beforeAll(async () => {
  sandbox = await startExchange({
    market,
    dialect: okxDialect({ lagMs: LAG_MS }),
    first: { order: 8_389_765_608_443_411_001n, trade: 8_389_765_608_443_451_001n },
    accounts: [account('main'), account('borrower', { enableMargin: true })],
  })
  tap = await openWiretap(sandbox.address)
  exchange = open()
  await exchange.start([BTC])
  venue = sandboxVenue(sandbox, exchange)
})
afterEach(() => {
  tap.intrude(() => 'pass')
  sandbox.faults.disarm()
})
afterAll(async () => {
  await exchange.stop()
  await tap.stop()
  await sandbox.stop()
})

function open(keys = KEYS): Exchange {
  const timing = { timeoutMs: 700, unitMs: 1 }
  // As long as the sandbox lets its views lag, and no longer.
  const dialect = { ...okx, viewLagMs: 4 * LAG_MS }
  return new VenueAdapter(dialect, {
    keys,
    address: tap.address,
    clock: systemClock,
    log,
    ...timing,
  })
}

const contract = exchangeContract(
  {
    market: BTC,
    price: 60_000,
    tick: '0.01',
    maxStops: null,
    stopHolds: 'coins',
    currencies: ['BTC', 'USDT'],
    exchangeId: /^83897656084434\d{5}$/,
    candles: 3,
    refuses: ['money', 'rules', 'sides', 'names'],
  },
  SANDBOX_FAULTS,
)

test.for(contract)('$name', ({ run }) => run(venue))

test('an account that may borrow is refused before anything is ordered', async () => {
  const other = open({ ...KEYS, apiKey: 'borrower' })
  await expect(other.start([BTC])).rejects.toMatchObject({ code: 'exchange_account_borrows' })
  await other.stop()
})

test('a key of another passphrase is refused, and says so', async () => {
  const other = open({ ...KEYS, passphrase: 'another' })
  await expect(other.start([BTC])).rejects.toMatchObject({ code: 'exchange_key_refused' })
  await other.stop()
})

test("an order is one request with the account's own coins, our name and nothing of a broker", async () => {
  const before = tap.heard.length
  const sent = order()
  await exchange.place(sent)
  const posts = tap.heard.slice(before).filter(({ method }) => method === 'POST')
  expect(posts.map(({ path, raw }) => [path, JSON.parse(raw)])).toEqual([
    [
      '/api/v5/trade/order',
      {
        instId: 'BTC-USDT',
        tdMode: 'cash',
        clOrdId: sent.clientOrderId,
        side: 'buy',
        ordType: 'ioc',
        sz: sent.amount,
        px: sent.price,
        stpMode: 'cancel_taker',
      },
    ],
  ])
})
