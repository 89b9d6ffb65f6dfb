import { expect, test } from 'vitest'
import { binance } from './dialect.ts'

const READABLE = {
  symbol: 'BTCUSDT',
  orderId: 7,
  clientOrderId: 'a'.repeat(32),
  status: 'NEW',
  type: 'STOP_LOSS_LIMIT',
  side: 'SELL',
  timeInForce: 'GTC',
  executedQty: '0.00000000',
  origQty: '1.00000000',
  price: '1.00000000',
  stopPrice: '2.00000000',
}

test('of the whole account, rows that cannot be read are left out: an order that is not in the list is looked up', () => {
  const [question] = binance.openOrders(null)
  expect(question?.read([{ symbol: 'OTHER', status: 'A_NEW_WORD' }, READABLE])).toMatchObject([
    { exchangeId: '7', clientOrderId: READABLE.clientOrderId, status: 'open', market: 'BTCUSDT' },
  ])
  expect(question?.read({ code: 0 })).toBeNull()
})
