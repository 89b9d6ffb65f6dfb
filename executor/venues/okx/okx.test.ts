// OKX's dialect and an unmodified ccxt against the sandbox, whose views lag, over a wire that is listened to.
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '@keyside/runtime'
import {
  CALM,
  type KeyRights,
  Market,
  okxDialect,
  type SandboxExchange,
  startExchange,
} from '@keyside/sandbox'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { VenueAdapter } from '../adapter/venue-adapter.ts'
import type { Exchange } from '../port.ts'
import { exchangeContract } from '../testing/contract.ts'
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
let moved = 1

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
  const taken = (id: string) => sandbox.acceptLog().filter((o) => o.clientOrderId === id).length
  venue = {
    exchange,
    breakNextOrder: (how) =>
      sandbox.faults.arm({ name: how as never, ...(how === 'refuse-connect' ? { ms: 200 } : {}) }),
    taken,
    untilTaken: (id) => vi.waitFor(() => expect(taken(id)).toBe(1), { timeout: 5_000 }),
    pass: (ms) => sleep(ms),
    moveTo: async (share) => {
      market.nudge(BTC, share / moved, Date.now())
      moved = share
      await vi.waitFor(async () => {
        await exchange.refreshQuote(BTC)
        const bid = Number(exchange.quote(BTC)?.bid)
        expect(Math.abs(bid / (60_000 * share) - 1)).toBeLessThan(0.002)
      }, 5_000)
    },
  }
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
  {
    taken: [
      'reset-after-accept',
      'accept-then-hang',
      '500-after-accept',
      '503-after-accept',
      '504',
      'timeout-1007-accepted',
      'empty-200',
      'html-200',
      'json-empty-200',
      'wrong-order-200',
    ],
    lost: ['reset-before', 'timeout-1007-not-accepted', 'html-502'],
    away: 'refuse-connect',
    limited: '429',
    slow: 'slow-accept',
    part: 'partial-then-cancel',
  },
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
