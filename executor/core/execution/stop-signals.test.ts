// Signals that move a stop: up, of what their own stream holds, and never down.
import { expect, test } from 'vitest'
import { allRows, toEvent } from '../../journal/journal.ts'
import { jtiOf, TestExecutor } from '../../testing/rig.ts'

const KEY = 'home/demo BTC/USDT'
const stopOf = (executor: TestExecutor, key = KEY) =>
  executor.state().portfolio.positions[key]?.stop
const triggers = ({ exchange }: TestExecutor) =>
  exchange.sent.flatMap(({ type, triggerPrice }) => (type === 'stop_limit' ? [triggerPrice] : []))

/** It holds something at 60000, under a stop at 58000. */
async function holding(): Promise<TestExecutor> {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  expect(triggers(executor)).toEqual(['58000'])
  return executor
}

test('the stop moves up to the price of the signal, rounded up, and takes the place of the one at the exchange', async () => {
  const executor = await holding()
  await executor.clock.advance(11_000)
  await executor.give(executor.movedStop('59000.001'))
  await executor.clock.advance(2_000)
  expect(stopOf(executor)).toBe('59000.01')
  expect(triggers(executor)).toEqual(['58000', '59000.01'])
  expect(executor.told()).toContain('notice stop_moved')
  const moved = [...allRows(executor.journal.database())]
    .map(toEvent)
    .find(({ type }) => type === 'stop_moved')
  expect(moved).toMatchObject({ position: KEY, stop: '59000.01', why: 'signal' })
})

test.each([
  ['lower', '57999'],
  ['the same', '58000'],
])('a stop that is %s changes nothing, and the refusal says so', async (_, price) => {
  const executor = await holding()
  await executor.give(executor.movedStop(price))
  expect(executor.told().at(-1)).toBe('refusal stop_below')
  expect(stopOf(executor)).toBe('58000')
  await executor.clock.advance(20_000)
  expect(triggers(executor)).toEqual(['58000'])
})

test('a stop that the device has moved further by itself is not brought down', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000', trailingStop: { percent: '1' } })
  executor.exchange.price = '62000'
  await executor.clock.advance(1_500)
  expect(stopOf(executor)).toBe('61380')
  await executor.give(executor.movedStop('61000'))
  expect(executor.told().at(-1)).toBe('refusal stop_below')
  expect(stopOf(executor)).toBe('61380')
})

test('the price is at the stop already when the signal comes: it is sold', async () => {
  const executor = await holding()
  executor.exchange.price = '58500'
  await executor.give(executor.movedStop('59000'))
  await executor.clock.advance(20_000)
  expect(executor.told()).toContain('exit filled')
  expect(stopOf(executor)).toBeUndefined()
})

test('where nothing is held nothing is done, and nothing is ordered', async () => {
  const executor = new TestExecutor()
  executor.take(executor.head())
  await executor.give(executor.movedStop('59000'))
  expect(executor.told().at(-1)).toBe('refusal no_position')
  expect(executor.exchange.sent).toEqual([])
})

test('only what the stream itself holds is moved, once for each candle', async () => {
  const executor = new TestExecutor({ streams: ['demo', 'other'] })
  await executor.enterFrom('demo')
  await executor.enterFrom('other')
  const both = () => [stopOf(executor), stopOf(executor, 'home/other BTC/USDT')]
  const first = executor.movedStop('59000', { sub: 'other' })
  await executor.give(first)
  expect(both()).toEqual(['58000', '59000'])
  const { candle } = first.claims
  await executor.give(executor.movedStop('59500', { sub: 'other', candle, jti: jtiOf('again') }))
  expect(executor.told().at(-1)).toBe('refusal decision_repeated')
  expect(both()).toEqual(['58000', '59000'])
})

test('it counts behind a gap: it lowers the risk', async () => {
  const executor = await holding()
  executor.signal()
  await executor.give(executor.movedStop('59000'))
  expect(executor.state().portfolio.streams['home/demo']?.gap).toBe('open')
  expect(stopOf(executor)).toBe('59000')
})

test('the price falls to a stop that has just moved, before it stands at the exchange: it is sold at once', async () => {
  const executor = await holding()
  executor.exchange.price = '62000'
  await executor.give(executor.movedStop('61000'))
  executor.exchange.price = '60900'
  await executor.clock.advance(3_000)
  expect(executor.told().filter((one) => one.startsWith('exit'))).toEqual([
    'exit submitted',
    'exit filled',
  ])
})

test('a stop beyond what can be said is refused, and what was there stands', async () => {
  const executor = await holding()
  const referencePrice = '999999999999.999'
  await executor.give(executor.movedStop('999999999999.995', { referencePrice }))
  expect(executor.told().at(-1)).toBe('refusal stop_wrong_side')
  expect(stopOf(executor)).toBe('58000')
})
