import { expect, test } from 'vitest'
import { RULES } from '../../testing/market-rules.ts'
import { TestClock } from '../../testing/rig.ts'
import { binance } from '../binance/dialect.ts'
import type { VenueMarket } from './dialect.ts'
import type { Reply } from './reply.ts'
import type { RestClient } from './rest-client.ts'
import { Watchlist } from './watchlist.ts'

const ETH: VenueMarket = { id: 'ETHUSDT', rules: { ...RULES, market: 'ETH/USDT' } }

/** A client that answers what the test says, and counts what it is asked. */
function opened(answers: { market: Reply<unknown>; quote?: Reply<unknown> }) {
  const asked: string[] = []
  const ask = async ({ method }: { method: string }) => {
    asked.push(method)
    if (method === 'publicGetExchangeInfo') return answers.market
    return answers.quote ?? { got: 'answer', value: [{ id: 'ETHUSDT', bid: '3000', ask: '3001' }] }
  }
  const clock = new TestClock()
  const client = { dialect: binance, ask } as unknown as RestClient
  return { looked: new Watchlist(client, clock, () => undefined), asked, clock }
}

const listed = { got: 'answer', value: [ETH] } as const
const unlisted = {
  got: 'refusal',
  refusal: { code: '-1121', text: 'Invalid symbol.', why: 'refused' },
} as const

test('a market that is not traded has a price once it is wanted, and none when it is wanted no more', async () => {
  const { looked, asked } = opened({ market: listed })
  looked.want(['ETH/USDT'])
  await looked.refresh()
  await looked.refresh()
  expect(looked.quote('ETH/USDT')).toMatchObject({ bid: '3000' })
  expect(asked.filter((method) => method === 'publicGetExchangeInfo')).toHaveLength(1)
  looked.want([])
  expect(looked.quote('ETH/USDT')).toBeNull()
  const before = asked.length
  await looked.refresh()
  expect(asked).toHaveLength(before)
})

test('one that is not to be had is asked about once a minute, and not at each price', async () => {
  const { looked, asked, clock } = opened({ market: unlisted })
  looked.want(['ETH/USDT'])
  await looked.refresh()
  await looked.refresh()
  expect(asked).toHaveLength(1)
  await clock.advance(60_000)
  await looked.refresh()
  expect(asked).toHaveLength(2)
})

test('whether the exchange lists a market is told from not knowing it', async () => {
  expect(await opened({ market: listed }).looked.lookUp('ETH/USDT')).toMatchObject({ found: 'yes' })
  expect(await opened({ market: unlisted }).looked.lookUp('ETH/USDT')).toEqual({
    found: 'no',
    near: [],
  })
  const lost = { got: 'ambiguous', message: 'no answer' } as const
  expect(await opened({ market: lost }).looked.lookUp('ETH/USDT')).toMatchObject({
    found: 'unknown',
  })
  const quoteless = opened({ market: listed, quote: { got: 'answer', value: [] } })
  expect(await quoteless.looked.lookUp('ETH/USDT')).toMatchObject({ found: 'unknown' })
})
