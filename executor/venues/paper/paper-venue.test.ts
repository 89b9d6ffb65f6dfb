// Paper on the sandbox's public market, over a wire that is listened to: the contract of the port, and that no key is used.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '@keyside/runtime'
import { CALM, Market, okxDialect, type SandboxExchange, startExchange } from '@keyside/sandbox'
import { NO_FAULT, type RequestFate } from '@keyside/venue'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { exchangeContract } from '../testing/contract.ts'
import { order, type TestVenue } from '../testing/steps.ts'
import { openWiretap, type Wiretap } from '../testing/wiretap.ts'
import { type NoAnswer, paperFaults } from './faults.ts'
import { type PaperOptions, PaperVenue } from './paper-venue.ts'

const BTC = 'BTC/USDT'
const PACE = { quotes: 200, books: 600, volumes: 60_000, clock: 60_000, markets: 600_000 }
const log = { info: () => undefined, warn: () => undefined }
const FATES: Readonly<Record<string, Partial<RequestFate<NoAnswer>>>> = {
  taken: { answer: 'no_answer' },
  lost: { arrivesAfter: null, answer: 'no_answer' },
  slow: { arrivesAfter: 300, answersAfter: 20, answer: 'no_answer' },
  part: { effects: { fills: 'half_then_cancel' } },
}

const folder = mkdtempSync(join(tmpdir(), 'keyside-paper-'))
const market = new Market({ seed: 1, wave: CALM })
let sandbox: SandboxExchange
let tap: Wiretap
let exchange: PaperVenue
let venue: TestVenue
let next: Partial<RequestFate<NoAnswer>> = {}
let moved = 1

beforeAll(async () => {
  sandbox = await startExchange({ market, accounts: [], limits: { weight: 1_000_000 } })
  tap = await openWiretap(sandbox.address)
  exchange = open('contract')
  await exchange.start([BTC])
  venue = {
    exchange,
    breakNextOrder: (fault) => {
      next = FATES[fault] ?? {}
    },
    taken: (id) => rowsOf('contract', id),
    untilTaken: (id) => vi.waitFor(() => expect(rowsOf('contract', id)).toBe(1), 5_000),
    pass: (ms) => sleep(ms),
    moveTo: async (share) => {
      market.nudge(BTC, share / moved, Date.now())
      moved = share
      await vi.waitFor(() => {
        const bid = Number(exchange.quote(BTC)?.bid)
        expect(Math.abs(bid / (60_000 * share) - 1)).toBeLessThan(0.002)
      })
      // An order looks at the book, and so does every other one that waits there.
      const probe = order({ timeInForce: 'GTC', price: '20000' })
      await exchange.place(probe)
      await exchange.cancel(BTC, probe.clientOrderId)
      await vi.waitFor(() => {
        const ask = Number(exchange.liquidity(BTC)?.asks[0]?.[0])
        expect(Math.abs(ask / (60_000 * share) - 1)).toBeLessThan(0.002)
      })
    },
  }
})
afterAll(async () => {
  await exchange.stop()
  await tap.stop()
  await sandbox.stop()
  rmSync(folder, { recursive: true })
})

function open(name: string): PaperVenue {
  return new PaperVenue(optionsOf(name))
}

function optionsOf(name: string): PaperOptions {
  return {
    path: join(folder, `${name}.db`),
    venue: 'binance',
    address: tap.address,
    balances: { BTC: '10', USDT: '100000' },
    faults: {
      fate: () => {
        const fate = { ...NO_FAULT, ...next }
        next = {}
        return fate
      },
    },
    clock: systemClock,
    log,
    pace: PACE,
  }
}

/** On the disk, by its name. */
function rowsOf(name: string, clientOrderId: string): number {
  using db = new DatabaseSync(join(folder, `${name}.db`), { readOnly: true })
  const count = db.prepare('SELECT count(*) AS n FROM orders WHERE client_id = ?')
  return Number(count.get(clientOrderId)?.['n'])
}

const contract = exchangeContract(
  {
    market: BTC,
    price: 60_000,
    tick: '0.01',
    maxStops: null,
    stopHolds: 'coins',
    currencies: ['BTC', 'USDT'],
    exchangeId: /^\d+$/,
    candles: 3,
    refuses: ['money', 'rules', 'sides', 'names', 'prices'],
  },
  { taken: ['taken'], lost: ['lost'], slow: 'slow', part: 'part' },
)

test.for(contract)('$name', ({ run }) => run(venue))

test('no request carries a key, a signature or a cookie, and each is one that anybody may make', async () => {
  const sent = order({ price: '50000', timeInForce: 'GTC' })
  await exchange.place(sent)
  await exchange.candles(BTC, '1m', 3)
  await exchange.find(BTC, sent.clientOrderId)
  await exchange.trades(BTC, 0)
  await exchange.cancel(BTC, sent.clientOrderId)
  await exchange.refreshBalances()
  await exchange.keyRights()
  const paths = new Set(tap.heard.map(({ method, path }) => `${method} ${path}`))
  expect([...paths].filter((path) => !PUBLIC.includes(path))).toEqual([])
  expect(paths.size).toBeGreaterThan(4)
  for (const { headers, query } of tap.heard) {
    expect(Object.keys(headers).filter((name) => !HARMLESS.includes(name))).toEqual([])
    expect(query.has('signature') || query.has('timestamp') || query.has('recvWindow')).toBe(false)
  }
})

const HARMLESS = ['accept', 'connection', 'content-type', 'host', 'user-agent']
const PUBLIC = [
  'GET /api/v3/aggTrades',
  'GET /api/v3/depth',
  'GET /api/v3/exchangeInfo',
  'GET /api/v3/klines',
  'GET /api/v3/ticker/24hr',
  'GET /api/v3/ticker/bookTicker',
  'GET /api/v3/time',
]

test('a stop that the market went through while nobody looked is filled at the next start, once', async () => {
  await venue.moveTo(1)
  const first = open('away')
  await first.start([BTC])
  const bid = Number(first.quote(BTC)?.bid)
  const sent = order({
    ...{ side: 'sell', type: 'stop_limit', timeInForce: 'GTC' },
    triggerPrice: String(Math.round(bid * 0.99)),
    price: String(Math.round(bid * 0.97)),
  })
  const resting = order({ price: String(Math.round(bid * 0.985)), timeInForce: 'GTC' })
  for (const one of [sent, resting]) expect((await first.place(one)).outcome).toBe('accepted')
  await first.stop()
  market.nudge(BTC, 0.98, Date.now())
  await sleep(600)
  market.nudge(BTC, 1 / 0.98, Date.now())
  for (let starts = 0; starts < 2; starts += 1) {
    const later = open('away')
    await later.start([BTC])
    for (const { clientOrderId } of [sent, resting])
      expect(await later.find(BTC, clientOrderId)).toMatchObject({
        order: { status: 'filled', filled: '0.001' },
      })
    const trades = await later.trades(BTC, 0)
    const prices = trades.ok ? trades.value.map(({ side, price }) => [side, Number(price)]) : []
    expect(new Map(prices.map(([side, price]) => [side, price])).get('buy')).toBe(
      Number(resting.price),
    )
    const sold = prices.find(([side]) => side === 'sell')?.[1]
    expect(Number(sold)).toBeLessThan(Number(sent.triggerPrice))
    expect(prices).toHaveLength(2)
    await later.stop()
  }
})

test('another exchange is followed by its name alone, with its own fees and without a key', async () => {
  const okx = await startExchange({ market, accounts: [], dialect: okxDialect() })
  const listened = await openWiretap(okx.address)
  const options = { ...optionsOf('okx'), venue: 'okx', address: listened.address }
  const other = new PaperVenue(options)
  await other.start([BTC])
  expect(other.rules(BTC)).toMatchObject({ tick: '0.01', takerFee: '0.0015' })
  const placed = await other.place(order({ price: '70000' }))
  const fee = { currency: 'BTC', amount: '0.0000015' }
  expect(placed).toMatchObject({
    outcome: 'accepted',
    order: { status: 'filled', fills: [{ fee }] },
  })
  const names = listened.heard.flatMap(({ headers }) => Object.keys(headers))
  expect(names.filter((name) => !HARMLESS.includes(name))).toEqual([])
  await other.stop()
  await listened.stop()
  await okx.stop()
})

test('an exchange that ccxt does not know, or that has nothing public, is refused with what to write', async () => {
  for (const name of ['nosuchexchange', 'alpaca']) {
    const unfit = new PaperVenue({ ...optionsOf(name), venue: name })
    await expect(unfit.start([BTC])).rejects.toMatchObject({
      code: 'paper_venue_unfit',
      message: expect.stringContaining('exchange.of'),
    })
    await unfit.stop()
  }
})

test('one order in five meets a fault, where faults are asked for', () => {
  const fates = (faults: 'none' | 'some') =>
    Array.from({ length: 40 }, (_, at) =>
      paperFaults(faults, () => Uint8Array.of(0, at)).fate({ kind: 'order', about: '' }, 0),
    ).filter(({ name }) => name !== '').length
  expect([fates('none'), fates('some')]).toEqual([0, 8])
})
