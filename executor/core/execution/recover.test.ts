import { expect, test } from 'vitest'
import { allRows, toEvent } from '../../journal/journal.ts'
import { START, TestExecutor } from '../../testing/rig.ts'
import { KEPT_FOR_EVER } from '../model/exchange.ts'

const MINUTE = 60_000

test('never sends again what may have been sent when the process died', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'silent'
  await executor.enter()
  expect(executor.exchange.sent).toHaveLength(1)
  executor.crash()
  await executor.clock.advance(0)
  expect(executor.exchange.sent).toHaveLength(1)
  expect(executor.told()).toContain('entry unknown order_unknown')
  expect(executor.told().at(-1)).toBe('entry filled')
  expect(Object.values(executor.state().portfolio.positions)).toHaveLength(1)
})

test('finds an order whose answer was lost, and adopts its fills', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'lost_after'
  await executor.enter()
  await executor.clock.advance(1_000)
  expect(executor.told().slice(1)).toEqual([
    'entry submitted',
    'entry unknown order_unknown',
    'entry filled',
  ])
  expect(executor.exchange.sent).toHaveLength(1)
})

test('an unknown order that the exchange has rejected is over, and its market is open again', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'lost_rejected'
  await executor.enter()
  await executor.clock.advance(1_000)
  expect(executor.told().slice(1)).toEqual([
    'entry submitted',
    'entry unknown order_unknown',
    'entry rejected order_rejected',
  ])
  expect(executor.state().portfolio.orders).toEqual({})
  executor.exchange.mode = 'fills'
  await executor.enter()
  expect(executor.told().at(-1)).toBe('entry filled')
})

test('calls an order not placed only after its window and two misses', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'lost_before'
  await executor.enter()
  await executor.clock.advance(31_900)
  expect(executor.state().portfolio.orders).not.toEqual({})
  await executor.clock.advance(200)
  expect(executor.told().at(-1)).toBe('entry not_placed order_not_placed')
  expect(executor.exchange.sent).toHaveLength(1)
})

test.each<[string, number, number | null]>([
  ['half a minute is over', 30_000, 0],
  [
    'a week is over, and the clock stood still while the device was off',
    7 * 1_440 * MINUTE,
    8 * 1_440 * MINUTE,
  ],
  ["it may be over, for nobody knows the exchange's time", 7 * 1_440 * MINUTE, null],
])(
  'a miss proves nothing of an order that would be shown no more if it had been filled: %s',
  async (_, filledMs, skew) => {
    const executor = new TestExecutor()
    executor.exchange.retention = { ...KEPT_FOR_EVER, unfilledMs: 20_000, filledMs }
    executor.exchange.mode = 'lost_before'
    await executor.enter()
    executor.crash()
    executor.exchange.skew = skew
    await executor.clock.advance(60_000)
    expect(executor.told()).toContain('entry unknown order_unknown')
    expect(executor.told()).not.toContain('entry not_placed order_not_placed')
    expect(executor.state().portfolio.orders).not.toEqual({})
  },
)

test('keeps an unknown order unknown, alarms every minute and closes the market while nobody answers', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'lost_after'
  executor.exchange.lookups = 'silent'
  await executor.enter()
  await executor.clock.advance(10 * MINUTE)
  expect(Object.values(executor.state().portfolio.orders)).toMatchObject([{ state: 'unknown' }])
  expect(executor.told().filter((line) => line === 'notice order_unknown')).toHaveLength(10)
  executor.exchange.mode = 'fills'
  await executor.enter()
  expect(executor.told().at(-1)).toBe('entry denied unknown.open')
  expect(executor.exchange.sent).toHaveLength(1)
  executor.exchange.lookups = 'honest'
  await executor.clock.advance(MINUTE)
  expect(executor.told().at(-1)).toBe('entry filled')
})

test('an exit waits while the outcome of an order on its market is unknown', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'lost_after'
  executor.exchange.lookups = 'silent'
  await executor.enter()
  executor.exchange.mode = 'fills'
  await executor.give(executor.exit())
  expect(executor.exchange.sent).toHaveLength(1)
  executor.exchange.lookups = 'honest'
  await executor.clock.advance(MINUTE)
  expect(executor.exchange.sent).toHaveLength(2)
  expect(executor.state().portfolio.positions).toEqual({})
})

test('a stop waits for an unknown order of its position without an alarm of its own', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  const [, stop] = executor.exchange.orders.values()
  const { find } = executor.exchange
  executor.exchange.find = async (market, id) =>
    executor.exchange.orders.get(id)?.order.side === 'buy'
      ? { outcome: 'unknown', message: 'no answer' }
      : find.call(executor.exchange, market, id)
  executor.exchange.mode = 'lost_after'
  await executor.enter({ stopPrice: '58000', candle: { timeframe: '1m', start: 99 } })
  executor.exchange.mode = 'fills'
  if (stop !== undefined) stop.status = 'canceled'
  await executor.clock.advance(MINUTE)
  expect(executor.exchange.accepted).toHaveLength(3)
  expect(executor.told()).not.toContain('notice stop_failed')
  executor.exchange.find = find
  await executor.clock.advance(MINUTE)
  expect(executor.exchange.accepted.at(-1)).toMatchObject({ type: 'stop_limit', amount: '0.00994' })
})

test('sends a way out that was only intended, once', async () => {
  const executor = await intended('exit')
  await executor.clock.advance(0)
  expect(executor.exchange.sent).toHaveLength(1)
  expect(executor.told().at(-1)).toBe('exit filled')
})

test('an entry that was only intended is not sent while policy says no, and is proved not placed', async () => {
  // No head was heard since the restart: no new risk.
  const executor = await intended('entry')
  expect(executor.exchange.sent).toEqual([])
  expect(executor.told()).toContain('entry not_placed order_not_placed')
})

test('places the missing stop first thing after a crash behind the fill', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'lost_after'
  executor.exchange.lookups = 'silent'
  await executor.enter({ stopPrice: '58000' })
  executor.exchange.mode = 'fills'
  executor.exchange.lookups = 'honest'
  executor.crash()
  await executor.clock.advance(0)
  expect(executor.exchange.accepted.map(({ type }) => type)).toEqual(['limit', 'stop_limit'])
})

test('an order that was received before a crash is decided after it, or is too late', async () => {
  const executor = new TestExecutor()
  executor.exchange.quoteAt -= 4_000
  executor.exchange.refreshQuote = () => new Promise(() => undefined)
  await executor.enter()
  expect(executor.exchange.sent).toEqual([])
  await executor.clock.advance(11_000)
  executor.exchange.quoteAt = executor.clock.now()
  executor.crash()
  await executor.clock.advance(0)
  expect(executor.exchange.sent).toEqual([])
  await executor.give(executor.head())
  expect(executor.told().at(-1)).toMatch(/^entry denied/)
})

/** Starts on a journal that ends between intent and sending, as a crash between two commits would leave it. */
async function intended(kind: 'entry' | 'exit'): Promise<TestExecutor> {
  const before = new TestExecutor()
  await before.enter()
  if (kind === 'exit') await before.give(before.exit())
  const events = [...allRows(before.journal.database())].map(toEvent)
  const cut = events.findLastIndex((event) => event.type === 'step' && event.event === 'submit')
  const executor = new TestExecutor()
  executor.journal.append(events.slice(1, cut), [], START)
  const { orders } = executor.journal.fold()
  expect(Object.values(orders)).toMatchObject([{ state: 'initialized' }])
  executor.crash()
  return executor
}
