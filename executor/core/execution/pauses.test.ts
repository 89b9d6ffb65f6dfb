// A pause of everything, of a stream or of a market: no entries there, until its end or a word of the trader's.
import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'

const at = (executor: TestExecutor, ms: number) => (executor.clock.now() + ms) / 1000

function lastAnswer(executor: TestExecutor) {
  const event = executor.reports.findLast((report) => report.event.type === 'answer')?.event
  return event?.type === 'answer' ? event.answer : null
}

test.each([
  ['a stream', 'demo', 'the stream home/demo is paused', { of: 'stream', name: 'home/demo' }],
  ['a stream in full', 'home/demo', 'the stream home/demo', { of: 'stream', name: 'home/demo' }],
  ['a market', 'BTC/USDT', 'the market BTC/USDT is paused', { of: 'market', name: 'BTC/USDT' }],
  ['a coin', 'btc', 'the market BTC/USDT is paused', { of: 'market', name: 'BTC/USDT' }],
])(
  '%s that is paused takes no entries, over a restart, and goes on when it is resumed',
  async (...[, what, why, row]) => {
    const executor = new TestExecutor()
    executor.take(executor.command({ do: 'pause', what }, 'one'))
    expect(lastAnswer(executor)).toEqual({ about: 'pauses', state: 'running', pauses: [row] })
    executor.crash()
    await executor.enter()
    expect(executor.reports.at(-1)?.event).toMatchObject({
      status: 'denied',
      code: 'trading.pause',
      message: expect.stringContaining(why),
    })
    executor.take(executor.command({ do: 'status' }, 'how'))
    expect(lastAnswer(executor)).toMatchObject({ about: 'status', state: 'running', pauses: [row] })
    executor.take(executor.command({ do: 'resume', what }, 'two'))
    expect(lastAnswer(executor)).toEqual({ about: 'pauses', state: 'running', pauses: [] })
    await executor.enter()
    expect(executor.told().at(-1)).toBe('entry filled')
  },
)

test('a pause of one stream keeps no other out, and its own exits and stops go on', async () => {
  const executor = new TestExecutor({ streams: ['demo', 'other'] })
  await executor.enterFrom('demo')
  executor.take(executor.command({ do: 'pause', what: 'demo' }))
  await executor.give(executor.exit({ sub: 'demo', seq: 2 }))
  await executor.clock.advance(2_000)
  expect(executor.state().portfolio.positions).toEqual({})
  await executor.enterFrom('other')
  expect(Object.keys(executor.state().portfolio.positions)).toEqual(['home/other BTC/USDT'])
})

test('a pause for a time ends by itself, and the trader is told', async () => {
  const executor = new TestExecutor()
  executor.take(executor.command({ do: 'pause', until: at(executor, 60_000) }, 'all'))
  executor.take(executor.command({ do: 'pause', what: 'btc', until: at(executor, 90_000) }, 'btc'))
  expect(lastAnswer(executor)).toMatchObject({
    state: 'paused',
    until: at(executor, 60_000),
    pauses: [{ name: 'BTC/USDT', until: at(executor, 90_000) }],
  })
  executor.crash()
  await executor.clock.advance(59_000)
  expect(executor.state().portfolio.trading).toBe('paused')
  await executor.clock.advance(2_000)
  expect(executor.state().portfolio.trading).toBe('running')
  expect(executor.told()).toContain('state running')
  await executor.enter()
  expect(executor.told().at(-1)).toBe('entry denied trading.pause')
  await executor.clock.advance(30_000)
  expect(executor.told()).toContain('notice pause_over')
  await executor.enter()
  expect(executor.told().at(-1)).toBe('entry filled')
})

test("no clock but the exchange's ends a pause, and one that is set back makes none shorter", async () => {
  const executor = new TestExecutor()
  const until = at(executor, 60_000)
  executor.take(executor.command({ do: 'pause', until }, 'all'))
  executor.take(executor.command({ do: 'pause', what: 'btc', until }, 'btc'))
  executor.clock.setBack(3_600_000)
  await executor.clock.advance(120_000)
  expect(executor.state().portfolio).toMatchObject({ trading: 'paused', pausedUntil: until * 1000 })
  // An hour fast: the exchange knows better.
  executor.exchange.skew = -3_600_000
  await executor.clock.advance(3_600_000)
  expect(executor.state().portfolio.trading).toBe('paused')
  executor.exchange.skew = null
  await executor.clock.advance(7_200_000)
  expect(executor.state().portfolio.trading).toBe('paused')
  executor.exchange.skew = 0
  await executor.clock.advance(2_000)
  expect(executor.state().portfolio).toMatchObject({ trading: 'running', pauses: {} })
})

test('the newest word counts, and /resume without a name ends all of them', async () => {
  const executor = new TestExecutor()
  const long = at(executor, 7_200_000)
  const short = at(executor, 3_600_000)
  executor.take(executor.command({ do: 'pause', until: long }, 'one'))
  executor.take(executor.command({ do: 'pause', until: short }, 'two'))
  executor.take(executor.command({ do: 'pause', what: 'demo' }, 'three'))
  executor.take(executor.command({ do: 'pause', what: 'demo', until: short }, 'four'))
  expect(lastAnswer(executor)).toMatchObject({ until: short, pauses: [{ until: short }] })
  executor.take(executor.command({ do: 'resume' }, 'five'))
  expect(executor.state().portfolio).toMatchObject({ trading: 'running', pauses: {} })
})

test('a word that names nothing, or more than one, changes nothing and is told what there is', async () => {
  const executor = new TestExecutor({ streams: ['demo', 'acme/trend', 'bolt/trend', 'home/btc'] })
  const ask = (what: string) => {
    executor.take(executor.command({ do: 'pause', what }, what))
    return lastAnswer(executor)
  }
  expect(ask('doge')).toMatchObject({
    code: 'pause_unknown',
    message: expect.stringContaining('there are demo, acme/trend, bolt/trend, btc, BTC/USDT'),
  })
  expect(ask('trend')).toMatchObject({
    code: 'pause_ambiguous',
    message: expect.stringContaining('acme/trend, bolt/trend'),
  })
  expect(ask('btc')).toMatchObject({ code: 'pause_ambiguous' })
  expect(executor.state().portfolio).toMatchObject({ trading: 'running', pauses: {} })
  expect(ask('acme/trend')).toMatchObject({ about: 'pauses', pauses: [{ name: 'acme/trend' }] })
})

test('what is over, or not paused, is refused', async () => {
  const executor = new TestExecutor()
  executor.take(executor.command({ do: 'pause', until: at(executor, -1_000) }, 'past'))
  expect(lastAnswer(executor)).toMatchObject({ code: 'pause_past' })
  executor.take(executor.command({ do: 'resume', what: 'demo' }, 'none'))
  expect(lastAnswer(executor)).toMatchObject({ code: 'pause_none' })
  expect(executor.state().portfolio.trading).toBe('running')
})

test('no pause makes a halt weaker: it can be neither paused nor resumed, and the end of a pause ends it not', async () => {
  const executor = new TestExecutor()
  executor.take(executor.command({ do: 'pause', until: at(executor, 60_000) }, 'one'))
  executor.take(executor.command({ do: 'pause', what: 'demo' }, 'two'))
  await executor.give(executor.command({ do: 'halt' }, 'three'))
  for (const [name, instruction] of [
    ['four', { do: 'resume' }],
    ['five', { do: 'resume', what: 'demo' }],
    ['six', { do: 'pause' }],
  ] as const) {
    executor.take(executor.command(instruction, name))
    expect(lastAnswer(executor)).toMatchObject({ code: 'halted_at_terminal_only' })
  }
  await executor.clock.advance(120_000)
  expect(executor.state().portfolio.trading).toBe('halted')
})

test('a day on which too much was lost stays closed, whatever is resumed', async () => {
  const executor = new TestExecutor({ streams: ['demo', 'other'] })
  await executor.enterFrom('demo', { stopPrice: '50000' })
  Object.assign(executor.policy.limits, { dayLoss: '1' })
  executor.exchange.price = '57000'
  await executor.clock.advance(61_000)
  executor.take(executor.command({ do: 'pause' }, 'one'))
  executor.take(executor.command({ do: 'resume' }, 'two'))
  await executor.enterFrom('other', { stopPrice: '50000' })
  expect(executor.told().at(-1)).toBe('entry denied loss.day')
})
