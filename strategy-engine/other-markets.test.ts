import { systemClock } from '@keyside/runtime'
import { expect, test } from 'vitest'
import { columnsOf } from './market/candle-columns.ts'
import type { Subscription } from './market/feed.ts'
import { OtherMarkets } from './other-markets.ts'
import { otherMarketsOf } from './strategies/file/parts.ts'
import { candles, strategy } from './testing/rules.ts'

function open(markets: readonly string[]) {
  const subscriptions = new Map<string, Subscription>()
  const timers: (() => void)[] = []
  const others = new OtherMarkets({
    markets,
    timeframe: '1m',
    history: 3,
    feed: {
      subscribe: (subscription) => {
        subscriptions.set(subscription.market, subscription)
        return () => subscriptions.delete(subscription.market)
      },
      close: async () => undefined,
    },
    clock: {
      ...systemClock,
      after: (_, run) => {
        timers.push(run)
        return () => undefined
      },
    },
    onTrouble: () => undefined,
  })
  const did: number[] = []
  const wait = (start: number) => others.whenThere(start, () => did.push(start))
  const take = () => did.splice(0)
  const give = (market: string, start: number) =>
    subscriptions.get(market)?.onCandle(candles([start / 60 + 100], start)[0] as never, 'live')
  return { others, subscriptions, timers, wait, take, give }
}

test('a candle waits for the same one of each other market, in its order', () => {
  const { wait, take, give } = open(['ETH/USDT', 'SOL/USDT'])
  wait(60)
  wait(120)
  give('ETH/USDT', 60)
  expect(take()).toEqual([])
  for (const start of [60, 120]) give('SOL/USDT', start)
  expect(take()).toEqual([60])
  give('ETH/USDT', 120)
  expect(take()).toEqual([120])
})

test('what is not there after 5 s is unknown, and nothing waits for it any longer', () => {
  const { others, timers, wait, take, give } = open(['ETH/USDT'])
  wait(60)
  wait(120)
  timers[0]?.()
  expect(take()).toEqual([60])
  give('ETH/USDT', 120)
  expect(take()).toEqual([120])
  const own = columnsOf(candles([1, 2], 60))
  expect([...(others.beside(own).get('ETH/USDT')?.close ?? [])]).toEqual([Number.NaN, 102])
})

test('the past of another market lies beside the own one', () => {
  const { others, subscriptions, wait, take } = open(['ETH/USDT'])
  wait(120)
  subscriptions.get('ETH/USDT')?.onHistory(candles([7, 8, 9], 0), false)
  expect(take()).toEqual([120])
  const own = columnsOf(candles([1, 2], 60))
  expect([...(others.beside(own).get('ETH/USDT')?.close ?? [])]).toEqual([8, 9])
  others.stop()
  expect(subscriptions.size).toBe(0)
})

test('without other markets nothing waits', () => {
  const { wait, take } = open([])
  wait(60)
  expect(take()).toEqual([60])
})

test('finds the other markets of a rule wherever it names them', () => {
  const rules = {
    enter: 'close > sma(3) @ ETH/USDT and rsi(14) @ 1h > 50',
    exit: 'close @ SOL/USDT 1h < 5',
  }
  expect(otherMarketsOf(strategy(rules))).toEqual(['ETH/USDT', 'SOL/USDT'])
  expect(otherMarketsOf(strategy())).toEqual([])
})
