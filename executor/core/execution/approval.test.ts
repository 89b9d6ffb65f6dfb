import { hashText } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'
import { decide } from '../decide.ts'

async function waiting(): Promise<TestExecutor> {
  const executor = new TestExecutor({ approval: 'always' })
  await executor.enter()
  expect(executor.exchange.sent).toEqual([])
  expect(executor.told().at(-1)).toBe('card')
  return executor
}

test('waits for the trader, and sends the very order that was shown', async () => {
  const executor = await waiting()
  await executor.give(executor.approval(executor.card()))
  expect(executor.exchange.sent).toHaveLength(1)
  expect(executor.told().slice(2)).toEqual(['entry approved', 'entry submitted', 'entry filled'])
})

test('an approval for another order sends nothing', async () => {
  const executor = await waiting()
  await executor.give(executor.approval(hashText('another order')))
  expect(executor.told().at(-1)).toBe('refusal approval_unknown')
  expect(executor.exchange.sent).toEqual([])
})

test('counts once, whether it is delivered twice or tapped twice', async () => {
  const executor = await waiting()
  const tap = executor.approval(executor.card())
  await executor.give(tap)
  await executor.give(tap)
  await executor.give(executor.approval(executor.card(), 'approve', 'a second tap'))
  expect(executor.exchange.sent).toHaveLength(1)
  expect(executor.told().filter((line) => line.startsWith('refusal'))).toEqual([
    'refusal approval_unknown',
  ])
})

test('silence expires the order, and a late answer is told so', async () => {
  const executor = await waiting()
  const id = executor.card()
  await executor.clock.advance(121_000)
  expect(executor.told().at(-1)).toBe('entry expired approval_expired')
  await executor.give(executor.approval(id))
  expect(executor.told().at(-1)).toBe('refusal approval_late')
  expect(executor.exchange.sent).toEqual([])
})

test('an answer in the very turn in which the order expires is late', async () => {
  const executor = await waiting()
  const [order] = Object.values(executor.state().portfolio.orders)
  const world = { ...executor.environment(), now: order?.approval.expires ?? 0 }
  const { reports, events } = decide(executor.state(), executor.approval(executor.card()), world)
  expect(reports).toContainEqual(expect.objectContaining({ code: 'approval_late' }))
  expect(reports).not.toContainEqual(expect.objectContaining({ code: 'approval_unknown' }))
  expect(events).not.toContainEqual(expect.objectContaining({ event: 'approve' }))
})

test('an order that waits survives a restart, and so does its end', async () => {
  const executor = await waiting()
  executor.crash()
  executor.take(executor.head())
  await executor.give(executor.approval(executor.card()))
  expect(executor.exchange.sent).toHaveLength(1)
  const other = await waiting()
  other.crash()
  await other.clock.advance(121_000)
  expect(other.told().at(-1)).toBe('entry expired approval_expired')
})

test('a tap just after a restart waits for the first head, and is refused when none comes', async () => {
  const executor = await waiting()
  await executor.clock.advance(1_000)
  executor.crash()
  executor.exchange.quoteAt = executor.clock.now()
  await executor.give(executor.approval(executor.card()))
  await executor.clock.advance(4_000)
  expect(executor.exchange.sent).toEqual([])
  executor.exchange.quoteAt = executor.clock.now()
  await executor.give(executor.head())
  expect(executor.exchange.sent).toHaveLength(1)
  const other = await waiting()
  other.crash()
  await other.give(other.approval(other.card()))
  await other.clock.advance(9_000)
  expect(other.told().at(-1)).toBe('entry approved')
  await other.clock.advance(2_000)
  expect(other.told().at(-1)).toBe('entry denied hb.deadman')
})

test('no sends nothing and ends it', async () => {
  const executor = await waiting()
  await executor.give(executor.approval(executor.card(), 'decline'))
  expect(executor.told().at(-1)).toBe('entry declined approval_declined')
  expect(executor.state().portfolio.orders).toEqual({})
})

test('policy is asked again at the tap', async () => {
  const executor = await waiting()
  Object.assign(executor.policy.limits, { order: '100' })
  await executor.give(executor.approval(executor.card()))
  expect(executor.told().at(-1)).toBe('entry denied size.max')
  expect(executor.exchange.sent).toEqual([])
})

test('shows the stop that will stand at the exchange, on its price step', async () => {
  const executor = new TestExecutor({ approval: 'always' })
  await executor.enter({ stopPrice: '58018.5738' })
  const card = executor.reports.find(({ event }) => event.type === 'approval')
  expect(card?.event).toMatchObject({ stop: '58018.58' })
})

test('an entry that still waits when its strategy leaves is over, and no tap buys it', async () => {
  for (const leave of ['exit', 'head'] as const) {
    const executor = await waiting()
    const card = executor.card()
    const exit = executor.exit()
    await executor.give(leave === 'exit' ? exit : executor.head({ position: 'flat', since: 2 }))
    expect(executor.told()).toContain('entry denied entry_superseded')
    await executor.give(executor.approval(card))
    expect(executor.exchange.sent).toEqual([])
  }
})

test.each([
  ['1s', '1m'],
  ['1m', '1m'],
  ['4h', '4h'],
])('of a signal on candles of %s, the chart shows candles of %s', async (timeframe, shown) => {
  const executor = new TestExecutor({ approval: 'always' })
  const asked: string[] = []
  executor.exchange.candles = async (_: string, wanted: string) => {
    asked.push(wanted ?? '')
    return { ok: true, value: [[1, '1', '2', '1', '2']] } as const
  }
  await executor.enter({ candle: { timeframe, start: 1 } })
  expect(asked).toEqual([shown])
  const [card] = executor.reports.flatMap(({ event }) => (event.type === 'approval' ? [event] : []))
  expect(card).toMatchObject({ timeframe: shown })
})

test('candles of very many digits leave the card its room: the oldest are left out', async () => {
  const executor = new TestExecutor({ approval: 'always' })
  const digits = `${'9'.repeat(12)}.${'9'.repeat(12)}`
  executor.exchange.candles = async () => {
    const candles = Array.from({ length: 60 }, (_, at) => [at, digits, digits, digits, digits])
    return { ok: true, value: candles as never }
  }
  await executor.enter()
  const [card] = executor.reports.flatMap(({ event }) => (event.type === 'approval' ? [event] : []))
  expect(card?.candles.at(-1)?.[0]).toBe(59)
  expect(JSON.stringify(card?.candles).length).toBeLessThan(5_100)
})

test('a level that no price reaches is asked about like any other', async () => {
  const executor = new TestExecutor({ approval: 'always' })
  await executor.enter({ takeProfits: [{ price: '999999999999.999', percent: '100' }] })
  const event = executor.reports.at(-1)?.event
  expect(event).toMatchObject({ exits: { takeProfits: [{ price: '999999999999.999' }] } })
})
