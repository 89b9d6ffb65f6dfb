import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'
import { MAX_ASKS } from './approval.ts'

async function waiting(path = ':memory:', change = {}): Promise<TestExecutor> {
  const executor = new TestExecutor({ approval: 'always', path })
  await executor.enter({ validUntil: executor.clock.now() / 1000 + 600, ...change })
  expect(executor.told().at(-1)).toBe('card')
  return executor
}

function onDisk(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-ask-again-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'journal.db')
}

function move(executor: TestExecutor, price: string): void {
  executor.exchange.price = price
  executor.exchange.quoteAt = executor.clock.now()
}

async function tap(executor: TestExecutor, order: string, name: string): Promise<void> {
  await executor.give(executor.approval(order, 'approve', name))
}

function cards(executor: TestExecutor): string[] {
  return executor.reports.flatMap(({ event }) =>
    event.type === 'approval' ? [event.order.id] : [],
  )
}

function lastMessage(executor: TestExecutor): string {
  const event = executor.reports.at(-1)?.event
  return (event !== undefined && 'message' in event && event.message) || 'none'
}

test.each(['59000', '61000'])(
  'a price that has left the order asks again at the new one, and only that is sent: %s',
  async (price) => {
    const executor = await waiting()
    const old = executor.card()
    const { clientOrderId } = Object.values(executor.state().portfolio.orders)[0] ?? {}
    move(executor, price)
    await tap(executor, old, 'first')
    expect(executor.exchange.sent, 'nobody has said yes to this price').toEqual([])
    expect(executor.told().slice(-3)).toEqual([
      'entry approved',
      'entry replaced approval_replaced',
      'card',
    ])
    expect(executor.card()).not.toBe(old)
    const { approval, planned } = executor.state().portfolio.orders[clientOrderId ?? ''] ?? {}
    expect(approval?.by, 'the yes was to the old one').toBe('nobody')
    const asked = planned?.request
    await tap(executor, executor.card(), 'second')
    expect(executor.exchange.sent).toEqual([asked])
    expect(asked).toMatchObject({ clientOrderId })
  },
)

test('a tap on the old card is told to use the new one, and sends nothing', async () => {
  const executor = await waiting()
  const old = executor.card()
  move(executor, '61000')
  await tap(executor, old, 'first')
  await tap(executor, old, 'again')
  expect(executor.told().at(-1)).toBe('refusal approval_replaced')
  const refusal = executor.reports.at(-1)?.event
  expect(refusal, 'so that the bot finds its card').toMatchObject({ order: old })
  expect(executor.exchange.sent).toEqual([])
  await tap(executor, executor.card(), 'second')
  await tap(executor, executor.card(), 'second, twice')
  expect(executor.exchange.sent).toHaveLength(1)
})

test('asks five times more and then gives it up', async () => {
  const executor = await waiting()
  for (let asks = 1; asks < MAX_ASKS; asks += 1) {
    move(executor, String(60_000 + asks * 1_000))
    await tap(executor, executor.card(), `tap ${asks}`)
  }
  expect(cards(executor)).toHaveLength(MAX_ASKS)
  move(executor, '70000')
  await tap(executor, executor.card(), 'the last')
  expect(executor.told().at(-1)).toBe('entry denied price_moved')
  expect(new Set(cards(executor)).size).toBe(MAX_ASKS)
  expect(executor.exchange.sent).toEqual([])
})

test('an order that would be asked in the same characters is refused', async () => {
  const executor = await waiting(':memory:', { type: 'limit', limitPrice: '59900' })
  move(executor, '50000')
  await tap(executor, executor.card(), 'tap')
  expect(executor.told().at(-1)).toBe('entry denied price_moved')
  expect(executor.reports.at(-1)?.event).toMatchObject({
    message:
      'the price went from 60000 to 50000 while you were asked: the signal gives no other price than 59900',
  })
  expect(cards(executor)).toHaveLength(1)
})

test('a question that policy would refuse is not asked: the old card says that the price moved', async () => {
  const executor = await waiting(':memory:', { size: { unit: 'base', value: '0.008' } })
  move(executor, '64000')
  await tap(executor, executor.card(), 'tap')
  expect(executor.told().at(-1)).toBe('entry denied size.max')
  expect(executor.reports.at(-1)?.event).toMatchObject({
    message:
      'the price went from 60000 to 64000 while you were asked: expected at most 500 USDT for one order, this one is 513.28',
  })
  expect(cards(executor)).toHaveLength(1)
})

test.for([
  ['a stop too far below the new price', '62000', 'sl.required', { stopPrice: '58700' }],
  ['a stop that the price has fallen through', '58000', 'stop_wrong_side', { stopPrice: '58700' }],
] as const)('%s is the doing of the price, and nobody is blamed', async ([_, to, code, change]) => {
  const executor = new TestExecutor({ approval: 'always' })
  Object.assign(executor.policy, { maxStopDistance: '3' })
  await executor.enter(change)
  move(executor, to)
  await tap(executor, executor.card(), 'tap')
  expect(executor.told().at(-1)).toBe(`entry denied ${code}`)
  const message = lastMessage(executor)
  expect(message).toContain(`the price went from 60000 to ${to} while you were asked: `)
  expect(message).not.toContain('provider')
  expect(message).not.toContain('does not fit')
})

test('a refusal that has nothing to do with the price keeps its own words', async () => {
  const executor = await waiting()
  Object.assign(executor.policy, { markets: [] })
  move(executor, '61000')
  await tap(executor, executor.card(), 'tap')
  expect(executor.told().at(-1)).toBe('entry denied sym.allow')
  const message = lastMessage(executor)
  expect(message).toContain("not in the policy's markets")
})

test('each card after the first says which it is, and what the price was at the last', async () => {
  const executor = await waiting()
  move(executor, '60500')
  await tap(executor, executor.card(), 'one')
  move(executor, '61000')
  await tap(executor, executor.card(), 'two')
  const again = executor.reports.flatMap(({ event }) =>
    event.type === 'approval' ? [event.again] : [],
  )
  expect(again).toMatchObject([
    undefined,
    { times: 2, why: 'price', price: '60000' },
    { times: 3, why: 'price', price: '60500' },
  ])
})

test('an order that has grown large by its new price is asked about with a code', async () => {
  const executor = new TestExecutor({ approval: 'always' })
  Object.assign(executor.policy, { codeAbove: '485' })
  executor.codeSecret = new Uint8Array(20)
  await executor.enter({ size: { unit: 'base', value: '0.008' } })
  expect(executor.reports.at(-1)?.event).not.toHaveProperty('code')
  move(executor, '61000')
  await tap(executor, executor.card(), 'tap')
  expect(executor.reports.at(-1)?.event).toMatchObject({ type: 'approval', code: 'needed' })
  await tap(executor, executor.card(), 'a tap alone')
  expect(executor.told().at(-1)).toBe('refusal approval_code_needed')
  expect(executor.exchange.sent).toEqual([])
})

test('the new question has no more time than the first one', async () => {
  const executor = await waiting()
  const first = executor.reports.at(-1)?.event
  await executor.clock.advance(500_000)
  executor.take(executor.head())
  move(executor, '61000')
  await tap(executor, executor.card(), 'tap')
  const second = executor.reports.at(-1)?.event
  expect(second).toMatchObject({
    type: 'approval',
    expires: (first as { expires: number }).expires,
  })
  const late = executor.card()
  await executor.clock.advance(100_000)
  expect(executor.told().at(-1)).toBe('entry expired approval_expired')
  await tap(executor, late, 'too late')
  expect(executor.told().at(-1)).toBe('refusal approval_late')
  expect(executor.exchange.sent).toEqual([])
})

test('is asked again by the executor that comes after the one that was tapped', async () => {
  const executor = await waiting(onDisk())
  const old = executor.card()
  move(executor, '61000')
  executor.exchange.quoteAt = 0
  executor.take(executor.approval(old))
  expect(Object.values(executor.state().portfolio.orders)[0]?.state).toBe('approved')
  executor.crash()
  executor.take(executor.head())
  await executor.clock.advance(0)
  expect(executor.exchange.sent).toEqual([])
  expect(cards(executor)).toHaveLength(2)
  await tap(executor, executor.card(), 'second')
  expect(executor.exchange.sent).toHaveLength(1)
  executor.close()
})

test('a card that was owed when the executor died is shown by the next one, and the old one stays replaced', async () => {
  const executor = await waiting(onDisk())
  const old = executor.card()
  move(executor, '61000')
  executor.take(executor.approval(old))
  expect(cards(executor), 'its candles are still being asked for').toHaveLength(1)
  executor.crash()
  executor.take(executor.head())
  await executor.clock.advance(0)
  expect(cards(executor)).toHaveLength(2)
  await tap(executor, old, 'again')
  expect(executor.told().at(-1)).toBe('refusal approval_replaced')
  await tap(executor, executor.card(), 'second')
  expect(executor.exchange.sent).toHaveLength(1)
  executor.close()
})

test('half the collar either way is no other price: the yes still counts', async () => {
  for (const price of ['59999.99', '59860', '60140']) {
    const executor = await waiting()
    move(executor, price)
    await tap(executor, executor.card(), 'tap')
    expect(executor.exchange.sent, price).toMatchObject([{ price: '60150' }])
  }
})

test('a bid that has come down to the stop is asked about no more: it would be sold at once', async () => {
  const executor = await waiting(':memory:', { stopPrice: '59900' })
  move(executor, '59890')
  await tap(executor, executor.card(), 'tap')
  expect(executor.exchange.sent).toEqual([])
  expect(executor.told().at(-1)).toBe('entry denied stop_wrong_side')
})
