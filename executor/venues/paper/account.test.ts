// The paper account on its disk: whatever moment it is left at, it is there again, with each order once.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import Big from 'big.js'
import { afterAll, expect, test } from 'vitest'
import type { OrderRequest } from '../../core/model/exchange.ts'
import { cancelOf, requestOf } from '../adapter/model-port.ts'
import { newId, order } from '../testing/steps.ts'
import { PaperAccount } from './account.ts'
import { ACCOUNT, math } from './math.ts'
import { writeOrder } from './stored-order.ts'

const BTC = 'BTC/USDT'
const SETUP = {
  symbol: BTC,
  base: 'BTC',
  quote: 'USDT',
  tick: '0.01',
  step: '0.00001',
  minAmount: '0.00001',
  maxAmount: '9000',
  minValue: '5',
  fees: { maker: '0.001', taker: '0.001' },
}
const START = Date.UTC(2026, 10, 23)
const folder = mkdtempSync(join(tmpdir(), 'keyside-account-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const newFile = () => {
  files += 1
  return join(folder, `${files}.db`)
}

function open(path = newFile(), balances: Record<string, string> = { USDT: '10000', BTC: '1' }) {
  const account = new PaperAccount({ path, venue: 'binance', balances })
  account.use([SETUP])
  return account
}

function see(account: PaperAccount, price: number, at: number, traded: readonly number[] = []) {
  const one = (sign: number) => [{ price: new Big(price + sign * 5), amount: new Big(0.004) }]
  account.fills.see(BTC, {
    book: { bids: one(-1), asks: one(1) },
    traded: traded.map((print) => ({ price: new Big(print), amount: new Big(0.003), at })),
  })
  account.change(BTC, (venue) => venue.advance(at), at)
  account.fills.forgetTrades(BTC)
}

const take = (account: PaperAccount, sent: OrderRequest, at: number) =>
  account.change(BTC, (venue) => venue.submit(requestOf(math, sent, ACCOUNT), at))

/** All that matters of it. */
function stateOf(account: PaperAccount) {
  const { venue } = account
  const wallet = venue.wallet(ACCOUNT)
  return {
    orders: venue.orders.map((one): unknown => JSON.parse(writeOrder(one))),
    open: [...venue.open].map(({ id }) => id),
    balances: wallet.currencies.map((currency) => {
      const { free, held } = wallet.balance(currency)
      return [currency, free.toFixed(), held.toFixed()]
    }),
    seenAt: account.seenAt(BTC),
  }
}

/** What is there after a kill at this very moment. */
function onDisk(path: string): ReturnType<typeof stateOf> {
  using db = new DatabaseSync(path, { readOnly: true })
  const rows = db.prepare('SELECT * FROM orders ORDER BY id').all()
  const balances = db.prepare('SELECT * FROM balances ORDER BY currency').all()
  const seenAt = db.prepare('SELECT seen_at FROM markets').get()?.['seen_at']
  return {
    orders: rows.map(({ body }): unknown => JSON.parse(String(body))),
    open: rows.flatMap(({ id, open: isOpen }) => (isOpen === 1 ? [BigInt(Number(id))] : [])),
    balances: balances.map(({ currency, free, held }) => [currency, free, held].map(String)),
    seenAt: typeof seenAt === 'number' ? seenAt : null,
  }
}

/** mulberry32 */
function draws(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function randomWish(draw: () => number, price: number): Partial<OrderRequest> {
  const amount = (0.001 + Math.floor(draw() * 8) / 1_000).toFixed(5)
  const side = draw() < 0.5 ? 'buy' : 'sell'
  const kind = draw()
  if (kind < 0.4) return { side, amount, price: String(price + (side === 'buy' ? 50 : -50)) }
  if (kind < 0.7)
    return { side, amount, timeInForce: 'GTC', price: String(price - (side === 'buy' ? 20 : -20)) }
  const trigger = price - 100
  return {
    ...{ side: 'sell', amount, type: 'stop_limit', timeInForce: 'GTC' },
    triggerPrice: String(trigger),
    price: String(trigger - 300),
  }
}

test.each([1, 2, 3])('a kill after any step loses nothing and repeats nothing, seed %i', (seed) => {
  const path = newFile()
  let account = open(path)
  const draw = draws(seed)
  let [price, at] = [60_000, START]
  see(account, price, at)
  let taken = 0
  for (let step = 0; step < 60; step += 1) {
    at += 1_000
    const what = draw()
    const resting = [...account.venue.open][0]
    if (what < 0.45) {
      const { outcome } = take(account, order(randomWish(draw, price)), at)
      if (outcome === 'accepted') taken += 1
    } else if (what < 0.55 && resting !== undefined) {
      const { clientOrderId } = resting.request
      account.change(BTC, (venue) => cancelOf(venue, { account: ACCOUNT, clientOrderId, now: at }))
    } else {
      price += Math.round((draw() - 0.5) * 300)
      see(account, price, at, [price - 40, price + 40])
    }
    expect(onDisk(path)).toEqual(stateOf(account))
    if (draw() < 0.1) {
      const before = stateOf(account)
      account.close()
      account = open(path)
      expect(stateOf(account)).toEqual(before)
      see(account, price, at)
    }
  }
  expect(account.venue.orders).toHaveLength(taken)
  expect(account.venue.orders.flatMap(({ fills }) => fills).length).toBeGreaterThan(5)
  account.close()
})

test('where the disk refuses in the middle, the order was never taken, and the next one is', () => {
  const path = newFile()
  const account = open(path)
  see(account, 60_000, START)
  const before = stateOf(account)
  using other = new DatabaseSync(path)
  other.exec(
    "CREATE TRIGGER full BEFORE INSERT ON balances BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
  )
  const sent = order({ price: '60100' })
  expect(() => take(account, sent, START)).toThrow('disk is full')
  expect(stateOf(account)).toEqual(before)
  expect(account.find(sent.clientOrderId)).toBeNull()
  other.exec('DROP TRIGGER full')
  expect(take(account, sent, START).outcome).toBe('accepted')
  expect(onDisk(path)).toEqual(stateOf(account))
  account.close()
})

test('an order that is over for long is found, with its fills, and its name is taken for ever', () => {
  const path = newFile()
  const account = open(path)
  see(account, 60_000, START)
  const first = order({ price: '60100', amount: '0.0001' })
  take(account, first, START)
  using db = new DatabaseSync(path)
  // As if two thousand had come since.
  db.exec('UPDATE orders SET id = id')
  db.prepare('INSERT INTO orders VALUES (2001, ?, 0, ?)').run(
    newId(),
    writeOrder({ ...firstOf(account), id: 2001n }),
  )
  account.close()
  const later = open(path)
  see(later, 60_000, START + 1_000)
  expect(later.venue.orders.map(({ id }) => id)).toEqual([2001n])
  expect(later.find(first.clientOrderId)?.fills).toHaveLength(1)
  expect(later.order('1')?.fills).toHaveLength(1)
  expect(() => take(later, first, START)).toThrow(/UNIQUE/)
  later.close()
})

function firstOf(account: PaperAccount) {
  const [one] = account.venue.orders
  if (one === undefined) throw new Error('no order')
  return one
}

test('the account of a program that runs is not opened by another, nor that of another exchange', () => {
  const path = newFile()
  const account = open(path)
  expect(() => open(path)).toThrow(expect.objectContaining({ code: 'paper_in_use' }))
  account.close()
  expect(() => new PaperAccount({ path, venue: 'kraken', balances: {} })).toThrow(
    expect.objectContaining({ code: 'paper_of_another' }),
  )
  open(path).close()
})

test('a reset begins with the balances that are given, and keeps what was traded', () => {
  const account = open()
  see(account, 60_000, START)
  take(account, order({ price: '60100', amount: '0.001' }), START)
  const waiting = order({ price: '50000', timeInForce: 'GTC' })
  take(account, waiting, START)
  const balances = { USDT: '500' }
  expect(() => account.reset(balances)).toThrow(
    expect.objectContaining({ code: 'paper_orders_open' }),
  )
  account.change(BTC, (venue) =>
    cancelOf(venue, { account: ACCOUNT, clientOrderId: waiting.clientOrderId, now: START }),
  )
  account.reset(balances)
  expect(stateOf(account)).toMatchObject({ balances: [['USDT', '500', '0']] })
  expect(account.venue.orders).toHaveLength(2)
  account.close()
})

test('least amounts, steps and money are those of the market, and fees are taken in the coin that is bought', () => {
  const account = open()
  see(account, 60_000, START)
  const refused = (change: Partial<OrderRequest>) => {
    const submitted = take(account, order({ price: '60100', ...change }), START)
    return submitted.outcome === 'rejected' ? submitted.reason : 'accepted'
  }
  expect(refused({ amount: '0.00008' })).toBe('min_value')
  expect(refused({ amount: '0.0010001' })).toBe('amount_step')
  expect(refused({ price: '60100.001' })).toBe('price_step')
  expect(refused({ amount: '1' })).toBe('no_balance')
  const bought = take(account, order({ price: '60100', amount: '0.001' }), START)
  expect(bought.outcome === 'accepted' && bought.order.fills[0]?.fee).toEqual({
    amount: new Big('0.000001'),
    currency: 'BTC',
  })
  expect(account.venue.wallet(ACCOUNT).free('BTC').toFixed()).toBe('1.000999')
  account.close()
})
