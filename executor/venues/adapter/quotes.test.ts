import { expect, test } from 'vitest'
import { RULES } from '../../testing/fake-exchange.ts'
import { TestClock } from '../../testing/rig.ts'
import { binance } from '../binance/dialect.ts'
import { Quotes } from './quotes.ts'
import type { RestClient } from './rest-client.ts'

test('a clock that is set back does not keep the quotes from before', async () => {
  const clock = new TestClock()
  let price = '60000'
  const client = {
    dialect: binance,
    ask: async () => ({ got: 'answer', value: [{ id: 'BTCUSDT', bid: price, ask: price }] }),
  } as unknown as RestClient
  const market = { id: 'BTCUSDT', rules: RULES } as never
  const quotes = new Quotes(client, clock)
  await quotes.refresh([market])
  clock.setBack(7_200_000)
  price = '61000'
  await quotes.refresh([market])
  expect(quotes.get(market)).toMatchObject({ bid: '61000', at: clock.now() })
})
