// Prices that the trader wants to hear of: told once, over restarts and gaps, and never an order.
import type { Instruction } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'
import type { Candle } from '../model/exchange.ts'

type Asked = Extract<Instruction, { do: 'price_alert' }>

/** An executor whose exchange tells a new price each second. */
class Prices {
  readonly executor = new TestExecutor()
  /** What the exchange says of the past. */
  candles: readonly Candle[] | null = []
  readonly asked: string[] = []
  #commands = 0

  constructor() {
    const { exchange } = this.executor
    exchange.candles = async (...args: readonly unknown[]) => {
      this.asked.push(args.join(' '))
      return this.candles === null
        ? { ok: false, message: 'no answer' }
        : { ok: true, value: this.candles }
    }
  }

  async set(threshold: Asked['threshold'], repeats: Asked['repeats'] = 'once', market = 'btc') {
    this.#commands += 1
    const { executor } = this
    const name = `alert ${this.#commands}`
    await executor.give(executor.command({ do: 'price_alert', market, threshold, repeats }, name))
    return this.answer()
  }

  answer() {
    const event = this.executor.reports.findLast(({ event }) => event.type === 'answer')?.event
    return event?.type === 'answer' ? event.answer : null
  }

  async at(price: string, ms = 1_000): Promise<void> {
    const { exchange, clock } = this.executor
    exchange.price = price
    for (let passed = 0; passed < ms; passed += 1_000) {
      await clock.advance(1_000)
      exchange.quoteAt = clock.now()
    }
    await clock.advance(1_000)
  }

  /** No price at all for so long. */
  async away(ms: number): Promise<void> {
    await this.executor.clock.advance(ms)
  }

  told() {
    return this.executor.reports.flatMap(({ event }) =>
      event.type === 'price_alert' ? [event] : [],
    )
  }

  notices(): string[] {
    return this.executor.reports.flatMap(({ event }) =>
      event.type === 'notice' ? [`${event.code}: ${event.message}`] : [],
    )
  }

  /** From `start` seconds before now. */
  candle(ago: number, low: string, high: string): Candle {
    return [Math.floor(this.executor.clock.now() / 1000) - ago, low, high, low, high]
  }
}

test.each([
  ['above', '61000', '60999', '61000'],
  ['below', '59000', '59001', '59000'],
] as const)(
  'a price %s %s is told once, within two seconds, and then no more',
  async (is, price, near, there) => {
    const prices = new Prices()
    expect(await prices.set({ is, price })).toMatchObject({ about: 'price_alerts', set: 1 })
    await prices.at(near, 5_000)
    expect(prices.told()).toEqual([])
    await prices.at(there)
    await prices.at(near, 5_000)
    await prices.at(there, 5_000)
    expect(prices.told()).toEqual([
      {
        type: 'price_alert',
        number: 1,
        market: 'BTC/USDT',
        threshold: { is, price },
        repeats: 'once',
        price: there,
      },
    ])
    expect(prices.executor.exchange.sent).toEqual([])
    expect(prices.executor.state().portfolio.priceAlerts.all).toEqual({})
  },
)

test('one that repeats waits until the price has gone back, and a price that wavers is told once', async () => {
  const prices = new Prices()
  await prices.set({ is: 'above', price: '61000' }, 'always')
  await prices.at('61000', 2_000)
  for (const price of ['60990', '61010', '60980', '61020']) await prices.at(price, 60_000)
  expect(prices.told()).toHaveLength(1)
  await prices.at('60800', 2_000)
  await prices.at('61000', 2_000)
  expect(prices.told()).toHaveLength(2)
})

test('a move is counted from the lowest and the highest of its time, and from where it was told on', async () => {
  const prices = new Prices()
  await prices.set({ is: 'move', percent: '5', within: 3_600 }, 'always')
  await prices.at('60000', 3_000)
  await prices.at('62000', 60_000)
  await prices.at('59000', 60_000)
  await prices.at('58900', 2_000)
  expect(prices.told()).toMatchObject([{ price: '58900', from: '62000' }])
  await prices.at('58800', 120_000)
  await prices.at('61700', 2_000)
  expect(prices.told()).toHaveLength(1)
  await prices.at('61740', 2_000)
  expect(prices.told()[1]).toMatchObject({ price: '61740', from: '58800' })
})

test('what lies longer ago than its time is no part of a move', async () => {
  const prices = new Prices()
  await prices.set({ is: 'move', percent: '5', within: 60 })
  await prices.at('60000', 3_000)
  await prices.at('62000', 70_000)
  await prices.at('63500', 10_000)
  expect(prices.told()).toEqual([])
  await prices.at('65100', 2_000)
  expect(prices.told()).toMatchObject([{ from: '62000' }])
})

test('alerts are kept over a restart, and removed ones are not', async () => {
  const prices = new Prices()
  const { executor } = prices
  await prices.set({ is: 'above', price: '61000' })
  await prices.set({ is: 'above', price: '62000' })
  await executor.give(executor.command({ do: 'remove_price_alert', number: 1 }, 'remove'))
  expect(prices.answer()).toMatchObject({ rows: [{ number: 2 }] })
  const watched: unknown[] = []
  executor.exchange.watch = (markets) => void watched.push(markets)
  executor.crash()
  expect(watched).toEqual([['BTC/USDT']])
  await prices.at('62000', 2_000)
  expect(prices.told().map(({ number }) => number)).toEqual([2])
  await executor.give(executor.command({ do: 'remove_price_alert', number: 1 }, 'again'))
  expect(prices.answer()).toMatchObject({ about: 'refused', code: 'price_alert_unknown' })
})

test('a price that came and went while the exchange was away is found in its candles', async () => {
  const prices = new Prices()
  await prices.set({ is: 'above', price: '61000' })
  await prices.at('60000', 3_000)
  await prices.away(540_000)
  prices.candles = [prices.candle(300, '60100', '61234'), prices.candle(240, '60000', '60500')]
  await prices.at('60000', 2_000)
  expect(prices.asked).toEqual(['BTC/USDT 1m 11'])
  expect(prices.told()).toMatchObject([{ price: '61234', missed: { since: expect.any(Number) } }])
  expect(prices.notices()).toEqual([])
})

test('a restart looks for what was missed since the alert was set', async () => {
  const prices = new Prices()
  await prices.set({ is: 'below', price: '59000' })
  await prices.at('60000', 3_000)
  prices.executor.stop()
  await prices.away(40_000_000)
  prices.candles = [prices.candle(7_200, '58000', '60000')]
  prices.executor.crash()
  await prices.at('60000', 2_000)
  expect(prices.asked).toEqual(['BTC/USDT 1h 13'])
  expect(prices.told()).toMatchObject([{ price: '58000' }])
})

test('a candle that began before its alert was set may speak of earlier: that is said, and the alert stays', async () => {
  const prices = new Prices()
  await prices.set({ is: 'above', price: '61000' })
  prices.executor.stop()
  await prices.away(30_000)
  prices.candles = [prices.candle(60, '60000', '61500')]
  prices.executor.crash()
  await prices.at('60000', 2_000)
  expect(prices.told()).toEqual([])
  expect(prices.notices()).toEqual([
    expect.stringMatching(/^price_alert_unseen: BTC\/USDT, between/),
  ])
  await prices.at('61000', 2_000)
  expect(prices.told()).toHaveLength(1)
})

test('where the exchange tells no candles it is asked three times, and then the gap is said once', async () => {
  const prices = new Prices()
  await prices.set({ is: 'above', price: '61000' })
  await prices.at('60000', 3_000)
  await prices.away(540_000)
  prices.candles = null
  await prices.at('60000', 60_000)
  expect(prices.asked).toHaveLength(3)
  expect(prices.notices()).toEqual([expect.stringContaining('price_alert_unseen')])
})

test('a move that happened in a gap is found, with both of its prices', async () => {
  const prices = new Prices()
  await prices.set({ is: 'move', percent: '5', within: 3_600 })
  await prices.at('60000', 3_000)
  await prices.away(1_200_000)
  prices.candles = [prices.candle(900, '60000', '60100'), prices.candle(600, '63100', '63200')]
  await prices.at('60000', 2_000)
  expect(prices.told()).toMatchObject([{ price: '63200', from: '60000', missed: {} }])
})

test('a market that the exchange does not list is refused with names that are like it', async () => {
  const prices = new Prices()
  const { exchange } = prices.executor
  exchange.symbols = async () => ({
    ok: true,
    value: ['BTC/USDT', 'BTC/EUR', 'ETH/USDT', 'DOGE/USDT'],
  })
  expect(await prices.set({ is: 'above', price: '1' }, 'once', 'btcc/usdt')).toEqual({
    about: 'refused',
    code: 'price_alert_market_unknown',
    message: expect.stringContaining('it has no BTCC/USDT, and it has BTC/USDT, BTC/EUR'),
  })
  exchange.lookUp = async () => ({ found: 'unknown', message: 'timeout' })
  expect(await prices.set({ is: 'above', price: '1' })).toMatchObject({
    code: 'price_alert_unanswered',
  })
})

test('a price that is there already is refused for once, and waits for the next time where it repeats', async () => {
  const prices = new Prices()
  expect(await prices.set({ is: 'above', price: '50000' })).toMatchObject({
    code: 'price_alert_there',
  })
  expect(await prices.set({ is: 'above', price: '50000' }, 'always')).toMatchObject({
    rows: [{ number: 1, state: 'spent' }],
  })
  await prices.at('60000', 5_000)
  expect(prices.told()).toEqual([])
})

test('the same alert is set once, and there are fifty at most', async () => {
  const prices = new Prices()
  const first = { is: 'above', price: '61000' } as const
  await prices.set(first)
  expect(await prices.set({ is: 'above', price: '61000.0' })).toMatchObject({ set: 1, rows: [{}] })
  for (let at = 1; at < 50; at += 1) await prices.set({ is: 'above', price: String(62_000 + at) })
  expect(await prices.set({ is: 'above', price: '70000' })).toMatchObject({
    code: 'price_alerts_full',
  })
})

test('a clock that is set back tells nothing twice', async () => {
  const prices = new Prices()
  await prices.set({ is: 'above', price: '61000' }, 'always')
  await prices.at('61500', 2_000)
  prices.executor.clock.setBack(600_000)
  await prices.at('61500', 5_000)
  expect(prices.told()).toHaveLength(1)
})

test('a market without a price for ten minutes is told once, and once when it has one again', async () => {
  const prices = new Prices()
  await prices.set({ is: 'above', price: '61000' })
  await prices.at('60000', 3_000)
  await prices.away(500_000)
  expect(prices.notices()).toEqual([])
  await prices.away(700_000)
  expect(prices.notices()).toEqual([expect.stringMatching(/^price_unseen: BTC\/USDT: /)])
  prices.candles = [prices.candle(1_200, '60000', '60000')]
  await prices.at('60000', 3_000)
  expect(prices.notices()).toHaveLength(2)
  expect(prices.notices()[1]).toMatch(/^price_seen: /)
})
