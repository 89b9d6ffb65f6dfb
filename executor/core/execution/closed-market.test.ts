// A market that the exchange halts, or knows no more: nothing is bought there, and what is held is still got out.
import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'

test.each(['halted', 'gone'] as const)(
  'nothing is bought on a market that is %s',
  async (status) => {
    const executor = new TestExecutor()
    executor.exchange.status = status
    await executor.enter()
    expect(executor.reports.at(-1)?.event).toMatchObject({
      code: 'market_closed',
      message: expect.stringContaining('BTC/USDT'),
    })
    expect(executor.exchange.sent).toEqual([])
    executor.exchange.status = 'trading'
    await executor.enter()
    expect(executor.told().at(-1)).toBe('entry filled')
  },
)

test('nothing is asked of a market that is gone and quoted no more: the entry is refused at once', async () => {
  const executor = new TestExecutor()
  executor.exchange.status = 'gone'
  executor.exchange.refreshQuote = async () => expect.fail('there is nothing to ask')
  await executor.clock.advance(60_000)
  await executor.enter()
  expect(executor.told().at(-1)).toBe('refusal market_closed')
})

test('an order that the trader approves too late, when the market has been halted, is not sent', async () => {
  const executor = new TestExecutor({ approval: 'always' })
  await executor.enter()
  executor.exchange.status = 'halted'
  await executor.give(executor.approval(executor.card()))
  expect(executor.exchange.sent).toEqual([])
  expect(executor.told().at(-1)).toBe('entry denied sym.allow')
})

test('what is held on a halted market is sold when its strategy leaves', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  executor.exchange.status = 'halted'
  await executor.give(executor.exit())
  expect(executor.told().at(-1)).toBe('exit filled')
  expect(executor.state().portfolio.positions).toEqual({})
})

test('what is held on a market that is gone stays watched: tried, told, and not asked about without end', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  const stops = executor.exchange.sent.length
  executor.exchange.status = 'gone'
  executor.exchange.refreshQuote = async () => ({ ok: false, message: 'no such market' })
  await executor.clock.advance(10_000)
  await executor.give({ type: 'halt', by: 'device', positions: 'sell' })
  await executor.clock.advance(600_000)
  expect(Object.keys(executor.state().portfolio.positions)).toHaveLength(1)
  expect(executor.told()).toContain('notice exit_failed')
  expect(executor.told().length).toBeLessThan(60)
  expect(executor.exchange.sent.length - stops).toBeLessThan(10)
  executor.exchange.status = 'trading'
  Reflect.deleteProperty(executor.exchange, 'refreshQuote')
  await executor.clock.advance(120_000)
  expect(executor.state().portfolio.positions).toEqual({})
})
