// What is lost is reckoned by hand here: the day closes, the result halts, and nothing but time or the trader undoes it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RULES } from '../../testing/fake-exchange.ts'
import { START, TestExecutor } from '../../testing/rig.ts'
import { decide } from '../decide.ts'
import { EMPTY_SESSION } from '../model/session.ts'
import type { Policy } from '../risk/policy/schema.ts'
import { nextWakeup } from './next-wakeup.ts'

const DAY = 86_400_000
const MINUTE = 60_000
const NEXT_DAY = (Math.floor(START / DAY) + 1) * DAY

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyside-losses-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function executorWith(limits: Partial<Policy['limits']>, path = ':memory:'): TestExecutor {
  const executor = new TestExecutor({ path })
  limit(executor, limits)
  return executor
}

function limit(executor: TestExecutor, limits: Partial<Policy['limits']>): void {
  const { policy } = executor
  Object.assign(executor, { policy: { ...policy, limits: { ...policy.limits, ...limits } } })
}

async function price(executor: TestExecutor, to: string): Promise<void> {
  executor.exchange.price = to
  executor.exchange.quoteAt = executor.clock.now()
  await executor.give({ type: 'tick' })
}

/** Buys 0.00497 at `at` and sells it at `to`. */
async function roundTrip(executor: TestExecutor, at: string, to: string): Promise<void> {
  await price(executor, at)
  await executor.enter()
  await price(executor, to)
  await executor.give(executor.exit())
}

const buys = (executor: TestExecutor) =>
  executor.exchange.accepted.filter(({ side }) => side === 'buy').length

test('a day on which too much was lost has no more entries, and says so once', async () => {
  const executor = executorWith({ dayLoss: '4' })
  // 0.00497 x 1000 = 4.97
  await roundTrip(executor, '60000', '59000')
  await executor.enter()
  await executor.enter()
  expect(buys(executor)).toBe(1)
  expect(executor.told().filter((line) => line === 'notice day_lost')).toHaveLength(1)
  expect(executor.told().at(-1)).toBe('entry denied loss.day')
})

test('a loss of exactly the limit closes the day', async () => {
  const executor = executorWith({ dayLoss: '4.97' })
  await roundTrip(executor, '60000', '59000')
  expect(executor.told()).toContain('notice day_lost')
})

test('a loss one cent short of the limit closes nothing', async () => {
  const executor = executorWith({ dayLoss: '4.98' })
  await roundTrip(executor, '60000', '59000')
  await price(executor, '60000')
  await executor.enter()
  expect(buys(executor)).toBe(2)
})

test('what is held counts as soon as it has fallen, and a price that recovers opens nothing', async () => {
  const executor = executorWith({ dayLoss: '4' })
  await price(executor, '60000')
  await executor.enter()
  await price(executor, '59000')
  await price(executor, '66000')
  await executor.enter()
  expect(executor.told()).toContain('notice day_lost')
  expect(executor.told().at(-1)).toBe('entry denied loss.day')
  expect(executor.state().portfolio.positions).not.toEqual({})
})

test('fees count, in money and in a currency whose price is not known', async () => {
  const executor = executorWith({ dayLoss: '0.59' })
  const { view } = executor.exchange
  executor.exchange.view = (kept) => {
    const seen = view.call(executor.exchange, kept)
    const fee = { amount: '0.0004', currency: 'BNB' }
    return { ...seen, fills: seen.fills.map((fill) => ({ ...fill, fee })) }
  }
  await roundTrip(executor, '60000', '60000')
  await executor.enter()
  // 0.1 % of 298.2, twice.
  expect(executor.told()).toContain('notice day_lost')
})

test('a closed day outlives a restart, a wider policy and a clock set back, and ends at 00:00 UTC', async () => {
  const executor = executorWith({ dayLoss: '4' }, join(folder, 'journal.db'))
  await roundTrip(executor, '60000', '59000')
  executor.crash()
  limit(executor, { dayLoss: '100000' })
  await executor.enter()
  expect(executor.told().at(-1)).toBe('entry denied loss.day')
  Object.assign(executor.clock, { now: () => START - DAY })
  await executor.enter()
  expect(buys(executor)).toBe(1)
  Object.assign(executor.clock, { now: () => NEXT_DAY + 1 })
  executor.exchange.quoteAt = NEXT_DAY + 1
  await executor.enter()
  expect(buys(executor)).toBe(2)
})

test('a new day starts from what is held at its first price', async () => {
  const executor = executorWith({ dayLoss: '4' })
  await price(executor, '60000')
  await executor.enter()
  await price(executor, '59500')
  await executor.clock.advance(NEXT_DAY - START + MINUTE)
  await price(executor, '59000')
  await executor.enter()
  expect(executor.told()).not.toContain('notice day_lost')
  await price(executor, '58500')
  await executor.enter()
  expect(executor.told().at(-1)).toBe('entry denied loss.day')
})

test('without a price of what is held nothing is bought', async () => {
  const executor = executorWith({})
  await price(executor, '60000')
  await executor.enter()
  executor.exchange.refreshQuote = async () => ({ ok: false, message: 'no answer' })
  await executor.clock.advance(2 * MINUTE)
  await executor.enter()
  expect(executor.told().at(-1)).toBe('entry denied loss.day')
})

/** As if it held as much of another market. */
async function holdingEther(executor: TestExecutor) {
  await executor.enter()
  const { portfolio, session } = executor.state()
  const [position] = Object.values(portfolio.positions)
  if (position === undefined) throw new Error('it holds something')
  const other = { ...position, market: 'ETH/USDT' }
  return {
    live: session,
    holding: { ...portfolio, positions: { ...portfolio.positions, 'home/demo ETH/USDT': other } },
  }
}

test.each([
  ['was not there at the start', null],
  ['has gone since', { ...RULES, market: 'ETH/USDT', status: 'gone' } as const],
])('a market that %s does not close the others, and counts for what it cost', async (_, rules) => {
  const executor = executorWith({ dayLoss: '4' })
  const { holding, live } = await holdingEther(executor)
  const known = executor.exchange.rules.bind(executor.exchange)
  executor.exchange.rules = (market) => (market === 'ETH/USDT' ? rules : known(market))
  const { events } = decide(
    { portfolio: holding, session: live },
    executor.signal(),
    executor.environment(),
  )
  expect(events.map(({ type }) => type)).not.toContain('day_lost')
  expect(events.at(-1)).toMatchObject({ event: 'submit' })
  executor.exchange.reach = 'no'
  const cut = decide(
    { portfolio: holding, session: live },
    executor.signal(),
    executor.environment(),
  )
  expect(cut.events.at(-1)).not.toMatchObject({ event: 'submit' })
})

test('an entry waits for the price of something else that is held', async () => {
  const executor = executorWith({})
  const { holding, live } = await holdingEther(executor)
  const known = executor.exchange.rules.bind(executor.exchange)
  executor.exchange.rules = (market) => known(market) ?? { ...RULES, market }
  const first = decide(
    { portfolio: holding, session: live },
    executor.signal(),
    executor.environment(),
  )
  expect(first.effects).toContainEqual({ type: 'quote', market: 'ETH/USDT' })
  expect(first.events.map(({ type }) => type)).toEqual(['signal', 'ordered'])
  const answered = decide(
    first.state,
    { type: 'quote', market: 'ETH/USDT' },
    executor.environment(),
  )
  expect(answered.events.at(-1)).toMatchObject({ event: 'deny', code: 'loss.day' })
})

test('looks at least once a minute while something is held, though nothing else is due', async () => {
  const executor = executorWith({})
  await executor.enter()
  const { portfolio, session } = executor.state()
  const { accountWatch } = EMPTY_SESSION
  const alone = { portfolio, session: { ...session, reconciliations: {}, heads: {}, accountWatch } }
  expect(nextWakeup(alone)).toBe(executor.clock.now() + MINUTE)
  expect(nextWakeup({ ...alone, portfolio: { ...portfolio, positions: {} } })).toBeNull()
})

test('a result far below its best halts trading, and keeps what is held', async () => {
  const executor = executorWith({ drawdown: '8' })
  await price(executor, '60000')
  await executor.enter()
  // Up 4.97 and down 9.94 from there.
  await price(executor, '61000')
  await price(executor, '59000')
  expect(executor.state().portfolio.trading).toBe('halted')
  expect(executor.told()).toContain('notice drawdown_reached')
  expect(executor.state().portfolio.positions).not.toEqual({})
})

test('a result not quite so far below its best halts nothing', async () => {
  const executor = executorWith({ drawdown: '10' })
  await price(executor, '60000')
  await executor.enter()
  await price(executor, '61000')
  await price(executor, '59000')
  expect(executor.state().portfolio.trading).toBe('running')
})

test('the best outlives a restart', async () => {
  const executor = executorWith({ drawdown: '8' }, join(folder, 'journal.db'))
  await price(executor, '60000')
  await executor.enter()
  await price(executor, '61000')
  executor.crash()
  await price(executor, '59000')
  expect(executor.state().portfolio.trading).toBe('halted')
})

test('who unhalts starts again from where the result is', async () => {
  const executor = executorWith({ drawdown: '8' }, join(folder, 'journal.db'))
  await price(executor, '60000')
  await executor.enter()
  await price(executor, '58000')
  expect(executor.state().portfolio.trading).toBe('halted')
  const at = executor.clock.now()
  executor.journal.append([{ type: 'trading', state: 'running', by: 'terminal', at }], [], at)
  executor.crash()
  await price(executor, '57000')
  expect(executor.state().portfolio.trading).toBe('running')
  await price(executor, '56000')
  expect(executor.state().portfolio.trading).toBe('halted')
})
