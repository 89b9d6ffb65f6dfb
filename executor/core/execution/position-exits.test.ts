import { expect, test } from 'vitest'
import { RULES } from '../../testing/fake-exchange.ts'
import { jtiOf, TestExecutor } from '../../testing/rig.ts'
import type { Placed } from '../model/exchange.ts'

const SECOND = 1_000
const MINUTE = 60_000

/** The market moves, and time goes on for the executor to see it. */
async function price(executor: TestExecutor, to: string, ms = 2_000): Promise<void> {
  executor.exchange.price = to
  await executor.clock.advance(ms)
}

const sales = ({ exchange }: TestExecutor) =>
  exchange.sent.filter(({ side, timeInForce }) => side === 'sell' && timeInForce === 'IOC')
const stops = ({ exchange }: TestExecutor) =>
  exchange.sent.filter(({ type }) => type === 'stop_limit')
const restingStops = ({ exchange }: TestExecutor) =>
  [...exchange.orders.values()].filter(
    ({ order, status }) => order.type === 'stop_limit' && status === 'open',
  )
const positions = (executor: TestExecutor) => Object.values(executor.state().portfolio.positions)
const count = (executor: TestExecutor, line: string) =>
  executor.told().filter((told) => told === line).length

/** What `kind` of order is answered with from now on. */
function answer(executor: TestExecutor, kind: 'stop' | 'IOC', placed: Placed | null): void {
  const { exchange } = executor
  const place = Object.getPrototypeOf(exchange).place as typeof exchange.place
  exchange.place = async (order) => {
    const sent = order.type === 'stop_limit' ? 'stop' : order.timeInForce
    if (placed === null || sent !== kind) return place.call(exchange, order)
    exchange.sent.push(order)
    return placed
  }
}
const rejected = (code: string) => ({ outcome: 'rejected', code, message: 'no' }) as const

test('a stop that has triggered and finds nobody for three seconds becomes an exit from the bid', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  // Between trigger (58000) and limit (56840) the stop may still sell.
  await price(executor, '57000', 10 * SECOND)
  expect(sales(executor)).toEqual([])
  await price(executor, '56000', 2 * SECOND)
  expect(sales(executor)).toEqual([])
  await price(executor, '56000', 4 * SECOND)
  expect(sales(executor)).toMatchObject([{ amount: '0.00497', price: '54880' }])
  expect(positions(executor)).toEqual([])
  expect(executor.told()).toContain('notice position_closing')
  executor.close()
})

test('a price that was below the stop for a moment is no failed stop', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  for (let dip = 0; dip < 5; dip += 1) {
    await price(executor, '56000', 2 * SECOND)
    await price(executor, '57500', 2 * SECOND)
  }
  expect(sales(executor)).toEqual([])
})

test('an exit behind a stop is tried every three seconds until it sells, with one alarm a minute', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  answer(executor, 'IOC', rejected('exchange_market_closed'))
  await price(executor, '56000', 5 * SECOND)
  expect(sales(executor)).toHaveLength(1)
  await executor.clock.advance(3 * MINUTE)
  expect(sales(executor)).toHaveLength(61)
  expect(count(executor, 'notice exit_failed')).toBe(4)
  // The price is below it: no stop in between, which would only be rejected.
  expect(stops(executor)).toHaveLength(1)
  executor.crash()
  answer(executor, 'IOC', null)
  await executor.clock.advance(MINUTE)
  expect(positions(executor)).toEqual([])
  expect(executor.state().portfolio.orders).toEqual({})
})

test('a stop that would trigger at once is an exit', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000', stopPrice: '58000' })
  const entry = executor.exchange.accepted[0]?.clientOrderId ?? ''
  executor.exchange.fill(entry, '0.00508', 'filled')
  executor.exchange.mode = 'fills'
  await price(executor, '57900')
  expect(stops(executor)).toEqual([])
  expect(sales(executor)).toHaveLength(1)
  expect(positions(executor)).toEqual([])
})

test('a stop that the exchange would trigger at once, on a price not seen here yet, is an exit', async () => {
  const executor = new TestExecutor()
  answer(executor, 'stop', rejected('exchange_stop_would_trigger'))
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.advance(SECOND)
  expect(stops(executor)).toHaveLength(1)
  expect(sales(executor)).toHaveLength(1)
  expect(positions(executor)).toEqual([])
  expect(executor.told()).not.toContain('notice stop_failed')
})

test.for(['exchange_rate_limited', 'exchange_filter_refused'])(
  'a stop that fails (%s) is tried again, with an alarm',
  async (code) => {
    const executor = new TestExecutor()
    answer(executor, 'stop', rejected(code))
    await executor.enter({ stopPrice: '58000' })
    await executor.clock.advance(3 * MINUTE)
    // At 0 s, at 2 s, and then every 3 s.
    expect(stops(executor)).toHaveLength(61)
    expect(count(executor, 'notice stop_failed')).toBe(3)
    await executor.clock.advance(10 * MINUTE)
    expect(stops(executor).length, 'a hundred, and then one a minute').toBe(109)
    executor.crash()
    answer(executor, 'stop', null)
    await executor.clock.advance(MINUTE)
    expect(restingStops(executor)).toHaveLength(1)
  },
)

test.for(['exchange_rate_limited', 'order_not_sent'])(
  'an exit that fails (%s) leaves the position under its stop',
  async (code) => {
    const executor = new TestExecutor()
    await executor.enter({ stopPrice: '58000' })
    answer(executor, 'IOC', rejected(code))
    await executor.give(executor.exit())
    await executor.clock.advance(5 * SECOND)
    expect(sales(executor)).toHaveLength(1)
    expect(restingStops(executor)).toMatchObject([{ order: { amount: '0.00497' } }])
  },
)

test('an exit that would leave too little for any order sells all of it', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  await executor.give(executor.exit({ size: { unit: 'percent', value: '99' } }))
  await executor.clock.advance(100)
  expect(sales(executor)).toMatchObject([{ amount: '0.00497' }])
  expect(positions(executor)).toEqual([])
  expect(executor.told()).not.toContain('notice dust_written_off')
})

test('what is left below the least value is written off, unless it was much: then the price is not believed', async () => {
  for (const [size, left] of [
    ['20', 0],
    ['300', 1],
  ] as const) {
    const executor = new TestExecutor()
    await executor.enter({ size: { unit: 'quote', value: size } })
    await price(executor, '900', MINUTE)
    expect(positions(executor)).toHaveLength(left)
    executor.close()
  }
})

test('a part of an entry that is too little for its stop is written off when the entry is over, not before', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000', stopPrice: '58000' })
  const entry = executor.exchange.accepted[0]?.clientOrderId ?? ''
  executor.exchange.fill(entry, '0.00005', 'open')
  await executor.clock.advance(10 * SECOND)
  expect(positions(executor)).toHaveLength(1)
  expect(executor.told()).not.toContain('notice stop_failed')
  executor.exchange.fill(entry, '0.00001', 'canceled')
  await executor.clock.advance(3 * SECOND)
  expect(positions(executor)).toEqual([])
  expect(count(executor, 'notice dust_written_off')).toBe(1)
  executor.crash()
  expect(positions(executor), 'and stays so').toEqual([])
})

/** Of every purchase, in coins: it leaves less than a step. */
function takeFees(executor: TestExecutor): void {
  const { exchange } = executor
  const place = exchange.place.bind(exchange)
  exchange.place = async (wire) => {
    const placed = await place(wire)
    if (wire.side === 'sell' || placed.outcome !== 'accepted') return placed
    const fee = { amount: '0.000005', currency: RULES.base }
    const fills = placed.order.fills.map((fill) => ({ ...fill, fee }))
    return { ...placed, order: { ...placed.order, fills } }
  }
}

test('exits that waited for another find nothing more where that one left dust, and nobody is alarmed', async () => {
  const executor = new TestExecutor()
  takeFees(executor)
  await executor.enter({ stopPrice: '58000' })
  executor.exchange.mode = 'rests'
  await executor.give(executor.exit())
  await executor.clock.advance(SECOND)
  executor.exchange.cancel = async () => ({ ok: false, message: 'no answer' })
  for (let more = 0; more < 2; more += 1) await executor.give(executor.exit())
  executor.exchange.fill(sales(executor)[0]?.clientOrderId ?? '', '0.00496', 'filled')
  await executor.clock.advance(5 * SECOND)
  expect(positions(executor)).toEqual([])
  expect(count(executor, 'notice dust_written_off'), 'less than a step is not told').toBe(0)
  expect(count(executor, 'refusal no_position')).toBe(2)
  expect(executor.told()).not.toContain('notice stop_failed')
})

test('what could be sold and cannot be protected is sold', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000', stopPrice: '50000' })
  const entry = executor.exchange.accepted[0]?.clientOrderId ?? ''
  executor.exchange.fill(entry, '0.00008', 'open')
  await executor.clock.advance(10 * SECOND)
  expect(sales(executor), 'more of it may come').toEqual([])
  executor.exchange.mode = 'fills'
  executor.exchange.fill(entry, '0.00002', 'canceled')
  await executor.clock.advance(3 * SECOND)
  expect(sales(executor)).toMatchObject([{ amount: '0.0001' }])
  expect(positions(executor)).toEqual([])
  expect(executor.told()).toContain('notice position_closing')
  expect(executor.told()).not.toContain('notice dust_written_off')
})

test('the part of a resting entry that has filled stands under a stop, and each part after it', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000', stopPrice: '58000' })
  const entry = executor.exchange.accepted[0]?.clientOrderId ?? ''
  for (let part = 1; part <= 25; part += 1) {
    executor.exchange.fill(entry, '0.0002', 'open')
    executor.take(executor.head())
    await executor.clock.advance(5 * SECOND)
    const amount = String(Math.round(part * 20) / 1e5)
    expect(restingStops(executor)).toMatchObject([{ order: { amount } }])
  }
  expect(executor.told()).not.toContain('notice stop_failed')
})

test('a stop that keeps vanishing is placed again all the same, and the trader is told each minute', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  for (let second = 0; second < 180; second += 1) {
    for (const kept of restingStops(executor)) kept.status = 'canceled'
    await executor.clock.advance(SECOND)
  }
  expect(count(executor, 'notice stop_failed')).toBeGreaterThanOrEqual(2)
  expect(stops(executor).length).toBeLessThan(30)
  await executor.clock.advance(MINUTE)
  expect(restingStops(executor)).toHaveLength(1)
})

test('after a restart a position without its stop has one within five seconds', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  for (const kept of restingStops(executor)) kept.status = 'canceled'
  executor.crash()
  await executor.clock.advance(5 * SECOND)
  expect(restingStops(executor)).toHaveLength(1)
})

const LADDER = [
  { price: '62000', percent: '50' },
  { price: '61000', percent: '30' },
  { price: '63000', percent: '20' },
]

test('sells each take-profit level once, and everything with the last', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000', takeProfits: LADDER })
  await price(executor, '61000', 5 * SECOND)
  expect(sales(executor)).toMatchObject([{ amount: '0.00149' }])
  expect(restingStops(executor)).toMatchObject([{ order: { amount: '0.00348' } }])
  executor.crash()
  await executor.clock.advance(5 * SECOND)
  await price(executor, '60000')
  await price(executor, '61500', 10 * SECOND)
  expect(sales(executor)).toHaveLength(1)
  await price(executor, '62000', 5 * SECOND)
  await price(executor, '63000', 5 * SECOND)
  expect(sales(executor).map(({ amount }) => amount)).toEqual(['0.00149', '0.00248', '0.001'])
  expect(positions(executor)).toEqual([])
  expect(count(executor, 'notice take_profit')).toBe(3)
})

test('a level counts only so long after the first fill, and others are sold before and after it', async () => {
  const executor = new TestExecutor()
  const [half, third] = LADDER.map((level) => ({ ...level }))
  const takeProfits = [{ ...third, after: 600 }, half].filter((level) => level !== undefined)
  await executor.enter({ stopPrice: '58000', takeProfits: takeProfits as typeof LADDER })
  await price(executor, '61500', 5 * MINUTE)
  expect(sales(executor)).toEqual([])
  await price(executor, '62500', 5 * SECOND)
  expect(sales(executor).map(({ amount }) => amount)).toEqual(['0.00248'])
  expect(positions(executor)).toMatchObject([{ levelsFilled: [1] }])
  executor.crash()
  await price(executor, '61500', 4 * MINUTE)
  expect(sales(executor)).toHaveLength(1)
  await executor.clock.advance(2 * MINUTE)
  expect(sales(executor).map(({ amount }) => amount)).toEqual(['0.00248', '0.00149'])
  await executor.clock.advance(2 * MINUTE)
  expect(sales(executor)).toHaveLength(2)
})

test('levels that are reached together are sold together, and what no level names is kept', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000', takeProfits: LADDER.slice(0, 2) })
  await price(executor, '64000', 5 * SECOND)
  expect(sales(executor).map(({ amount }) => amount)).toEqual(['0.00397'])
  expect(restingStops(executor)).toMatchObject([{ order: { amount: '0.001' } }])
})

test('a level that would leave too little for a stop sells everything', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000', takeProfits: [{ price: '61000', percent: '99' }] })
  await price(executor, '61000', 5 * SECOND)
  expect(sales(executor).map(({ amount }) => amount)).toEqual(['0.00497'])
})

test('the last level of levels that sum to 100 sells what rounding has left', async () => {
  const executor = new TestExecutor()
  executor.exchange.rules = () => ({ ...RULES, step: '0.001' })
  const take = ['61000', '62000', '63000'].map((at) => ({ price: at, percent: '33.4' }))
  await executor.enter({ stopPrice: '58000', takeProfits: take })
  for (const { price: at } of take) await price(executor, at, 5 * SECOND)
  expect(sales(executor).map(({ amount }) => amount)).toEqual(['0.001', '0.001', '0.002'])
})

test('a level too little for an order is sold with the next one', async () => {
  const executor = new TestExecutor()
  await executor.enter({
    takeProfits: [
      { price: '61000', percent: '1' },
      { price: '62000', percent: '9' },
    ],
  })
  await price(executor, '61000', 5 * SECOND)
  expect(executor.told().at(-1)).toBe('entry filled')
  await price(executor, '62000', 5 * SECOND)
  expect(sales(executor).map(({ amount }) => amount)).toEqual(['0.00049'])
})

test('a level whose exit sold nothing is tried again after a pause', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000', takeProfits: LADDER })
  answer(executor, 'IOC', rejected('exchange_rate_limited'))
  await price(executor, '61000', 4 * SECOND)
  expect(sales(executor)).toHaveLength(1)
  answer(executor, 'IOC', null)
  await executor.clock.advance(10 * SECOND)
  expect(sales(executor)).toHaveLength(2)
  expect(positions(executor)).toMatchObject([{ amount: '0.00348' }])
})

test('levels that were reached together are all tried again when their exit sold nothing', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000', takeProfits: LADDER.slice(0, 2) })
  answer(executor, 'IOC', rejected('exchange_rate_limited'))
  await price(executor, '64000', 4 * SECOND)
  answer(executor, 'IOC', null)
  await executor.clock.advance(10 * SECOND)
  expect(sales(executor).map(({ amount }) => amount)).toEqual(['0.00397', '0.00397'])
})

test('a level that was being sold when the process died is not sold twice', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000', takeProfits: LADDER })
  executor.exchange.mode = 'lost_after'
  await price(executor, '61000', 1_100)
  executor.exchange.mode = 'fills'
  for (let again = 0; again < 3; again += 1) {
    executor.crash()
    await executor.clock.advance(5 * SECOND)
  }
  expect(sales(executor)).toHaveLength(1)
  expect(positions(executor)).toMatchObject([{ amount: '0.00348', levelsFilled: [0] }])
})

test('a trailing stop follows from the gain on that the signal names, and not before', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000', trailingStop: { percent: '1', from: '2' } })
  const triggers = []
  for (const to of ['60900', '61190', '61210', '61000', '61900']) {
    await price(executor, to, 15 * SECOND)
    triggers.push(restingStops(executor).map(({ order }) => order.triggerPrice))
  }
  // Bought at 60000: 61200 are 2 % more.
  expect(triggers).toEqual(['58000', '58000', '60597.9', '60597.9', '61281'].map((stop) => [stop]))
})

test('what a signal has under ext is neither done nor told nor written down', async () => {
  const executor = new TestExecutor()
  const plain = new TestExecutor()
  await plain.enter({ stopPrice: '58000' })
  await executor.enter({ stopPrice: '58000', ext: { leverage: '10', canary: 'x7-canary' } })
  expect(executor.exchange.sent.map(({ amount, price }) => [amount, price])).toEqual(
    plain.exchange.sent.map(({ amount, price }) => [amount, price]),
  )
  expect(JSON.stringify(executor.reports)).not.toMatch(/canary|leverage/)
  expect(JSON.stringify(executor.state())).not.toMatch(/canary|leverage/)
})

test('the stop follows the highest bid, rises only in steps, and is never lowered', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000', trailingStop: { percent: '2' } })
  expect(stops(executor).map(({ triggerPrice }) => triggerPrice)).toEqual(['58800'])
  const triggers = []
  for (const to of ['60100', '61000', '61020', '62000', '61500', '61000', '62500']) {
    await price(executor, to, 15 * SECOND)
    triggers.push(restingStops(executor).map(({ order }) => order.triggerPrice))
  }
  expect(triggers).toEqual(
    ['58898', '59780', '59780', '60760', '60760', '60760', '61250'].map((stop) => [stop]),
  )
  executor.crash()
  await price(executor, '61400', 15 * SECOND)
  expect(restingStops(executor)).toMatchObject([{ order: { triggerPrice: '61250' } }])
  expect(count(executor, 'notice stop_moved')).toBeGreaterThan(0)
})

test('a trailing stop is replaced at the exchange at most every ten seconds, and never counts as vanished', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000', trailingStop: { percent: '2' } })
  for (let second = 1; second <= 300; second += 1)
    await price(executor, String(60_000 + second * 100), SECOND)
  expect(stops(executor).length).toBeGreaterThan(25)
  expect(stops(executor).length).toBeLessThanOrEqual(31)
  expect(restingStops(executor)).toHaveLength(1)
  expect(executor.told()).not.toContain('notice stop_failed')
})

test('a fall between two replacements is an exit at the stop that was due', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000', trailingStop: { percent: '1' } })
  await price(executor, '63000', 3 * SECOND)
  await price(executor, '61000', 15 * SECOND)
  expect(positions(executor)).toEqual([])
})

test('an entry without a stop gets one from its trail', async () => {
  const executor = new TestExecutor()
  await executor.enter({ trailingStop: { percent: '2' } })
  await executor.clock.advance(2 * SECOND)
  expect(restingStops(executor)).toMatchObject([{ order: { triggerPrice: '58800' } }])
})

test('the stop moves to the entry price when the bid is far enough above it, and stays there', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000', breakEven: '1.5' })
  await price(executor, '60890', 15 * SECOND)
  expect(restingStops(executor)).toMatchObject([{ order: { triggerPrice: '58000' } }])
  await price(executor, '60900', 15 * SECOND)
  expect(restingStops(executor)).toMatchObject([{ order: { triggerPrice: '60000' } }])
  await price(executor, '70000', 15 * SECOND)
  executor.crash()
  await price(executor, '60100', 15 * SECOND)
  expect(restingStops(executor)).toMatchObject([{ order: { triggerPrice: '60000' } }])
  expect(count(executor, 'notice stop_moved')).toBe(1)
})

test('a position is sold when its longest time is over, also over a restart', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000', maxHold: 600 })
  await executor.clock.advance(599 * SECOND)
  executor.crash()
  expect(sales(executor)).toEqual([])
  await executor.clock.advance(3 * SECOND)
  expect(sales(executor)).toHaveLength(1)
  expect(positions(executor)).toEqual([])
})

test('wakes up by itself when the longest time is over', async () => {
  const executor = new TestExecutor()
  await executor.enter({ maxHold: 93 })
  await executor.clock.advance(94 * SECOND)
  expect(positions(executor)).toEqual([])
})

test('a newer entry brings its own way out, and its levels begin anew', async () => {
  const executor = new TestExecutor()
  await executor.enter({ size: { unit: 'quote', value: '100' }, takeProfits: LADDER, maxHold: 60 })
  await price(executor, '61000', 5 * SECOND)
  expect(sales(executor)).toHaveLength(1)
  executor.take(executor.head())
  const second = { jti: jtiOf('second'), size: { unit: 'quote', value: '100' } as const }
  await executor.give(
    executor.signal({ ...second, takeProfits: [{ price: '61000', percent: '50' }] }),
  )
  await executor.clock.advance(5 * SECOND)
  expect(sales(executor)).toHaveLength(2)
  await executor.clock.advance(5 * MINUTE)
  expect(positions(executor)).toMatchObject([{ exits: { maxHoldUntil: null }, levelsFilled: [0] }])
})

const opposite = { side: 'sell', jti: jtiOf('opposite') } as const

test('an entry that sells closes what the stream holds', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  await executor.give(executor.signal({ ...opposite, type: 'limit', limitPrice: '70000' }))
  await executor.clock.advance(100)
  expect(sales(executor)).toMatchObject([{ amount: '0.00497', price: '58800' }])
  expect(positions(executor)).toEqual([])
})

test('an entry that sells takes back the entry that rests, and sells what it has bought', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000' })
  const entry = executor.exchange.accepted[0]?.clientOrderId ?? ''
  executor.exchange.fill(entry, '0.001', 'open')
  executor.exchange.mode = 'fills'
  await executor.give(executor.signal(opposite))
  await executor.clock.advance(3 * SECOND)
  expect(executor.exchange.orders.get(entry)?.status).toBe('canceled')
  expect(sales(executor)).toMatchObject([{ amount: '0.001' }])
})

test('an entry that sells is refused where the stream holds nothing', async () => {
  const executor = new TestExecutor()
  executor.take(executor.head())
  await executor.give(executor.signal(opposite))
  expect(executor.exchange.sent).toEqual([])
  expect(executor.told().at(-1)).toBe('refusal side_unsupported')
})

test('an entry that sells closes also behind a gap: it takes no risk', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  executor.signal()
  await executor.give(executor.signal(opposite))
  expect(positions(executor)).toEqual([])
})

test('a halt that sells sells everything, is undone with nothing but the halt, and lasts over restarts', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  answer(executor, 'IOC', rejected('exchange_market_closed'))
  await executor.give(executor.command({ do: 'halt', positions: 'sell' }))
  await executor.clock.advance(SECOND)
  expect(sales(executor)).toHaveLength(1)
  expect(count(executor, 'state halted')).toBe(1)
  executor.crash()
  await executor.give(executor.command({ do: 'halt' }, 'again'))
  expect(restingStops(executor)).toHaveLength(1)
  answer(executor, 'IOC', null)
  await executor.clock.advance(10 * SECOND)
  expect(positions(executor)).toEqual([])
  expect(executor.state().portfolio).toMatchObject({ trading: 'halted', onHalt: 'sell' })
})

test('a halt keeps what is held, until one says that it is to be sold', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  await executor.give({ type: 'halt', by: 'device' })
  await executor.clock.advance(MINUTE)
  expect(sales(executor)).toEqual([])
  await executor.give({ type: 'halt', by: 'device', positions: 'sell' })
  await executor.clock.advance(SECOND)
  expect(positions(executor)).toEqual([])
})

test('a halt that sells also sells what a resting entry had bought in the meantime', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000' })
  const entry = executor.exchange.accepted[0]?.clientOrderId ?? ''
  executor.exchange.mode = 'fills'
  executor.exchange.fill(entry, '0.001', 'open')
  executor.take({ type: 'halt', by: 'device', positions: 'sell' })
  await executor.clock.advance(5 * SECOND)
  expect(sales(executor)).toMatchObject([{ amount: '0.001' }])
  expect(executor.state().portfolio.orders).toEqual({})
})

test('/positions shows the stop that rests at the exchange, and none while there is none', async () => {
  const executor = new TestExecutor()
  const shown = async () => {
    executor.reports.length = 0
    await executor.give(executor.command({ do: 'positions' }, String(executor.clock.now())))
    const event = executor.reports.findLast((report) => report.event.type === 'answer')?.event
    return event?.type === 'answer' && event.answer.about === 'positions' && event.answer.rows
  }
  await executor.enter({ stopPrice: '58000', trailingStop: { percent: '2' } })
  await price(executor, '62000', 3 * SECOND)
  expect(await shown()).toMatchObject([{ stop: '58800' }])
  await executor.clock.advance(10 * SECOND)
  expect(await shown()).toMatchObject([{ stop: '60760' }])
  answer(executor, 'stop', rejected('exchange_filter_refused'))
  for (const kept of restingStops(executor)) kept.status = 'canceled'
  await executor.clock.advance(3 * SECOND)
  expect(await shown()).not.toHaveProperty('0.stop')
})

test('a clock that is set back makes no pause longer', async () => {
  const executor = new TestExecutor()
  answer(executor, 'stop', rejected('exchange_filter_refused'))
  await executor.enter({ stopPrice: '58000' })
  answer(executor, 'stop', null)
  executor.clock.setBack(2 * 60 * MINUTE)
  await executor.clock.advance(5 * SECOND)
  expect(restingStops(executor)).toHaveLength(1)
  answer(executor, 'IOC', rejected('exchange_market_closed'))
  await executor.give({ type: 'halt', by: 'device', positions: 'sell' })
  await executor.clock.advance(SECOND)
  answer(executor, 'IOC', null)
  executor.clock.setBack(2 * 60 * MINUTE)
  await executor.clock.advance(5 * SECOND)
  expect(positions(executor)).toEqual([])
})

test('a trailing stop goes on rising although the clock was set back', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000', trailingStop: { percent: '2' } })
  executor.clock.setBack(2 * 60 * MINUTE)
  await price(executor, '62000', 12 * SECOND)
  expect(restingStops(executor)).toMatchObject([{ order: { triggerPrice: '60760' } }])
})
