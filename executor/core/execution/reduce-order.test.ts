import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApprovalNeeded } from '@keyside/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'

async function waiting(change = {}, path = ':memory:'): Promise<TestExecutor> {
  const executor = new TestExecutor({ approval: 'always', path })
  await executor.enter({ validUntil: executor.clock.now() / 1000 + 600, ...change })
  expect(executor.told().at(-1)).toBe('card')
  return executor
}

function card(executor: TestExecutor): ApprovalNeeded {
  const event = executor.reports.findLast((report) => report.event.type === 'approval')?.event
  if (event?.type !== 'approval') throw new Error('no card was sent')
  return event
}

async function less(executor: TestExecutor, value: string, name = 'less', order = executor.card()) {
  await executor.give(executor.less(order, value, name))
}

function move(executor: TestExecutor, price: string): void {
  executor.exchange.price = price
  executor.exchange.quoteAt = executor.clock.now()
}

function lastMessage(executor: TestExecutor): string {
  const event = executor.reports.at(-1)?.event
  return (event !== undefined && 'message' in event && event.message) || 'none'
}

test('less is asked about anew, in other characters, and only what is approved then is sent', async () => {
  const executor = await waiting()
  const before = card(executor)
  await less(executor, '150')
  expect(executor.told().slice(-2)).toEqual(['entry replaced approval_reduced', 'card'])
  expect(executor.exchange.sent, 'nobody has said yes to it').toEqual([])
  const after = card(executor)
  expect(after.order.id).not.toBe(before.order.id)
  expect(after.order.clientOrderId).toBe(before.order.clientOrderId)
  expect(Number(after.order.value)).toBeLessThanOrEqual(150)
  expect(Number(after.order.value)).toBeGreaterThan(149)
  expect(after.again).toEqual({
    times: 2,
    why: 'less',
    price: before.market,
    value: before.order.value,
    risk: before.risk,
  })
  await executor.give(executor.approval(after.order.id))
  expect(executor.exchange.sent).toMatchObject([
    { amount: after.order.amount, price: after.order.price },
  ])
})

test('the old card is dead: neither a yes nor another less to it does anything', async () => {
  const executor = await waiting()
  const old = executor.card()
  await less(executor, '150')
  await executor.give(executor.approval(old, 'approve', 'old'))
  expect(executor.told().at(-1)).toBe('refusal approval_replaced')
  await less(executor, '100', 'old again', old)
  expect(executor.told().at(-1)).toBe('refusal approval_replaced')
  expect(executor.exchange.sent).toEqual([])
  await executor.give(executor.approval(executor.card(), 'approve', 'new'))
  await executor.give(executor.approval(executor.card(), 'approve', 'new, twice'))
  expect(executor.exchange.sent).toHaveLength(1)
})

test('the same answer once more, as a broker may repeat it, is taken once', async () => {
  const executor = await waiting()
  const said = executor.less(executor.card(), '150')
  await executor.give(said)
  const cards = executor.told().filter((word) => word === 'card').length
  await executor.give(said)
  expect(executor.told().filter((word) => word === 'card')).toHaveLength(cards)
})

test.each(['300.75', '1000', '300.749'])('as much, or more, is no less: %s', async (value) => {
  const executor = await waiting()
  const before = card(executor)
  await less(executor, value)
  expect(executor.told().at(-1)).toBe('refusal approval_not_less')
  await executor.give(executor.approval(before.order.id))
  expect(executor.exchange.sent, 'the card goes on waiting').toHaveLength(1)
})

test('a price that has halved makes less no more of the coin', async () => {
  const executor = await waiting({ stopPrice: '20000' })
  const before = card(executor)
  move(executor, '30000')
  await less(executor, '290')
  const after = card(executor)
  expect(after.order.id).not.toBe(before.order.id)
  expect(Number(after.order.amount)).toBeLessThanOrEqual(Number(before.order.amount))
  expect(Number(after.order.value)).toBeLessThan(290)
})

test('too little for the exchange is refused with its least amount, and the card goes on waiting', async () => {
  const executor = await waiting()
  await less(executor, '2')
  expect(executor.told().at(-1)).toBe('refusal size_below_minimum')
  expect(lastMessage(executor)).toMatch(/^expected at least .* 5 USDT, got/)
  expect(lastMessage(executor)).not.toContain('allocation')
  await executor.give(executor.approval(executor.card()))
  expect(executor.exchange.sent).toHaveLength(1)
})

test('what policy would refuse is not asked about, and the card goes on waiting', async () => {
  const executor = await waiting()
  const before = executor.card()
  Object.assign(executor.policy.limits, { order: '100' })
  await less(executor, '150')
  expect(executor.told().at(-1)).toBe('refusal size.max')
  expect(
    executor.state().portfolio.orders[Object.keys(executor.state().portfolio.orders)[0] ?? ''],
  ).toMatchObject({
    state: 'waiting',
  })
  await less(executor, '90', 'even less')
  expect(executor.card()).not.toBe(before)
  await executor.give(executor.approval(executor.card()))
  expect(executor.exchange.sent).toHaveLength(1)
})

test('an amount that needs no approval by itself is asked about all the same', async () => {
  const executor = new TestExecutor({ approval: 'above 200' })
  await executor.enter({ validUntil: executor.clock.now() / 1000 + 600 })
  await less(executor, '150')
  expect(executor.told().at(-1)).toBe('card')
  expect(executor.exchange.sent).toEqual([])
})

test('a price that moves after less is asked about again, and stays within what was wanted', async () => {
  const executor = await waiting()
  await less(executor, '150')
  const wanted = card(executor)
  move(executor, '50000')
  await executor.give(executor.approval(executor.card()))
  const again = card(executor)
  expect(again.again).toMatchObject({ times: 3, why: 'price', value: wanted.order.value })
  expect(Number(again.order.value)).toBeLessThanOrEqual(150)
  await executor.give(executor.approval(executor.card(), 'approve', 'second'))
  expect(executor.exchange.sent).toHaveLength(1)
})

test('less with a price that is too old waits for a new one, also over a restart, and has no more time than before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-less-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const executor = await waiting({}, join(folder, 'journal.db'))
  const before = card(executor)
  await executor.clock.advance(5_000)
  executor.exchange.quoteAt = 0
  executor.take(executor.less(before.order.id, '150'))
  expect(Object.values(executor.state().portfolio.orders)[0]?.state).toBe('reducing')
  executor.take(executor.approval(before.order.id, 'approve', 'meanwhile'))
  expect(executor.told()).toContain('refusal approval_replaced')
  executor.crash()
  executor.take(executor.head())
  await executor.clock.advance(0)
  expect(card(executor).order.id).not.toBe(before.order.id)
  expect(card(executor).expires).toBe(before.expires)
  expect(executor.exchange.sent).toEqual([])
  executor.close()
})

test('while it is made smaller it can expire, and a halt withdraws it', async () => {
  for (const end of ['time', 'halt']) {
    const executor = await waiting()
    executor.exchange.refreshQuote = () => Promise.withResolvers<never>().promise
    await executor.clock.advance(5_000)
    executor.take(executor.less(executor.card(), '150'))
    if (end === 'halt') executor.take(executor.command({ do: 'halt' }))
    else await executor.clock.advance(600_000)
    const ended =
      end === 'halt' ? 'entry denied approval_withdrawn' : 'entry expired approval_expired'
    expect(executor.told()).toContain(ended)
    expect(executor.state().portfolio.orders).toEqual({})
    expect(executor.exchange.sent).toEqual([])
  }
})

test('a large order made small enough needs no code', async () => {
  const executor = new TestExecutor({ approval: 'always' })
  Object.assign(executor.policy, { codeAbove: '200' })
  executor.codeSecret = new Uint8Array(20)
  await executor.enter({ validUntil: executor.clock.now() / 1000 + 600 })
  expect(card(executor).code).toBe('needed')
  await less(executor, '150')
  expect(card(executor).code).toBeUndefined()
  await executor.give(executor.approval(executor.card()))
  expect(executor.exchange.sent).toHaveLength(1)
})
