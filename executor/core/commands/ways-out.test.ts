// Closing, protecting and taking back from the chat: what was shown is what is done, once.

import type { Answer, Instruction } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'

let asked = 0

/** The answer to one command, and everything that follows at once. */
async function say(executor: TestExecutor, instruction: Instruction): Promise<Answer> {
  asked += 1
  await executor.give(executor.command(instruction, `command ${asked}`))
  const event = executor.reports.findLast(({ event }) => event.type === 'answer')?.event
  if (event?.type !== 'answer') throw new Error('it was not answered')
  return event.answer
}

type Close = Omit<Extract<Instruction, { do: 'close' }>, 'do'>
type Protect = Omit<Extract<Instruction, { do: 'protect' }>, 'do'>

async function shownFor(executor: TestExecutor, instruction: Instruction): Promise<string> {
  const answer = await say(executor, instruction)
  if (!('shown' in answer)) throw new Error(`it was not shown: ${JSON.stringify(answer)}`)
  return answer.shown
}

/** The question, and then the yes to it. */
async function closeNow(executor: TestExecutor, asked: Close): Promise<Answer> {
  const shown = await shownFor(executor, { do: 'close', ...asked })
  return say(executor, { do: 'close', ...asked, shown })
}

async function protectNow(executor: TestExecutor, asked: Protect): Promise<Answer> {
  const shown = await shownFor(executor, { do: 'protect', ...asked })
  return say(executor, { do: 'protect', ...asked, shown })
}

/** 0.005 BTC bought at 60000, with a stop at 58000. */
async function holding(change = {}): Promise<TestExecutor> {
  const executor = new TestExecutor()
  const size = { unit: 'base', value: '0.005' } as const
  await executor.enter({ stopPrice: '58000', size, ...change })
  await executor.clock.advance(1_000)
  expect(position(executor)?.amount).toBe('0.005')
  return executor
}

const position = (executor: TestExecutor, stream = 'demo') =>
  executor.state().portfolio.positions[`home/${stream} BTC/USDT`]

const sales = ({ exchange }: TestExecutor) =>
  exchange.sent.filter(({ side, type }) => side === 'sell' && type === 'limit')

/** What protects now: its amount and its trigger. */
const stops = ({ exchange }: TestExecutor) =>
  [...exchange.orders.values()].flatMap(({ status, order: { type, amount, triggerPrice } }) =>
    status === 'open' && type === 'stop_limit' ? [[amount, triggerPrice]] : [],
  )

test('a close is shown first, and nothing is done before the yes', async () => {
  const executor = await holding({ takeProfits: [{ price: '70000', percent: '50' }] })
  const answer = await say(executor, { do: 'close', what: 'btc', percent: 50 })
  expect(answer).toEqual({
    about: 'close',
    what: 'btc',
    percent: 50,
    rows: [
      {
        stream: 'home/demo',
        market: 'BTC/USDT',
        held: '0.005',
        amount: '0.0025',
        rest: '0.0025',
        price: '60000',
        least: '58800',
        stop: '58000',
        takeProfits: 1,
      },
    ],
    shown: expect.stringMatching(/^[\w-]{43}$/),
  })
  await executor.clock.advance(5_000)
  expect(sales(executor)).toEqual([])
})

test('all of a position is sold with its stop taken off, and results know why', async () => {
  const executor = await holding()
  expect(await closeNow(executor, { what: 'btc', percent: 100 })).toEqual({ about: 'done' })
  await executor.clock.advance(3_000)
  expect(position(executor)).toBeUndefined()
  expect(sales(executor).map(({ amount }) => amount)).toEqual(['0.005'])
  expect(stops(executor)).toEqual([])
  await executor.give(executor.command({ do: 'trades', limit: 5 }, 'sales'))
  const event = executor.reports.at(-1)?.event
  expect(event).toMatchObject({ answer: { rows: [{ reason: 'trader', amount: '0.005' }] } })
})

test('half of a position is sold, and the rest keeps its stop, which fits it', async () => {
  const executor = await holding()
  expect(await closeNow(executor, { what: 'home/demo', percent: 50 })).toEqual({ about: 'done' })
  await executor.clock.advance(3_000)
  expect(position(executor)?.amount).toBe('0.0025')
  expect(stops(executor)).toEqual([['0.0025', '58000']])
  expect(executor.told()).toContain('exit filled')
  await executor.give(executor.command({ do: 'trades', limit: 5 }, 'sales'))
  const event = executor.reports.at(-1)?.event
  expect(event).toMatchObject({ answer: { rows: [{ reason: 'trader', amount: '0.0025' }] } })
})

test('where the rest would be too little for an order, all is shown and all is sold', async () => {
  const executor = await holding()
  const shown = await say(executor, { do: 'close', what: 'btc', percent: 99 })
  expect(shown).toMatchObject({ rows: [{ held: '0.005', amount: '0.005' }] })
  await closeNow(executor, { what: 'btc', percent: 99 })
  await executor.clock.advance(3_000)
  expect(position(executor)).toBeUndefined()
})

test('a yes that comes twice sells once', async () => {
  const executor = await holding()
  const half = { do: 'close', what: 'btc', percent: 50 } as const
  const shown = await shownFor(executor, half)
  const yes = executor.command({ ...half, shown }, 'the yes')
  executor.take(yes)
  executor.take(yes)
  expect(await say(executor, { ...half, shown }), 'signed anew').toMatchObject({
    about: 'refused',
    code: expect.stringMatching(/^(close_under_way|position_changed)$/),
  })
  await executor.clock.advance(5_000)
  expect(await say(executor, { ...half, shown }), 'and once more').toMatchObject({
    about: 'refused',
    code: 'position_changed',
  })
  executor.crash()
  await executor.give(yes)
  await executor.clock.advance(5_000)
  expect(sales(executor).map(({ amount }) => amount)).toEqual(['0.0025'])
})

test('a yes to what has changed since it was shown is not done', async () => {
  const executor = await holding()
  const half = { do: 'close', what: 'btc', percent: 50 } as const
  const shown = await shownFor(executor, half)
  await executor.give(executor.exit({ size: { unit: 'percent', value: '20' } }))
  await executor.clock.advance(3_000)
  expect(await say(executor, { ...half, shown })).toMatchObject({ code: 'position_changed' })
  expect(await say(executor, { ...half, percent: 30, shown }), 'another part').toMatchObject({
    code: 'position_changed',
  })
  const all = { do: 'close', what: 'btc', percent: 100 } as const
  const whole = await shownFor(executor, all)
  await executor.give(executor.exit({ size: { unit: 'percent', value: '20' } }))
  await executor.clock.advance(3_000)
  expect(await say(executor, { ...all, shown: whole })).toMatchObject({ code: 'position_changed' })
  expect(sales(executor)).toHaveLength(2)
})

test('a part that came to nothing is not sold by the same yes a second time', async () => {
  const executor = await holding()
  const half = { do: 'close', what: 'btc', percent: 50 } as const
  const shown = await shownFor(executor, half)
  executor.exchange.mode = 'rejects'
  await say(executor, { ...half, shown })
  await executor.clock.advance(3_000)
  expect(position(executor)?.amount).toBe('0.005')
  executor.exchange.mode = 'fills'
  expect(await say(executor, { ...half, shown })).toMatchObject({ code: 'position_changed' })
  await executor.clock.advance(5_000)
  expect(position(executor)?.amount).toBe('0.005')
  expect(stops(executor)).toEqual([['0.005', '58000']])
})

test('a part for which the exchange lacks the coins is made again with what is there, still as the trader wants it', async () => {
  const executor = await holding()
  executor.exchange.coins = 'counted'
  executor.exchange.own = '-0.003'
  await closeNow(executor, { what: 'btc', percent: 50 })
  await executor.clock.advance(20_000)
  await executor.give(executor.command({ do: 'trades', limit: 5 }, 'sales'))
  const { event } = executor.reports.at(-1) ?? {}
  expect(event).toMatchObject({ answer: { rows: [{ reason: 'trader', amount: '0.002' }] } })
})

test('everything is closed without a halt, and a stream may buy again', async () => {
  const executor = new TestExecutor({ streams: ['demo', 'other'] })
  await executor.enterFrom('demo')
  await executor.enterFrom('other')
  await executor.clock.advance(1_000)
  expect(await say(executor, { do: 'close', percent: 100 })).toMatchObject({
    rows: [{ stream: 'home/demo' }, { stream: 'home/other' }],
  })
  await closeNow(executor, { percent: 100 })
  await executor.clock.advance(3_000)
  expect(executor.state().portfolio).toMatchObject({ positions: {}, trading: 'running' })
  await executor.give(
    executor.signal({ sub: 'other', seq: 2, size: { unit: 'quote', value: '50' } }),
  )
  await executor.clock.advance(1_000)
  expect(position(executor, 'other')?.amount).toBeDefined()
})

test('while trading is halted a position can be closed', async () => {
  const executor = await holding()
  executor.take({ type: 'halt', by: 'terminal' })
  await closeNow(executor, { what: 'btc', percent: 100 })
  await executor.clock.advance(3_000)
  expect(position(executor)).toBeUndefined()
})

test('with the exchange away a close says that it waits, survives a restart, and sells when it is back', async () => {
  const executor = await holding()
  executor.exchange.reach = 'no'
  const half = await say(executor, { do: 'close', what: 'btc', percent: 50 })
  expect(half, 'a part does not wait').toMatchObject({ about: 'refused', code: 'part_waits' })
  const all = await say(executor, { do: 'close', what: 'btc', percent: 100 })
  expect(all).toMatchObject({ rows: [{ amount: '0.005', waits: 'exchange_awaited' }] })
  expect(await closeNow(executor, { what: 'btc', percent: 100 })).toEqual({
    about: 'done',
    waits: 'exchange_awaited',
  })
  executor.crash()
  await executor.clock.advance(30_000)
  expect(sales(executor)).toEqual([])
  expect(executor.told(), 'that it does not answer is told on its own').not.toContain(
    'notice exit_failed',
  )
  executor.exchange.reach = 'yes'
  await executor.clock.advance(10_000)
  expect(position(executor)).toBeUndefined()
  expect(sales(executor).map(({ amount }) => amount)).toEqual(['0.005'])
})

test('an order of unknown outcome is settled first', async () => {
  const executor = new TestExecutor()
  await executor.enter({ size: { unit: 'base', value: '0.005' } })
  executor.exchange.mode = 'lost_before'
  executor.exchange.lookups = 'silent'
  await executor.give(executor.exit({ size: { unit: 'percent', value: '50' } }))
  await executor.clock.advance(3_000)
  expect(executor.told()).toContain('exit unknown order_unknown')
  const part = await say(executor, { do: 'close', what: 'btc', percent: 50 })
  expect(part).toMatchObject({ about: 'refused' })
  expect(await closeNow(executor, { what: 'btc', percent: 100 })).toMatchObject({
    waits: 'order_unknown',
  })
  await executor.clock.advance(5_000)
  expect(sales(executor), 'nothing beside what may be there').toHaveLength(1)
  executor.exchange.mode = 'fills'
  executor.exchange.lookups = 'honest'
  await executor.clock.advance(120_000)
  expect(position(executor)).toBeUndefined()
  expect(executor.exchange.accepted.filter(({ side }) => side === 'sell')).toMatchObject([
    { amount: '0.005' },
  ])
})

test('an exit of the strategy for what was closed before is no alarm', async () => {
  const executor = await holding()
  await closeNow(executor, { what: 'btc', percent: 100 })
  await executor.clock.advance(3_000)
  const before = executor.reports.length
  await executor.give(executor.exit())
  await executor.clock.advance(3_000)
  const after = executor.reports.slice(before).map(({ event }) => event)
  expect(after).toMatchObject([{ type: 'refusal', kind: 'exit', code: 'no_position' }])
})

test.for([
  ['nothing of that name', { what: 'eth' }, 'position_unknown', 'BTC/USDT of demo'],
  ['what is being sold already', { what: 'btc' }, 'close_under_way', ''],
] as const)('a close of %s is refused', async ([, asked, code, word]) => {
  const executor = await holding()
  executor.exchange.mode = 'rests'
  if (code === 'close_under_way') await closeNow(executor, { what: 'btc', percent: 100 })
  expect(await say(executor, { do: 'close', percent: 100, ...asked })).toMatchObject({
    about: 'refused',
    code,
    message: expect.stringContaining(word),
  })
})

test('who holds nothing is told so', async () => {
  const executor = new TestExecutor()
  expect(await say(executor, { do: 'close', percent: 100 })).toMatchObject({ code: 'nothing_held' })
})

test('a stop is shown where it will stand, moves there, and never down', async () => {
  const executor = await holding()
  const to = { unit: 'price', value: '59000' } as const
  const shown = await say(executor, { do: 'protect', what: 'btc', to })
  expect(shown).toMatchObject({
    about: 'protect',
    what: 'btc',
    stream: 'home/demo',
    held: '0.005',
    entry: '60000',
    price: '60000',
    from: '58000',
    to: '59000',
  })
  expect(position(executor)?.stop).toBe('58000')
  expect(await protectNow(executor, { what: 'btc', to })).toEqual({ about: 'done' })
  await executor.clock.advance(12_000)
  expect(stops(executor)).toEqual([['0.005', '59000']])
  for (const value of ['59000', '58500'])
    expect(
      await say(executor, { do: 'protect', what: 'btc', to: { unit: 'price', value } }),
    ).toMatchObject({ code: 'stop_not_higher', message: expect.stringContaining('59000') })
})

test('a stop in percent stands below the price, and one at the price or above is refused', async () => {
  const executor = await holding()
  await protectNow(executor, { what: 'btc', to: { unit: 'percent', value: '2' } })
  expect(position(executor)?.stop).toBe('58800')
  for (const value of ['60000', '61000'])
    expect(
      await say(executor, { do: 'protect', what: 'btc', to: { unit: 'price', value } }),
    ).toMatchObject({ code: 'stop_above_price' })
  const tooFar = { unit: 'percent', value: '100' } as const
  expect(await say(executor, { do: 'protect', what: 'btc', to: tooFar })).toMatchObject({
    code: 'stop_not_higher',
  })
})

test('a position without a stop gets none at a price of nothing', async () => {
  const executor = await holding({ stopPrice: undefined })
  const to = { unit: 'percent', value: '100' } as const
  expect(await say(executor, { do: 'protect', what: 'btc', to })).toMatchObject({
    code: 'price_zero',
  })
})

test('break-even is the entry price, once the price is above it', async () => {
  const executor = await holding()
  const even = { what: 'btc', to: { unit: 'entry' } } as const
  expect(await say(executor, { do: 'protect', ...even })).toMatchObject({
    code: 'stop_above_price',
  })
  executor.exchange.price = '61000'
  await executor.clock.advance(3_000)
  expect(await protectNow(executor, even)).toEqual({ about: 'done' })
  expect(position(executor)?.stop).toBe('60000')
})

test('a stop that has risen since the question stays where it is', async () => {
  const executor = await holding()
  const lower = { what: 'btc', to: { unit: 'price', value: '58500' } } as const
  const shown = await shownFor(executor, { do: 'protect', ...lower })
  await protectNow(executor, { what: 'btc', to: { unit: 'price', value: '59000' } })
  expect(await say(executor, { do: 'protect', ...lower, shown })).toMatchObject({
    code: 'stop_not_higher',
  })
  expect(position(executor)?.stop).toBe('59000')
})

test('a stop of a position that has changed is asked about again', async () => {
  const executor = await holding()
  const higher = { what: 'btc', to: { unit: 'price', value: '59000' } } as const
  const shown = await shownFor(executor, { do: 'protect', ...higher })
  await closeNow(executor, { what: 'btc', percent: 50 })
  await executor.clock.advance(3_000)
  expect(await say(executor, { do: 'protect', ...higher, shown })).toMatchObject({
    code: 'position_changed',
  })
  expect(position(executor)?.stop).toBe('58000')
})

test('two streams on one market: one stop is meant, and both can be closed', async () => {
  const executor = new TestExecutor({ streams: ['demo', 'other'] })
  await executor.enterFrom('demo')
  await executor.enterFrom('other')
  await executor.clock.advance(1_000)
  const to = { unit: 'price', value: '59000' } as const
  expect(await say(executor, { do: 'protect', what: 'btc', to })).toMatchObject({
    code: 'position_ambiguous',
  })
  await protectNow(executor, { what: 'other', to })
  expect([position(executor)?.stop, position(executor, 'other')?.stop]).toEqual(['58000', '59000'])
  const both = await say(executor, { do: 'close', what: 'btc', percent: 100 })
  expect(both).toMatchObject({ rows: [{}, {}] })
})

test('an entry that waits for an answer is taken back, and its card says why', async () => {
  const executor = new TestExecutor({ approval: 'always' })
  await executor.enter()
  const listed = await say(executor, { do: 'cancel' })
  expect(listed).toMatchObject({ rows: [{ status: 'waiting', filled: '0' }] })
  const order = executor.card()
  expect(await say(executor, { do: 'cancel', order })).toEqual({ about: 'done' })
  expect(executor.told()).toContain('entry denied entry_canceled')
  await executor.give(executor.approval(order))
  expect(executor.exchange.sent).toEqual([])
  expect(await say(executor, { do: 'cancel', order })).toMatchObject({ code: 'entry_over' })
})

test('an entry that rests is taken off the book, also after a restart in between', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000' })
  const listed = await say(executor, { do: 'cancel' })
  if (listed.about !== 'entries') throw new Error('it was not listed')
  const order = listed.rows[0]?.order.id ?? ''
  const cancel = executor.exchange.cancel.bind(executor.exchange)
  executor.exchange.reach = 'no'
  executor.exchange.cancel = async () => ({ ok: false, message: 'no answer' })
  expect(await say(executor, { do: 'cancel', order })).toEqual({
    about: 'done',
    waits: 'exchange_awaited',
  })
  expect(await say(executor, { do: 'cancel' })).toMatchObject({ rows: [] })
  executor.exchange.reach = 'yes'
  executor.exchange.cancel = cancel
  executor.crash()
  await executor.clock.advance(5_000)
  expect(executor.reports.at(-1)?.event).toMatchObject({
    status: 'canceled',
    code: 'taken_back',
    message: expect.stringContaining('you asked for it'),
  })
})

test('a stop is never taken back from here', async () => {
  const executor = await holding()
  const stop = Object.values(executor.state().portfolio.orders).find(({ kind }) => kind === 'stop')
  const order = stop?.planned?.id ?? ''
  expect(await say(executor, { do: 'cancel', order })).toMatchObject({ code: 'cancel_protects' })
  await executor.clock.advance(3_000)
  expect(stops(executor)).toEqual([['0.005', '58000']])
})
