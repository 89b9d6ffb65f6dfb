// The text of a message about one order.
import { expect, test } from 'vitest'
import { stopText } from './orders.ts'

test('a stop names its trigger, and the least it may be sold for', () => {
  const order = {
    id: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
    signal: 'AAECAwQFBgcICQoLDA0ODw',
    stream: 'home/demo',
    kind: 'stop',
    market: 'BTC/USDT',
    side: 'sell',
    amount: '0.00848',
    price: '56858.21',
    stop: '58018.58',
    value: '482.15',
    clientOrderId: '0'.repeat(32),
  } as const
  expect(stopText({ type: 'order', status: 'accepted', order, filled: '0' }).text).toBe(
    [
      '🛡 <b>Stop at 58,018.58 USDT</b> · BTC/USDT · demo',
      'Stands at the exchange: sells 0.00848 BTC at 56,858.21 USDT or better.',
    ].join('\n'),
  )
})
