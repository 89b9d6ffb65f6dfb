// A backup is put back: what the journal forgot is found, shown, and set right.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Adjustment, prepareAdjustment } from './adjust.ts'
import type { Lookup, OrderRequest } from './core/model/exchange.ts'
import { Journal } from './journal/journal.ts'
import { requireMarked, writeMark } from './journal/mark.ts'
import { holdForMove, requireHere } from './journal/moved-home.ts'
import { readJournal, verifyJournal } from './journal/read.ts'
import { policyOf, TestExecutor } from './testing/rig.ts'
import { unhalt } from './unhalt.ts'

const MINUTE = 60_000
const BTC = 'home/demo BTC/USDT'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-adjust-'))
})
afterEach(() => rmSync(home, { recursive: true }))
const path = () => join(home, 'executor/journal.db')

/** Copies the journal, and puts the copy back when called. */
function backUp(executor: TestExecutor): () => void {
  executor.close()
  copyFileSync(path(), join(home, 'backup'))
  executor.reopen()
  return () => {
    writeMark(path(), executor.journal)
    executor.close()
    for (const end of ['-wal', '-shm']) rmSync(`${path()}${end}`, { force: true })
    copyFileSync(join(home, 'backup'), path())
  }
}

function adjust(executor: TestExecutor, markets = ['BTC/USDT']): Promise<Adjustment> {
  const { exchange, clock } = executor
  const by = 'terminal:test'
  return prepareAdjustment({ home, markets, exchange, clock, by })
}

async function carriedOut(executor: TestExecutor, markets?: string[]): Promise<Adjustment> {
  const done = await adjust(executor, markets)
  await done.carryOut('asked')
  await done.close()
  return done
}

/** Looks, and changes nothing. */
async function adjusting(executor: TestExecutor): Promise<Adjustment> {
  const looked = await adjust(executor)
  await looked.close()
  return looked
}

/** Everything that was ever reported. */
function told({ journal }: TestExecutor) {
  return journal.reportsAfter(0, 1_000).map(({ event }) => event)
}

async function bought(executor: TestExecutor): Promise<void> {
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.advance(MINUTE)
}

test('a position that was sold since the backup is gone, though the trader has other coins of that kind', async () => {
  const executor = new TestExecutor({ path: path() })
  await bought(executor)
  const held = executor.state().portfolio.positions[BTC]?.amount
  const restore = backUp(executor)
  await executor.clock.advance(MINUTE)
  await executor.give(executor.exit())
  expect(executor.state().portfolio.positions).toEqual({})
  await executor.clock.advance(MINUTE)
  restore()
  const journal = new Journal(path())
  expect(() => requireMarked(path(), journal)).toThrow(
    expect.objectContaining({ code: 'journal_restored' }),
  )
  journal.close()
  const { plan } = await carriedOut(executor)
  expect(plan.positions).toMatchObject([{ position: BTC, from: held, to: '0' }])
  expect(verifyJournal(path()).brokenAt).toBeNull()
  executor.reopen()
  expect(() => requireMarked(path(), executor.journal)).not.toThrow()
  await executor.clock.advance(2 * MINUTE)
  expect(executor.state().portfolio.positions).toEqual({})
  const sales = executor.exchange.accepted.filter(({ timeInForce }) => timeInForce === 'IOC')
  expect(sales, 'nothing is sold twice').toHaveLength(2)
})

test('what was sold since the backup is lost by no limit but for what the sale lost, and the day stays open', async () => {
  const executor = new TestExecutor({ path: path() })
  const { exchange, clock } = executor
  await bought(executor)
  const restore = backUp(executor)
  await clock.advance(MINUTE)
  exchange.price = '59900'
  await executor.give(executor.exit())
  await clock.advance(MINUTE)
  const { proceeds, cost, today } = executor.state().portfolio.profit
  restore()
  const { plan } = await carriedOut(executor)
  expect(plan.positions).toMatchObject([{ to: '0', proceeds, unexplained: '0' }])
  const { policy } = executor
  executor.policy = { ...policy, limits: { ...policy.limits, dayLoss: '5', drawdown: '5' } }
  executor.reopen()
  await clock.advance(2 * MINUTE)
  expect(executor.state().portfolio.profit).toMatchObject({
    proceeds,
    cost,
    today: { losses: today.losses, gains: today.gains, dayOpenValues: {} },
  })
  executor.close()
  unhalt(home, { now: clock.now(), by: 'terminal:test' })
  executor.reopen()
  await executor.enter({ size: { unit: 'quote', value: '50' } })
  expect(executor.told()).not.toContain('notice day_lost')
  expect(executor.state().portfolio.trading).toBe('running')
  executor.close()
})

test('what is gone without a sale counts as lost, and with a sale of a part so does the rest', async () => {
  const executor = new TestExecutor({ path: path() })
  const { exchange, clock } = executor
  exchange.own = '0'
  await bought(executor)
  const [, stop] = exchange.accepted
  const restore = backUp(executor)
  await clock.advance(MINUTE)
  exchange.fill(stop?.clientOrderId ?? '', '0.002', 'canceled')
  const sold = exchange.orders.get(stop?.clientOrderId ?? '')?.fills ?? []
  // As if another order had sold it.
  exchange.trades = async () => ({
    ok: true,
    value: sold.map((fill) => ({
      ...fill,
      id: 'web',
      exchangeId: '77',
      side: 'sell',
      fee: { currency: 'USDT', amount: '0.5' },
    })),
  })
  if (stop !== undefined) exchange.orders.delete(stop.clientOrderId)
  exchange.own = '-0.001'
  restore()
  const { plan } = await carriedOut(executor)
  const [fill] = sold
  const proceeds = toDecimal(new Big('0.002').times(fill?.price ?? '0').minus('0.5'))
  expect(plan.positions).toEqual([
    { position: BTC, from: '0.00497', to: '0.00197', proceeds, unexplained: '0.001' },
  ])
  executor.reopen()
  const { today } = executor.state().portfolio.profit
  const basis = new Big('0.003').times('60000')
  expect(new Big(today.losses).toFixed(6)).toBe(basis.minus(proceeds).toFixed(6))
  executor.close()
})

test('what was bought since the backup stays the trader’s, and its stop is taken back', async () => {
  const executor = new TestExecutor({ path: path() })
  await executor.clock.advance(0)
  const restore = backUp(executor)
  await bought(executor)
  const [, stop] = executor.exchange.accepted
  restore()
  await executor.exchange.place({ ...(stop as OrderRequest), clientOrderId: 'web_7' })
  const { plan } = await carriedOut(executor)
  expect(plan.positions).toEqual([])
  expect(plan.cancels).toMatchObject([{ clientOrderId: stop?.clientOrderId }])
  expect(plan.leftAlone).toMatchObject([{ clientOrderId: 'web_7' }])
  expect(executor.exchange.orders.get(stop?.clientOrderId ?? '')?.status).toBe('canceled')
  expect(executor.exchange.orders.get('web_7')?.status).toBe('open')
  executor.reopen()
  expect(executor.state().portfolio.positions).toEqual({})
})

test('a stop that the journal knows keeps standing, and its sale is booked once', async () => {
  const executor = new TestExecutor({ path: path() })
  executor.exchange.own = '0'
  await bought(executor)
  const restore = backUp(executor)
  const [, stop] = executor.exchange.accepted
  executor.exchange.fill(stop?.clientOrderId ?? '', stop?.amount ?? '', 'filled')
  await executor.clock.advance(MINUTE)
  expect(executor.state().portfolio.positions).toEqual({})
  restore()
  const { plan } = await carriedOut(executor)
  expect(plan).toEqual({ positions: [], cancels: [], leftAlone: [] })
  executor.reopen()
  await executor.clock.advance(MINUTE)
  expect(executor.state().portfolio.positions).toEqual({})
  expect(executor.state().portfolio.orders).toEqual({})
})

test('an order that waited in the backup and was sent after it is not sent again', async () => {
  const executor = new TestExecutor({ path: path(), approval: 'always' })
  await executor.enter()
  const restore = backUp(executor)
  executor.exchange.quoteAt = executor.clock.now()
  await executor.give(executor.head())
  await executor.give(executor.approval(executor.card()))
  expect(executor.exchange.accepted).toHaveLength(1)
  restore()
  await carriedOut(executor)
  executor.reopen()
  await executor.clock.advance(MINUTE)
  expect(executor.exchange.accepted).toHaveLength(1)
  expect(Object.keys(executor.state().portfolio.positions)).toEqual([BTC])
})

test('an order that waited in the backup and was never sent is over', async () => {
  const executor = new TestExecutor({ path: path(), approval: 'always' })
  await executor.enter()
  const restore = backUp(executor)
  restore()
  const { dropped } = await carriedOut(executor)
  expect(dropped).toHaveLength(1)
  const [order = ''] = dropped
  expect(readJournal(path()).findLast((event) => event.order === order)?.body).toMatchObject({
    event: 'deny',
    code: 'journal_adjusted',
  })
  executor.reopen()
  expect(executor.state().portfolio.orders).toEqual({})
})

test.each(['running', 'halted'])(
  'trading is halted afterwards, when it was %s in the backup',
  async (before) => {
    const executor = new TestExecutor({ path: path() })
    await bought(executor)
    if (before === 'halted') await executor.give(executor.command({ do: 'halt' }))
    const restore = backUp(executor)
    await executor.give(executor.command({ do: 'halt' }, 'later'))
    restore()
    await carriedOut(executor)
    expect(
      readJournal(path())
        .slice(-2)
        .map(({ body }) => body),
    ).toMatchObject([
      { type: 'adjusted', by: 'terminal:test' },
      { type: 'trading', state: 'halted', by: 'terminal:test' },
    ])
    executor.reopen()
    await executor.clock.advance(2 * MINUTE)
    expect(executor.state().portfolio).toMatchObject({ trading: 'halted', onHalt: 'keep' })
    expect(Object.keys(executor.state().portfolio.positions)).toEqual([BTC])
    await executor.enter()
    expect(executor.told()).toContain('entry denied trading.state')
    expect(told(executor)).toContainEqual({ type: 'state', state: 'halted', by: 'terminal:test' })
  },
)

test('a stop that the exchange has no more is over, and the position gets another', async () => {
  const executor = new TestExecutor({ path: path() })
  await bought(executor)
  const [, stop] = executor.exchange.accepted
  const name = stop?.clientOrderId ?? ''
  executor.exchange.orders.delete(name)
  await executor.clock.advance(MINUTE)
  expect(executor.told()).toContain('notice order_vanished')
  expect(Object.keys(executor.state().portfolio.orders), 'neither forgotten nor assumed').toEqual([
    name,
  ])
  executor.close()
  const asked = await adjust(executor)
  await expect(asked.carryOut('unasked'), 'its fills are unknown').rejects.toMatchObject({
    code: 'exchange_unreachable',
  })
  await asked.close()
  const { ended } = await carriedOut(executor)
  expect(ended).toEqual([{ clientOrderId: name, is: 'missing', fills: 'unknown' }])
  expect(verifyJournal(path()).brokenAt).toBeNull()
  executor.reopen()
  await executor.clock.advance(5_000)
  const resting = [...executor.exchange.orders.values()].filter(({ status }) => status === 'open')
  expect(resting).toMatchObject([{ order: { type: 'stop_limit', amount: stop?.amount } }])
  await executor.give({ type: 'halt', by: 'device', positions: 'sell' })
  await executor.clock.advance(MINUTE)
  expect(executor.state().portfolio).toMatchObject({ positions: {}, orders: {} })
})

test('an order that filled in part and that every list has lost is over with that part, whatever trades are strange', async () => {
  const executor = new TestExecutor({ path: path() })
  const { exchange } = executor
  await bought(executor)
  const name = exchange.accepted.at(-1)?.clientOrderId ?? ''
  exchange.fill(name, '0.002', 'open')
  await executor.clock.advance(MINUTE)
  const number = exchange.orders.get(name)?.exchangeId
  exchange.orders.delete(name)
  // As an exchange whose newest trades say no name: by that alone, one of them may be the order's.
  exchange.find = async (...[, , exchangeId]: string[]): Promise<Lookup> =>
    exchangeId === number ? { outcome: 'missing' } : { outcome: 'unknown', message: 'a trade' }
  await executor.clock.advance(MINUTE)
  expect(executor.told()).toContain('notice order_vanished')
  executor.close()
  expect((await carriedOut(executor)).ended).toMatchObject([{ clientOrderId: name, is: 'missing' }])
  executor.reopen()
  await executor.clock.advance(MINUTE)
  expect(executor.state().portfolio.orders[name]).toBeUndefined()
  expect(executor.state().portfolio.positions[BTC]?.amount).toBe('0.00297')
})

test('the fills of an order that every list has lost come into the books with its end, and are no sale of a stranger', async () => {
  const executor = new TestExecutor({ path: path(), streams: ['demo', 'other'] })
  const { exchange } = executor
  exchange.own = '0'
  await executor.enterFrom('other', { size: { unit: 'quote', value: '300' } })
  await bought(executor)
  const { clientOrderId: name = '', amount = '' } = exchange.accepted.at(-1) ?? {}
  executor.close()
  exchange.fill(name, amount, 'filled')
  const fills = exchange.orders.get(name)?.fills ?? []
  const find = exchange.find.bind(exchange)
  exchange.find = async (market, id) =>
    id === name ? { outcome: 'missing' } : await find(market, id)
  const { plan, ended } = await carriedOut(executor)
  expect(ended).toEqual([{ clientOrderId: name, is: 'missing', fills: 1 }])
  expect(plan.positions, 'it is sold, not lost').toEqual([])
  const events = readJournal(path()).filter(({ order }) => order === name)
  expect(events.map(({ body }) => body)).toContainEqual(
    expect.objectContaining({ type: 'fill', trade: fills[0] }),
  )
  expect(events.at(-1)?.body).toMatchObject({ event: 'complete', code: 'journal_adjusted' })
  executor.reopen()
  expect(Object.keys(executor.state().portfolio.positions)).toEqual(['home/other BTC/USDT'])
})

test('an order that is over, and whose fills have not come for ten minutes, ends with those that are known, and not before', async () => {
  const executor = new TestExecutor({ path: path() })
  const { exchange, clock } = executor
  exchange.own = '0'
  await bought(executor)
  const { clientOrderId: name = '', amount = '' } = exchange.accepted.at(-1) ?? {}
  exchange.fill(name, amount, 'filled')
  const shown = exchange.orders.get(name)
  const [fill] = shown?.fills.splice(0) ?? []
  const view = exchange.view.bind(exchange)
  exchange.view = (one) => ({ ...view(one), filled: one === shown ? amount : view(one).filled })
  await clock.advance(2 * MINUTE)
  expect(executor.told()).toContain('notice fills_missing')
  executor.close()
  const early = await carriedOut(executor)
  expect(early, 'they may be late').toMatchObject({ ended: [], plan: { positions: [] } })
  await clock.advance(10 * MINUTE)
  if (fill !== undefined) shown?.fills.push(fill)
  expect((await adjusting(executor)).ended, 'the next start ends it').toEqual([])
  shown?.fills.splice(0)
  const { plan, ended } = await carriedOut(executor)
  expect(ended).toEqual([{ clientOrderId: name, is: 'ended', fills: 0 }])
  expect(plan.positions, 'what was sold is not there').toMatchObject([{ position: BTC, to: '0' }])
  expect(verifyJournal(path()).brokenAt).toBeNull()
  executor.reopen()
  expect(executor.state().portfolio).toMatchObject({ positions: {}, orders: {} })
})

test.each(['unknown', 'submitted'] as const)(
  'one of which nobody heard, and that is %s, is over once the exchange would not show it any more, and not before',
  async (state) => {
    const executor = new TestExecutor({ path: path() })
    const { exchange, clock } = executor
    exchange.retention = { ...exchange.retention, filledMs: 10 * MINUTE }
    exchange.mode = state === 'unknown' ? 'lost_before' : 'silent'
    exchange.lookups = 'silent'
    await executor.enter()
    exchange.orders.clear()
    executor.close()
    exchange.lookups = 'honest'
    expect((await carriedOut(executor)).ended).toEqual([])
    await clock.advance(10 * MINUTE)
    const { ended } = await carriedOut(executor)
    expect(ended).toMatchObject([{ is: 'missing', fills: 0 }])
    expect(verifyJournal(path()).brokenAt).toBeNull()
    executor.reopen()
    expect(executor.state().portfolio.orders).toEqual({})
  },
)

test('what was held in a market that the exchange has no more is held against the balance alone', async () => {
  const executor = new TestExecutor({ path: path() })
  executor.exchange.own = '0'
  await bought(executor)
  const held = executor.state().portfolio.positions[BTC]?.amount
  executor.close()
  const { exchange } = executor
  exchange.rules = () => null
  exchange.openOrders =
    exchange.trades =
    exchange.find =
      () => {
        throw new Error('no such market')
      }
  exchange.balances = () => [{ currency: 'USDT', free: '10000', used: '0' }]
  const start = vi.spyOn(exchange, 'start')
  const { plan, ended } = await carriedOut(executor, [])
  expect(start, 'it may be missing').toHaveBeenCalledWith([], ['BTC/USDT'])
  expect(plan.positions).toMatchObject([{ position: BTC, from: held, to: '0' }])
  expect(ended).toMatchObject([{ is: 'missing' }])
  executor.reopen()
  expect(executor.state().portfolio).toMatchObject({ positions: {}, orders: {} })
})

test('each order that it ends is reported with its end and its fills, and one that was never sent is denied', async () => {
  const executor = new TestExecutor({ path: path() })
  const { exchange } = executor
  exchange.own = '0'
  await bought(executor)
  const { clientOrderId: stop = '', amount = '' } = exchange.accepted.at(-1) ?? {}
  executor.policy = { ...executor.policy, ...policyOf('always') }
  await executor.enter()
  const waiting = Object.values(executor.state().portfolio.orders).find(
    ({ kind }) => kind === 'entry',
  )?.clientOrderId
  executor.close()
  exchange.fill(stop, amount, 'filled')
  exchange.find = async () => ({ outcome: 'missing' })
  await carriedOut(executor)
  executor.reopen()
  const orders = told(executor).filter((event) => event.type === 'order')
  expect(orders.slice(-2)).toMatchObject([
    { status: 'filled', order: { clientOrderId: stop }, filled: amount, result: { paid: '298.2' } },
    { status: 'denied', order: { clientOrderId: waiting }, code: 'journal_adjusted' },
  ])
  executor.close()
})

test('the trader is told of it', async () => {
  const executor = new TestExecutor({ path: path() })
  await bought(executor)
  const restore = backUp(executor)
  restore()
  await carriedOut(executor)
  executor.reopen()
  expect(told(executor)).toContainEqual(
    expect.objectContaining({ type: 'notice', level: 'info', code: 'journal_adjusted' }),
  )
})

test('entries wait for the next head of their stream', async () => {
  const executor = new TestExecutor({ path: path() })
  await bought(executor)
  const restore = backUp(executor)
  restore()
  await carriedOut(executor)
  unhalt(home, { now: executor.clock.now(), by: 'terminal:test' })
  executor.reopen()
  await executor.clock.advance(0)
  executor.exchange.quoteAt = executor.clock.now()
  await executor.give(executor.signal())
  expect(executor.told()).toContain('refusal sequence_gap')
  await executor.enter()
  expect(executor.told().at(-1)).not.toBe('refusal sequence_gap')
  expect(executor.exchange.accepted.filter(({ side }) => side === 'buy')).toHaveLength(2)
})

test('opens a market that was closed because coins are gone', async () => {
  const executor = new TestExecutor({ path: path() })
  await bought(executor)
  executor.exchange.own = '-0.00100'
  await executor.clock.advance(3 * MINUTE)
  expect(executor.state().portfolio.closedMarkets).toEqual({ 'BTC/USDT': 'drift' })
  executor.close()
  const { plan } = await carriedOut(executor)
  expect(plan.positions).toMatchObject([{ position: BTC, to: '0.00397' }])
  executor.reopen()
  expect(executor.state().portfolio.closedMarkets).toEqual({})
  await executor.clock.advance(3 * MINUTE)
  expect(executor.state().portfolio.closedMarkets).toEqual({})
})

test('takes missing coins from the position that lacks them, not from one whose stop holds its own', async () => {
  const executor = new TestExecutor({ path: path(), streams: ['demo', 'other'] })
  executor.exchange.own = '0'
  executor.exchange.coins = 'counted'
  await bought(executor)
  await executor.enterFrom('other', { size: { unit: 'quote', value: '300' } })
  const stop = [...executor.exchange.orders.values()].findLast(({ status }) => status === 'open')
  if (stop !== undefined) stop.status = 'canceled'
  executor.exchange.own = '-0.00100'
  await executor.clock.advance(MINUTE)
  executor.close()
  const { plan } = await carriedOut(executor)
  expect(plan.positions).toMatchObject([
    { position: 'home/other BTC/USDT', from: '0.00497', to: '0.00397' },
  ])
})

test('changes nothing when the exchange leaves a question open, or when the trader says no', async () => {
  const executor = new TestExecutor({ path: path() })
  await bought(executor)
  executor.close()
  const before = readJournal(path()).length
  executor.exchange.trades = async () => ({ ok: false, message: 'no answer' })
  await expect(adjust(executor)).rejects.toMatchObject({ code: 'exchange_unreachable' })
  Reflect.deleteProperty(executor.exchange, 'trades')
  await (await adjust(executor)).close()
  expect(readJournal(path())).toHaveLength(before)
})

test('a row that nobody can read stops nothing: it is shown, and passed over only by somebody who has read that', async () => {
  const executor = new TestExecutor({ path: path() })
  const { exchange } = executor
  await bought(executor)
  const restore = backUp(executor)
  await executor.give(executor.exit())
  restore()
  const { openOrders, trades } = exchange
  exchange.openOrders = async (market, rows) => {
    const all = await openOrders.call(exchange, market)
    return rows === 'readable' ? { ...all, unread: 1 } : { ok: false, message: 'not readable' }
  }
  exchange.trades = async (market, since, rows) => {
    const all = await trades.call(exchange, market, since)
    return rows === 'readable' ? { ...all, unread: 2 } : { ok: false, message: 'not readable' }
  }
  const asked = await adjust(executor)
  await expect(asked.carryOut('unasked')).rejects.toMatchObject({ code: 'orders_unread' })
  await asked.close()
  const { plan, unread } = await carriedOut(executor)
  expect(unread).toMatchObject([{ market: 'BTC/USDT', unread: 3 }])
  expect(plan.positions, 'what can be read counts').toMatchObject([{ position: BTC, to: '0' }])
})

test('a home that was moved to another machine trades here again after it, and begins halted', async () => {
  const executor = new TestExecutor({ path: path() })
  await bought(executor)
  executor.close()
  const moved = holdForMove(path())
  moved.leave(0)
  expect(() => holdForMove(path())).toThrow(expect.objectContaining({ code: 'journal_locked' }))
  moved.close()
  const here = () => {
    const journal = new Journal(path())
    try {
      requireHere(journal.database())
    } finally {
      journal.close()
    }
  }
  expect(here).toThrow(expect.objectContaining({ code: 'home_moved' }))
  await carriedOut(executor)
  expect(here).not.toThrow()
  executor.reopen()
  expect(executor.state().portfolio.trading).toBe('halted')
})

test('is refused while the executor runs', async () => {
  const executor = new TestExecutor({ path: path() })
  await expect(adjust(executor)).rejects.toMatchObject({ code: 'journal_locked' })
  executor.close()
})

test('no order gets a name that the exchange knows from after the backup', async () => {
  const executor = new TestExecutor({ path: path() })
  await executor.enter({ stopPrice: '58000', trailingStop: { percent: '2' } })
  await executor.clock.advance(1_000)
  const restore = backUp(executor)
  for (const price of ['61000', '62000', '63000']) {
    executor.exchange.price = price
    await executor.clock.advance(15_000)
  }
  restore()
  await carriedOut(executor)
  executor.reopen()
  await executor.clock.advance(30_000)
  const names = executor.exchange.sent.map(({ clientOrderId }) => clientOrderId)
  expect(names.length).toBeGreaterThan(4)
  expect(new Set(names).size).toBe(names.length)
})
