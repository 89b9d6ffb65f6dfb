import { expect, test } from 'vitest'
import { RULES } from '../testing/fake-exchange.ts'
import { TestClock } from '../testing/rig.ts'
import type { Line } from './line.ts'
import { Quotes } from './quotes.ts'

test('a clock that is set back does not keep the quotes from before', async () => {
  const clock = new TestClock()
  let price = '60000'
  const line = {
    ask: async () => ({
      got: 'answer',
      body: [{ symbol: 'BTCUSDT', bidPrice: price, bidQty: '1', askPrice: price, askQty: '1' }],
    }),
  } as unknown as Line
  const market = { id: 'BTCUSDT', rules: RULES } as never
  const quotes = new Quotes(line, clock)
  await quotes.refresh([market])
  clock.setBack(7_200_000)
  price = '61000'
  await quotes.refresh([market])
  expect(quotes.get(market)).toMatchObject({ bid: '61000', at: clock.now() })
})
