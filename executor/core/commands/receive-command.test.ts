import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'

test('pauses and resumes, and a pause survives a restart', async () => {
  const executor = new TestExecutor()
  executor.take(executor.command({ do: 'pause' }, 'one'))
  executor.crash()
  await executor.enter()
  expect(executor.told().at(-1)).toBe('entry denied trading.state')
  executor.take(executor.command({ do: 'resume' }, 'two'))
  await executor.enter()
  expect(executor.told().at(-1)).toBe('entry filled')
})

test('a halt cancels what rests, and the chat cannot undo it', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000' })
  await executor.give(executor.command({ do: 'halt' }, 'one'))
  expect([...executor.exchange.orders.values()]).toMatchObject([{ status: 'canceled' }])
  await executor.clock.advance(3_000)
  expect(executor.told()).toContain('entry canceled taken_back')
  await executor.give(executor.command({ do: 'resume' }, 'two'))
  expect(lastAnswer(executor)).toMatchObject({
    about: 'refused',
    code: 'halted_at_terminal_only',
    message: expect.stringContaining('keyside unhalt'),
  })
  expect(executor.state().portfolio.trading).toBe('halted')
})

function lastAnswer(executor: TestExecutor) {
  const event = executor.reports.at(-1)?.event
  return event?.type === 'answer' ? event.answer : null
}

test('a balance that the exchange does not tell is said to be unknown', async () => {
  const executor = new TestExecutor()
  const silent = { refreshBalances: async () => ({ ok: false, message: 'no answer' }) }
  Object.assign(executor.exchange, silent)
  await executor.give(executor.command({ do: 'balance' }))
  expect(lastAnswer(executor)).toMatchObject({ about: 'refused', code: 'balance_unknown' })
})

test('a balance begins with what is traded with, whatever the exchange lists first', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  const value = ['AAA', 'BBB', 'BTC', 'USDT'].map((currency) => ({
    currency,
    free: '7',
    used: '0',
  }))
  Object.assign(executor.exchange, { refreshBalances: async () => ({ ok: true, value }) })
  await executor.give(executor.command({ do: 'balance' }))
  expect(lastAnswer(executor)).toMatchObject({
    about: 'balance',
    rows: [{ currency: 'USDT' }, { currency: 'BTC' }, { currency: 'AAA' }, { currency: 'BBB' }],
    worth: { currency: 'USDT', coins: 2 },
  })
})

test('an order that came to nothing is listed with the reason', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000' })
  await executor.give(executor.command({ do: 'halt' }, 'one'))
  await executor.clock.advance(3_000)
  await executor.give(executor.command({ do: 'orders', limit: 5 }, 'two'))
  expect(lastAnswer(executor)).toMatchObject({
    about: 'orders',
    rows: [{ status: 'canceled', code: 'taken_back' }],
  })
})

test('a flood of commands is refused, and a minute later they are heard again', async () => {
  const executor = new TestExecutor()
  for (let count = 0; count < 300; count += 1)
    executor.take(executor.command({ do: 'positions' }, `ask ${count}`))
  expect(executor.told().filter((line) => line === 'answer positions')).toHaveLength(300)
  await executor.give(executor.command({ do: 'pause' }, 'one too many'))
  expect(executor.told().at(-1)).toBe('refusal command_flood')
  expect(executor.state().portfolio.trading).toBe('running')
  await executor.clock.advance(60_001)
  await executor.give(executor.command({ do: 'pause' }, 'after it'))
  expect(executor.state().portfolio.trading).toBe('paused')
})

test('a command counts once, also over a restart', async () => {
  const executor = new TestExecutor()
  const pause = executor.command({ do: 'pause' }, 'one')
  await executor.give(pause)
  await executor.give(executor.command({ do: 'resume' }, 'two'))
  executor.crash()
  await executor.give(pause)
  expect(executor.state().portfolio.trading).toBe('running')
})

test('answers what it is asked', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  const asks = [
    { do: 'status' },
    { do: 'balance' },
    { do: 'positions' },
    { do: 'orders', limit: 20 },
    { do: 'trades', limit: 20 },
  ] as const
  for (const ask of asks) await executor.give(executor.command(ask, ask.do))
  const answers = executor.reports.flatMap(({ event }) =>
    event.type === 'answer' ? [event.answer] : [],
  )
  expect(answers).toMatchObject([
    {
      about: 'status',
      state: 'running',
      positions: 1,
      turnover: { used: '299.691' },
      drawdown: { currency: 'USDT', used: '0' },
      streams: [{ seq: 1, last: { kind: 'entry' } }],
    },
    {
      about: 'balance',
      rows: [
        { currency: 'USDT', total: '9701.8' },
        { currency: 'BTC', total: '1.00497' },
      ],
    },
    { about: 'positions', rows: [{ amount: '0.00497', entry: '60000', stop: '58000' }] },
    { about: 'orders', rows: [{ status: 'accepted' }, { status: 'filled' }] },
    { about: 'trades', rows: [], of: 0 },
  ])
})

test('tells so many refusals a minute, and then how many more there were', async () => {
  const executor = new TestExecutor()
  for (let count = 0; count < 500; count += 1)
    executor.take({ type: 'invalid_message', code: 'token_malformed', message: 'no', topic: 'x' })
  expect(executor.told().filter((line) => line === 'refusal token_malformed')).toHaveLength(20)
  await executor.clock.advance(61_000)
  expect(executor.told().at(-1)).toBe('notice refusals_many')
})
