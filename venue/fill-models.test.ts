// What a backtest and paper trading ask of a fill model: candles in place of prices, and books as they were recorded.
import { expect, test } from 'vitest'
import type { FillModel } from './fill-model.ts'
import { BookFills } from './fill-models.ts'
import { openVenue, WHOLE } from './testing/path-venue.ts'

interface Candle {
  readonly open: number
  readonly high: number
  readonly low: number
}

/** Takers at the open, resting orders at their price where the candle went through it, stops at what the candle reached. */
function candleFills(candle: () => Candle): FillModel<bigint> {
  const cents = (price: number) => BigInt(price) * 100n
  return {
    price: () => cents(candle().open),
    reached: (_, direction) => cents(direction === 'fall' ? candle().low : candle().high),
    matches: ({ request: { side, price = 0n }, amount, filled }, _, moment) => {
      const { open, high, low } = candle()
      const best = moment === 'arrives' ? open : side === 'buy' ? low : high
      const isThrough = side === 'buy' ? cents(best) < price : cents(best) > price
      if (!isThrough) return []
      return [{ price: moment === 'arrives' ? cents(best) : price, amount: amount - filled }]
    },
  }
}

test('a path of candles fills what it goes through, and triggers what it reaches', () => {
  let candle: Candle = { open: 60_000, high: 60_100, low: 59_900 }
  const { place, move } = openVenue({ math: WHOLE, fills: candleFills(() => candle) })
  const taker = place({ amount: '1', price: '60050', timeInForce: 'IOC' })
  const rests = place({ amount: '1', price: '59000' })
  const stop = { type: 'stop_limit', side: 'sell', trigger: '58500', price: '58000' } as const
  const stopped = place({ ...stop, amount: '1' })
  candle = { open: 59_500, high: 59_600, low: 59_000 }
  move(59_500)
  expect([taker.status, rests.status, stopped.status]).toEqual(['filled', 'open', 'waiting'])
  expect(taker.fills).toMatchObject([{ price: 60_000_00n, liquidity: 'taker' }])
  candle = { open: 59_100, high: 59_100, low: 58_400 }
  move(59_100)
  expect(rests.fills).toMatchObject([{ price: 59_000_00n, liquidity: 'maker' }])
  expect(stopped.fills).toMatchObject([{ price: 58_000_00n }])
})

test('recorded books: what is taken of one is gone until the next, and no more is sold than it showed', () => {
  const level = (price: string, amount: string) => ({
    price: WHOLE.price.parse(price),
    amount: WHOLE.amount.parse(amount),
  })
  const books = [
    { version: 7, bids: [level('59990', '2')], asks: [level('60010', '0.4'), level('60020', '1')] },
    { version: 9, bids: [level('59995', '2')], asks: [level('60015', '0.3')] },
  ]
  let at = 0
  const source = {
    price: () => WHOLE.price.parse('60000'),
    book: () => books[at] ?? expect.fail(),
  }
  const { place, move } = openVenue({ math: WHOLE, fills: new BookFills(WHOLE, source) })
  const buy = { amount: '1', price: '60100', timeInForce: 'IOC' } as const
  const filled = () => place(buy).fills.map(({ price, amount }) => [price, amount])
  expect(filled()).toEqual([
    [60_010_00n, 4000_0000n],
    [60_020_00n, 6000_0000n],
  ])
  expect(filled()).toEqual([[60_020_00n, 4000_0000n]])
  expect(filled()).toEqual([])
  at = 1
  move(60_000)
  expect(filled()).toEqual([[60_015_00n, 3000_0000n]])
})
