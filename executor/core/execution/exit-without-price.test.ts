// A way out that comes while the exchange says nothing of its market: just after a start without it, or in an outage.
import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'

const SECOND = 1_000

async function holding() {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.advance(10 * SECOND)
  return executor
}

/** It answers again. */
async function back(executor: TestExecutor, silent: object): Promise<void> {
  for (const name of Object.keys(silent)) Reflect.deleteProperty(executor.exchange, name)
  executor.exchange.quoteAt = executor.clock.now()
  await executor.clock.advance(90 * SECOND)
}

const NO_PRICE = { quote: () => null, refreshQuote: async () => ({ ok: false, message: 'away' }) }

test.each([
  ['the rules of the market are not here yet', { rules: () => null, ...NO_PRICE }, 'crash'],
  ['there is no price yet', NO_PRICE, 'crash'],
  ['there is no price any more', NO_PRICE, 'run'],
  ['the price is old', { refreshQuote: NO_PRICE.refreshQuote }, 'run'],
] as const)(
  'an exit is made up for once the exchange answers, where %s',
  async (_, silent, how) => {
    const executor = await holding()
    Object.assign(executor.exchange, silent)
    if (how === 'crash') executor.crash()
    else await executor.clock.advance(10 * SECOND)
    await executor.give(executor.exit())
    await executor.clock.advance(20 * SECOND)
    expect(executor.state().portfolio.positions).not.toEqual({})
    expect(executor.told()).toContain('notice position_closing')
    await back(executor, silent)
    expect(executor.told()).toContain('exit filled')
    expect(executor.state().portfolio.positions).toEqual({})
  },
)

test.each([
  ['the rules of the market are not here yet', { rules: () => null, ...NO_PRICE }, 'crash'],
  ['there is no price any more', NO_PRICE, 'run'],
  ['the price is old', { refreshQuote: NO_PRICE.refreshQuote }, 'run'],
] as const)(
  'a part waits and is sold once, as far as what is held then, where %s',
  async (_, silent, how) => {
    const executor = await holding()
    Object.assign(executor.exchange, silent)
    if (how === 'crash') executor.crash()
    else await executor.clock.advance(10 * SECOND)
    const validUntil = executor.clock.now() / 1_000 + 60
    await executor.give(executor.exit({ size: { unit: 'percent', value: '50' }, validUntil }))
    await executor.clock.advance(20 * SECOND)
    executor.crash()
    await executor.clock.advance(5 * SECOND)
    expect(executor.told()).not.toContain('refusal quote_missing')
    await back(executor, silent)
    expect(Object.values(executor.state().portfolio.positions)).toMatchObject([
      { closing: null, amount: '0.00249' },
    ])
    const sales = executor.exchange.sent.filter(({ timeInForce, side }) => {
      return timeInForce === 'IOC' && side === 'sell'
    })
    expect(sales).toHaveLength(1)
  },
)

test('a part is not sold any more once its time is over: the trader is told, and the rest stands as it did', async () => {
  const executor = await holding()
  Object.assign(executor.exchange, NO_PRICE)
  const validUntil = executor.clock.now() / 1_000 + 20
  await executor.give(executor.exit({ size: { unit: 'percent', value: '50' }, validUntil }))
  await executor.clock.advance(19 * SECOND)
  const refused = () => executor.told().filter((one) => one === 'refusal quote_missing')
  expect(refused()).toHaveLength(0)
  await executor.clock.advance(4 * SECOND)
  expect(refused()).toHaveLength(1)
  await back(executor, NO_PRICE)
  expect(Object.values(executor.state().portfolio.positions)).toMatchObject([
    { closing: null, amount: '0.00497' },
  ])
})

test('nothing is tried of a market that the exchange does not have', async () => {
  const executor = await holding()
  executor.exchange.rules = () => null
  await executor.give(executor.exit())
  await executor.clock.advance(90 * SECOND)
  expect(executor.told().filter((one) => one === 'refusal market_unknown')).toHaveLength(1)
})
