// The journal against an exchange where somebody else trades, forgets and takes coins away.
import { expect, test, vi } from 'vitest'
import { allRows, toEvent } from '../../journal/journal.ts'
import { TestExecutor } from '../../testing/rig.ts'
import type { NewEvent } from '../model/events.ts'
import type { OrderRequest } from '../model/exchange.ts'
import { newContext } from './context.ts'
import { reconcileDue } from './reconcile.ts'

const MINUTE = 60_000
const BY_HAND: OrderRequest = {
  clientOrderId: 'web_1',
  market: 'BTC/USDT',
  side: 'buy',
  type: 'limit',
  timeInForce: 'GTC',
  amount: '0.01000',
  price: '50000',
}

/** Somebody else places an order with the same account. */
async function byHand(executor: TestExecutor, change: Partial<OrderRequest> = {}): Promise<void> {
  const { exchange } = executor
  const { mode } = exchange
  exchange.mode = change.timeInForce === 'IOC' ? 'fills' : 'rests'
  await exchange.place({ ...BY_HAND, ...change })
  exchange.mode = mode
}

function events(executor: TestExecutor, type: NewEvent['type']) {
  return [...allRows(executor.journal.database())]
    .map(toEvent)
    .filter((event) => event.type === type)
}

function count(executor: TestExecutor, line: string): number {
  return executor.told().filter((one) => one === line).length
}

/** As if the price had been asked for just now. */
async function enter(executor: TestExecutor): Promise<string> {
  executor.exchange.quoteAt = executor.clock.now()
  await executor.enter()
  return executor.told().at(-1) ?? ''
}

test('a life of its own orders tells of nothing unexpected', async () => {
  const executor = new TestExecutor()
  executor.exchange.own = '0'
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.advance(5 * MINUTE)
  await executor.give(executor.exit())
  await executor.clock.advance(5 * MINUTE)
  const notices = executor.told().filter((line) => line.startsWith('notice'))
  expect(notices).toEqual(['notice stream_silent'])
  expect(executor.state().portfolio.closedMarkets).toEqual({})
})

test.each([
  ['an order that waits', () => ({})],
  ['an order that filled', () => ({ type: 'limit', timeInForce: 'IOC' })],
  ['an order under the name of one of ours', (ours: string) => ({ clientOrderId: ours })],
] as const)('tells once of %s and is not from here, over restarts', async (_, change) => {
  const executor = new TestExecutor()
  await enter(executor)
  await executor.clock.advance(MINUTE)
  const [ours = ''] = executor.exchange.orders.keys()
  // The order in memory is known by its name alone: ours makes room for the borrower.
  const kept = executor.exchange.orders.get(ours)
  if (kept !== undefined) executor.exchange.orders.set('kept', kept)
  await byHand(executor, change(ours))
  await executor.clock.advance(2 * MINUTE)
  expect(count(executor, 'notice unexpected_activity')).toBe(1)
  const told = executor.reports.map(({ event }) => event)
  expect(told).toContainEqual(
    expect.objectContaining({ code: 'unexpected_activity', level: 'error' }),
  )
  executor.crash()
  await executor.clock.advance(5 * MINUTE)
  expect(count(executor, 'notice unexpected_activity')).toBe(1)
  expect(events(executor, 'unexpected')).toHaveLength(1)
})

test('what was traded while the executor was stopped is told at the next start', async () => {
  const executor = new TestExecutor()
  await executor.clock.advance(3 * MINUTE)
  executor.stop()
  await executor.clock.advance(60 * MINUTE)
  await byHand(executor, { type: 'limit', timeInForce: 'IOC' })
  await executor.clock.advance(600 * MINUTE)
  executor.crash()
  await executor.clock.advance(MINUTE)
  expect(count(executor, 'notice unexpected_activity')).toBe(1)
})

test('what was traded before the first start is not told', async () => {
  const executor = new TestExecutor()
  await byHand(executor, { type: 'limit', timeInForce: 'IOC' })
  for (const kept of executor.exchange.orders.values())
    kept.fills = kept.fills.map((fill) => ({ ...fill, at: fill.at - 60 * MINUTE }))
  await executor.clock.advance(5 * MINUTE)
  expect(executor.told()).toEqual(['state running'])
})

test('an order that was proved not placed and is there after all closes its market for entries', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'lost_before'
  await enter(executor)
  await executor.clock.advance(MINUTE)
  expect(executor.told().at(-1)).toBe('entry not_placed order_not_placed')
  executor.exchange.mode = 'rests'
  await executor.exchange.place(executor.exchange.sent[0] as OrderRequest)
  await executor.clock.advance(2 * MINUTE)
  executor.exchange.mode = 'fills'
  expect(count(executor, 'notice order_reappeared')).toBe(1)
  expect(await enter(executor)).toBe('entry denied recon.drift')
  executor.crash()
  await executor.clock.advance(5 * MINUTE)
  expect(count(executor, 'notice order_reappeared')).toBe(1)
  expect(await enter(executor)).toBe('entry denied recon.drift')
})

test('a trade that an order gets after its end closes its market for entries, and not for exits', async () => {
  const executor = new TestExecutor()
  await enter(executor)
  executor.exchange.fill(executor.exchange.sent[0]?.clientOrderId ?? '', '0.00100', 'filled')
  await executor.clock.advance(2 * MINUTE)
  expect(count(executor, 'notice order_reappeared')).toBe(1)
  expect(await enter(executor)).toBe('entry denied recon.drift')
  await executor.give(executor.exit())
  expect(executor.told().at(-1)).toBe('exit filled')
})

test('coins that are missing in two looks close the market until they are back', async () => {
  const executor = new TestExecutor()
  await enter(executor)
  executor.exchange.own = '-0.00100'
  await executor.clock.advance(MINUTE)
  expect(count(executor, 'notice position_drift'), 'one look proves nothing').toBe(0)
  expect(await enter(executor), 'and buys nothing').toBe('entry denied recon.drift')
  await executor.clock.advance(15_000)
  expect(count(executor, 'notice position_drift')).toBe(1)
  expect(await enter(executor)).toBe('entry denied recon.drift')
  executor.crash()
  await executor.clock.advance(10 * MINUTE)
  expect(count(executor, 'notice position_drift')).toBe(1)
  expect(await enter(executor)).toBe('entry denied recon.drift')
  executor.exchange.own = '0'
  await executor.clock.advance(MINUTE)
  expect(count(executor, 'notice drift_over')).toBe(1)
  expect(await enter(executor)).toBe('entry filled')
})

test('coins are not counted while an order may be trading', async () => {
  const executor = new TestExecutor()
  await enter(executor)
  executor.exchange.mode = 'lost_after'
  executor.exchange.lookups = 'silent'
  executor.exchange.own = '0'
  await executor.give(executor.exit())
  await executor.clock.advance(10 * MINUTE)
  expect(Object.values(executor.state().portfolio.orders)).toMatchObject([{ state: 'unknown' }])
  expect(events(executor, 'position_drift')).toEqual([])
  executor.exchange.lookups = 'honest'
  await executor.clock.advance(MINUTE)
  expect(executor.state().portfolio.positions).toEqual({})
  expect(executor.told()).not.toContain('notice position_drift')
})

test('a start on an account that lacks coins buys nothing', async () => {
  const executor = new TestExecutor()
  await enter(executor)
  executor.exchange.own = '-0.00100'
  executor.crash()
  expect(await enter(executor)).toBe('entry denied recon.drift')
  expect(executor.exchange.sent).toHaveLength(1)
})

test('the first entry after a start waits for the first look, and for no longer than ten seconds', async () => {
  const executor = new TestExecutor()
  await executor.clock.advance(MINUTE)
  let answer: () => void = () => undefined
  const slow = new Promise<void>((done) => {
    answer = done
  })
  executor.exchange.refreshBalances = async () => {
    await slow
    return { ok: true, value: executor.exchange.balances() }
  }
  executor.crash()
  executor.exchange.quoteAt = executor.clock.now()
  await executor.enter()
  await executor.clock.advance(1_000)
  expect(executor.exchange.sent).toEqual([])
  answer()
  await executor.clock.advance(0)
  expect(executor.told().at(-1)).toBe('entry filled')
  executor.exchange.refreshBalances = () => new Promise(() => undefined)
  executor.crash()
  executor.exchange.quoteAt = executor.clock.now()
  await executor.enter()
  await executor.clock.advance(9_900)
  expect(Object.values(executor.state().portfolio.orders)).toMatchObject([{ state: 'received' }])
  await executor.clock.advance(200)
  expect(executor.told().at(-1)).toBe('entry denied recon.drift')
})

test('after a start the market where an entry waits is compared before the others', async () => {
  const executor = new TestExecutor()
  await executor.clock.advance(MINUTE)
  executor.exchange.refreshBalances = () => new Promise(() => undefined)
  executor.crash()
  executor.exchange.quoteAt = executor.clock.now()
  await executor.enter()
  const { portfolio, session } = executor.state()
  const at = executor.clock.now()
  const calm = { refusedAt: 0, missing: '0', missingSince: 0, answered: 0, doubts: [] }
  const due = { state: 'due', at, found: 'awaited', since: null, ...calm } as const
  const looks = { 'ETH/USDT': due, 'BTC/USDT': due, 'SOL/USDT': due }
  const context = newContext(
    { portfolio, session: { ...session, reconciliations: looks } },
    executor.environment(),
  )
  reconcileDue(context)
  const asked = context.effects.flatMap((one) => (one.type === 'compare' ? one.markets : []))
  expect(asked.map(({ market }) => market)).toEqual(['BTC/USDT', 'ETH/USDT', 'SOL/USDT'])
})

test('a trade by hand is told although looks were taken while the clock was hours ahead', async () => {
  const executor = new TestExecutor()
  await executor.clock.advance(120 * MINUTE)
  executor.stop()
  executor.clock.setBack(119 * MINUTE)
  await byHand(executor, { type: 'limit', timeInForce: 'IOC', price: '61000' })
  await executor.clock.advance(10 * MINUTE)
  executor.crash()
  await executor.clock.advance(3 * MINUTE)
  expect(count(executor, 'notice unexpected_activity')).toBe(1)
})

test('an exchange that does not answer is asked again, and nothing is concluded from its silence', async () => {
  const executor = new TestExecutor()
  await enter(executor)
  const { exchange } = executor
  let asked = 0
  exchange.openOrders = async () => {
    asked += 1
    return { ok: false, message: 'no answer' }
  }
  exchange.own = '0'
  executor.crash()
  await executor.clock.advance(MINUTE)
  expect(asked).toBeGreaterThan(5)
  expect(await enter(executor)).toBe('entry denied recon.drift')
  expect(events(executor, 'position_drift')).toEqual([])
})

test('an order that the exchange took and forgets is told every minute and never given up', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '50000' })
  const kept = [...executor.exchange.orders]
  executor.exchange.orders.clear()
  const find = vi.spyOn(executor.exchange, 'find')
  const fills = vi.spyOn(executor.exchange, 'fills').mockResolvedValue({ ok: true, value: [] })
  await executor.clock.advance(10 * MINUTE + 5_000)
  expect(count(executor, 'notice order_vanished')).toBe(10)
  expect(find.mock.calls.length, 'each of them asks in many places').toBeLessThan(60)
  fills.mockRestore()
  expect(Object.values(executor.state().portfolio.orders)).toMatchObject([{ state: 'accepted' }])
  for (const [id, order] of kept) executor.exchange.orders.set(id, order)
  executor.exchange.fill(kept[0]?.[0] ?? '', kept[0]?.[1].order.amount ?? '', 'filled')
  await executor.clock.advance(10_000)
  expect(executor.told()).toContain('entry filled')
})

test('one miss is no alarm', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '50000' })
  const { find } = executor.exchange
  let asked = 0
  executor.exchange.find = (market, id) => {
    asked += 1
    return asked % 2 === 0
      ? find.call(executor.exchange, market, id)
      : Promise.resolve({ outcome: 'missing' })
  }
  for (let minutes = 0; minutes < 5; minutes += 0.5) {
    executor.take(executor.head())
    await executor.clock.advance(MINUTE / 2)
  }
  expect(asked).toBeGreaterThan(50)
  expect(executor.told()).not.toContain('notice order_vanished')
})

test("a trade that could be an unknown order's is not lost from sight while that order is sought", async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'lost_before'
  executor.exchange.lookups = 'silent'
  await enter(executor)
  await byHand(executor, { type: 'limit', timeInForce: 'IOC' })
  await executor.clock.advance(10 * MINUTE)
  expect(count(executor, 'notice unexpected_activity')).toBe(0)
  executor.exchange.lookups = 'honest'
  await executor.clock.advance(2 * MINUTE)
  expect(count(executor, 'notice unexpected_activity')).toBe(1)
})

test('tells of a trade although no life lasts until its second look', async () => {
  const executor = new TestExecutor()
  await executor.clock.advance(5_000)
  await byHand(executor, { type: 'limit', timeInForce: 'IOC' })
  for (let life = 0; life < 4; life += 1) {
    executor.crash()
    await executor.clock.advance(45_000)
  }
  await executor.clock.advance(MINUTE)
  expect(count(executor, 'notice unexpected_activity')).toBe(1)
})
