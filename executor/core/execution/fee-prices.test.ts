// What fees in a third currency were worth, and what is told of it.
import { expect, test } from 'vitest'
import { START, TestExecutor } from '../../testing/rig.ts'
import type { Candle, Fee } from '../model/exchange.ts'

type Step = Extract<TestExecutor['reports'][number]['event'], { type: 'order' }>

const BNB = { amount: '0.0004', currency: 'BNB' }
const MINUTE = START / 1_000

/** Each fill costs a fee; prices of BNB are what the test says. */
function charging({ fee = BNB as Fee | null, open = '600' as string | null } = {}) {
  const executor = new TestExecutor()
  const { exchange } = executor
  const asked: string[] = []
  const market = { open, listed: true, answers: true }
  const place = exchange.place.bind(exchange)
  exchange.place = async (wire) => {
    const placed = await place(wire)
    if (placed.outcome !== 'accepted' || fee === null) return placed
    const fills = placed.order.fills.map((fill) => ({ ...fill, fee }))
    return { ...placed, order: { ...placed.order, fills } }
  }
  exchange.lookUp = async () =>
    market.listed
      ? { found: 'yes', quote: { bid: '1', ask: '1', at: 0 } }
      : { found: 'no', near: [] }
  exchange.candles = async (name, timeframe, _, since = 0) => {
    asked.push(`${name} ${timeframe} ${since / 1_000 - MINUTE}`)
    const price = market.open
    if (!market.answers) return { ok: false, message: 'no answer' }
    const candle: Candle = [since / 1_000, price ?? '1', price ?? '1', price ?? '1', '7']
    return { ok: true, value: price === null ? [] : [candle] }
  }
  const sales = () =>
    executor.reports.flatMap(({ event }) =>
      event.type === 'order' && event.order.kind === 'exit' && event.status === 'filled'
        ? [event]
        : [],
    )
  const prices = () =>
    executor.journal
      .database()
      .prepare("SELECT body FROM events WHERE type = 'fee_priced'")
      .all()
      .map(({ body }) => JSON.parse(String(body)).price as string | null)
  return { executor, asked, market, sales, prices }
}

const besidesOf = (step: Step | undefined) => step?.result?.besides

async function roundTrip(executor: TestExecutor): Promise<void> {
  await executor.enter()
  executor.exchange.price = '61000'
  await executor.give(executor.exit())
}

test('a sale is told at once, and again with all its fees once their price is known', async () => {
  const { executor, asked, sales } = charging()
  await roundTrip(executor)
  expect(asked).toEqual(['BNB/USDT 1m 0', 'BNB/USDT 1m 0'])
  const [first, second, ...more] = sales()
  expect(besidesOf(first)).toEqual([{ amount: '0.0008', currency: 'BNB' }])
  expect(first?.result).toMatchObject({ gain: '4.97', paid: '298.2' })
  // 0.0004 at 600 for the purchase, and as much for the sale.
  expect(second).toEqual({
    ...first,
    result: { gain: '4.49', negative: false, paid: '298.44', held: 0 },
  })
  expect(more).toEqual([])
  executor.close()
})

test('no order waits for it: without an answer trading goes on, and it is asked again', async () => {
  const { executor, asked, market, sales, prices } = charging()
  market.answers = false
  await roundTrip(executor)
  expect(sales()).toHaveLength(1)
  await executor.clock.advance(30_000)
  expect([asked.length, prices()]).toEqual([2, []])
  market.answers = true
  await executor.clock.advance(30_000)
  expect(prices()).toEqual(['600'])
  expect(sales().at(-1)?.result).toMatchObject({ gain: '4.49' })
  executor.close()
})

test('after a restart it is asked for the minute of the fill, however late', async () => {
  const { executor, asked, market, prices } = charging()
  market.answers = false
  await executor.enter()
  executor.stop()
  await executor.clock.advance(9_000_000)
  market.answers = true
  executor.crash()
  await executor.clock.advance(1_000)
  expect(asked).toEqual(['BNB/USDT 1m 0', 'BNB/USDT 1m 0'])
  expect(prices()).toEqual(['600'])
  executor.close()
})

test.for<[string, Partial<{ open: string | null; listed: boolean }>]>([
  ['the exchange does not list the market', { listed: false }],
  ['there is no candle of that minute', { open: null }],
  ['it is worth nothing', { open: '0.0000000001' }],
  ['the fee would be more than any is', { open: '12000' }],
])('what is not known, or cannot be true, is in no result: %s', async ([_, change]) => {
  const { executor, asked, market, sales, prices } = charging()
  Object.assign(market, change)
  await roundTrip(executor)
  await executor.clock.advance(200_000)
  expect(new Set(prices())).toEqual(new Set([null]))
  expect(asked.length).toBeLessThan(8)
  expect(sales().at(-1)?.result).toMatchObject({ gain: '4.97', besides: [{ amount: '0.0008' }] })
  executor.close()
})

test('a sale whose fees are of several minutes is told again once, with all of them', async () => {
  const { executor, market, sales } = charging()
  market.answers = false
  await executor.enter()
  await executor.clock.advance(60_000)
  await executor.give(executor.exit())
  market.answers = true
  await executor.clock.advance(60_000)
  expect(executor.state().portfolio.feesToPrice).toEqual({})
  expect(sales().map((step) => besidesOf(step)?.[0]?.amount)).toEqual(['0.0008', undefined])
  executor.close()
})

test('a question that is never answered keeps nothing from another minute, and ends after a week', async () => {
  const { executor, prices } = charging()
  const candles = executor.exchange.candles.bind(executor.exchange)
  executor.exchange.candles = async (...asked) =>
    asked[3] === START ? { ok: false, message: 'a price that cannot be read' } : candles(...asked)
  await executor.enter()
  expect(prices()).toEqual([])
  await executor.clock.advance(60_000)
  await executor.give(executor.exit())
  await executor.clock.advance(60_000)
  expect(prices()).toEqual(['600'])
  expect(Object.keys(executor.state().portfolio.feesToPrice)).toHaveLength(1)
  executor.stop()
  await executor.clock.advance(7 * 86_400_000)
  executor.crash()
  await executor.clock.advance(1_000)
  expect(prices()).toEqual(['600', null])
  expect(executor.state().portfolio.feesToPrice).toEqual({})
  executor.close()
})

test('a candle that has just begun may come late', async () => {
  const { executor, market, prices } = charging({ open: null })
  await executor.enter()
  await executor.clock.advance(20_000)
  market.open = '610'
  await executor.clock.advance(20_000)
  expect(prices()).toEqual(['610'])
  executor.close()
})

test.for<[string, Fee | null]>([
  ['the quote currency', { amount: '0.3', currency: 'USDT' }],
  ['coins', { amount: '0.00001', currency: 'BTC' }],
  ['nothing', { amount: '0', currency: 'BNB' }],
  ['none', null],
])('nothing is asked for a fee in %s', async ([_, fee]) => {
  const { executor, asked, sales } = charging({ fee })
  await roundTrip(executor)
  await executor.clock.advance(60_000)
  expect([asked, sales().length]).toEqual([[], 1])
  executor.close()
})
