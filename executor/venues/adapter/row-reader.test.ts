// What a list of rows says: all that were asked about or nothing, and nothing of another market or another order.
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { VenueMarket } from './dialect.ts'
import { type OrderRow, RowReader, type TradeRow } from './row-reader.ts'
import { amount, fields, spotMarket } from './text-fields.ts'

const rows = new RowReader((body) => (Array.isArray(body) ? body : null))
const BTC: VenueMarket = spotMarket('BTCUSDT', {
  base: 'BTC',
  quote: 'USDT',
  tick: '1',
  step: '1',
  minAmount: '1',
  maxAmount: '1',
  minValue: '1',
  stop: { holds: 'coins', max: null },
  takerFee: '0.001',
  status: 'trading',
})

const orderRow = fields({ market: ['s', z.string()], clientOrderId: ['c', z.string()] }).transform(
  (row): OrderRow => ({
    ...row,
    kind: 'order',
    exchangeId: '7',
    status: 'open',
    filled: '0',
    fills: [],
  }),
)
const OURS = { s: 'BTCUSDT', c: 'ours' }

test('a list of one market says which row cannot be read, and is unreadable with one of another market', () => {
  const read = rows.orders(orderRow, BTC)
  expect(read([OURS])).toEqual([expect.not.objectContaining({ market: 'BTCUSDT' })])
  expect(read([OURS, { c: 'no market' }])).toMatchObject([{ clientOrderId: 'ours' }, null])
  expect(read([OURS, { ...OURS, s: 'ETHUSDT' }])).toBeNull()
  expect(read('<html>')).toBeNull()
})

test('of the whole account what can be read is listed, each with its market', () => {
  const read = rows.ordersOfAll(orderRow)
  expect(read([OURS, {}, { ...OURS, s: 'ETHUSDT' }])?.map((one) => one?.market)).toEqual([
    'BTCUSDT',
    undefined,
    'ETHUSDT',
  ])
  expect(read('<html>')).toBeNull()
})

test.each([
  [[OURS], true],
  [[OURS, OURS], false],
  [[{ ...OURS, c: 'another' }], false],
  [[{ ...OURS, s: 'ETHUSDT' }], false],
  [[], false],
])('%j is the order that was asked for: %s', (body, isOurs) => {
  expect(rows.order(orderRow, BTC, { clientOrderId: 'ours' })(body) !== null).toBe(isOurs)
})

const tradeRow = fields({ id: ['n', z.string()], exchangeId: ['o', z.string()] }).transform(
  (row): TradeRow => ({ ...row, market: 'BTCUSDT', at: 1, amount: '1', price: '1', side: 'buy' }),
)
const [one, two] = [
  { n: '1', o: '7' },
  { n: '2', o: '8' },
]

test('a page with fills of other orders is taken only where it was asked for, and a full one is not the last', () => {
  const next = () => 'next'
  const own = rows.fills(tradeRow, BTC, '7', { most: 2, next })
  expect(own([one])?.next).toBeNull()
  expect(own([one, two])).toBeNull()
  const mixed = rows.fills(tradeRow, BTC, '7', { most: 2, among: 'others', next })
  expect(mixed([one, two])?.fills.map(({ id }) => id)).toEqual(['1'])
  expect(mixed([one, two])?.next).toBe('next')
})

const coinRow = fields({
  currency: ['coin', z.string()],
  free: ['free', amount],
  used: ['used', amount],
})
const coin = (name: string, free: string) => ({ coin: name, free, used: '0' })

test('balances are all there or none: a coin that is left out would look as if it were sold', () => {
  const read = rows.balances(coinRow, 'coin', new Set(['BTC']))
  expect(read([coin('BTC', '1'), coin('PEPE', '1e15')])).toHaveLength(1)
  expect(read([coin('BTC', '1e15')])).toBeNull()
  expect(read([{ free: '1e15' }])).toBeNull()
})
