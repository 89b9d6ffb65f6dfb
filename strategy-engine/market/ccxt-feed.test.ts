import { createLog, systemClock } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { LISTED, venue } from '../testing/kline-venue.ts'
import { openCcxtFeed } from './ccxt-feed.ts'
import type { FeedTrouble } from './feed.ts'

test('a market that was delisted after it was loaded is refused by its name', async () => {
  const feed = await openCcxtFeed({
    name: 'binance',
    address: await venue({
      '/api/v3/exchangeInfo': [200, { symbols: [LISTED] }],
      '/api/v3/time': [200, { serverTime: Date.now() }],
      '/api/v3/klines': [400, { code: -1121, msg: 'Invalid symbol.' }],
    }),
    clock: systemClock,
    log: createLog({ program: 'test', level: 'silent' }),
  })
  onTestFinished(() => feed.close())
  const told = Promise.withResolvers<FeedTrouble>()
  feed.subscribe({
    market: 'BTC/USDT',
    timeframe: '1m',
    history: 2,
    onCandle: () => expect.unreachable(),
    onHistory: () => expect.unreachable(),
    onStatus: () => undefined,
    onTrouble: told.resolve,
  })
  expect(await told.promise).toEqual({
    code: 'market_unknown',
    message: 'binance has no candles of BTC/USDT 1m: correct the strategy file',
  })
})
