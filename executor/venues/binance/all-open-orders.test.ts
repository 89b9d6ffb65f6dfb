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

test('of the whole account, a row that cannot be read is none of the orders, and is not passed over', () => {
  const [question] = binance.allOpenOrders()
  expect(question?.read([{ symbol: 'OTHER', status: 'A_NEW_WORD' }, READABLE])).toMatchObject([
    null,
    { exchangeId: '7', clientOrderId: READABLE.clientOrderId, status: 'open', market: 'BTCUSDT' },
  ])
  expect(question?.read({ code: 0 })).toBeNull()
})
