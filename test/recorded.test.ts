// How a recorded answer is counted: read, refused, not read, of something else. The answers here are made up.
import { expect, test } from 'vitest'
import { binance } from '../executor/venues/binance/dialect.ts'
import { okx } from '../executor/venues/okx/dialect.ts'
import { countsOf, readRecorded } from './recorded-answers.ts'

const trade = {
  symbol: 'BTCUSDT',
  id: '1',
  orderId: '2',
  price: '60000',
  qty: '0.1',
  commission: '0.0001',
  commissionAsset: 'BTC',
  // Quoted, as ccxt writes numbers down.
  time: '1700000000000',
  isBuyer: true,
}
const price = { symbol: 'BTCUSDT', bidPrice: '1', askPrice: '2', quoteVolume: '3' }
const order = {
  symbol: 'BTCUSDT',
  orderId: 2,
  clientOrderId: 'ours',
  transactTime: 1_700_000_000_000,
  price: '1',
  origQty: '1',
  executedQty: '0',
  status: 'NEW',
  timeInForce: 'GTC',
  type: 'LIMIT',
  side: 'BUY',
  fills: [],
}
const canceled = { ...order, clientOrderId: 'new', origClientOrderId: 'ours', status: 'CANCELED' }
const file = (method: string, httpResponse: unknown, input: unknown[] = []) => ({
  methods: { [method]: [{ description: 'one', input, httpResponse }] },
})
const gotOf = (dialect: typeof binance, ...of: Parameters<typeof file>) =>
  readRecorded(dialect, file(...of)).map(({ got, why }) => [got, why])

test.each([
  ['a trade', 'fetchMyTrades', [trade], 'read'],
  ['a trade without a fee', 'fetchMyTrades', [{ ...trade, commission: 'none' }], 'unread'],
  ['a future', 'fetchMyTrades', [{ ...trade, positionSide: 'BOTH' }], 'other'],
  ['a list of prices', 'fetchTicker', [price], 'read'],
  ['one price alone, which is never asked for', 'fetchTicker', price, 'other'],
  ['an order with its fills', 'createOrder', order, 'read'],
  [
    'an order without them, which is never asked for',
    'createOrder',
    { ...order, fills: undefined },
    'other',
  ],
  [
    'an order at any price, which is never sent',
    'createOrder',
    { ...order, type: 'MARKET' },
    'other',
  ],
  ['a canceled order, which has a new name', 'cancelOrder', canceled, 'read'],
  ['a method that is never used', 'fetchDepositAddress', { address: '0' }, 'other'],
])('%s', (_, method, answer, got) => {
  expect(gotOf(binance, method, answer)).toEqual([[got, '']])
})

test('a refusal is read as one, with its number', () => {
  const refusal = { code: '51008', msg: 'Insufficient balance', data: [] }
  expect(gotOf(okx, 'createOrder', refusal)).toEqual([['refused', '51008']])
})

test('a reader that breaks is told', () => {
  const broken = {
    ...okx,
    trades: () => ({
      ...okx.time(),
      read: () => {
        throw new Error('broken')
      },
    }),
  }
  const readings = readRecorded(broken, file('fetchMyTrades', { code: '0', data: [] }))
  expect(readings[0]).toMatchObject({ got: 'crashed', why: 'broken' })
  expect(countsOf(readings)).toMatchObject({ crashed: 1, read: 0 })
})
