// The exchange's rules of a market are absurd for a moment: what is held does not disappear, and decisions go on.
import { expect, onTestFinished, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'
import type { MarketRules } from '../model/exchange.ts'

function setRules({ exchange }: TestExecutor, change: Partial<MarketRules>): () => void {
  const rules = exchange.rules.bind(exchange)
  exchange.rules = (market) => {
    const known = rules(market)
    return known && { ...known, ...change }
  }
  return () => {
    exchange.rules = rules
  }
}

test.each<[string, Partial<MarketRules>]>([
  ['step', { step: '0.01' }],
  ['least amount', { minAmount: '0.01' }],
])(
  'a %s above all that is held writes nothing off, and what is held is sold when the old one is back',
  async (_, change) => {
    const executor = new TestExecutor()
    onTestFinished(() => executor.close())
    await executor.enter()
    const { exchange } = executor
    const setBack = setRules(executor, change)
    await executor.clock.advance(70_000)
    const { positions } = executor.state().portfolio
    expect(Object.values(positions)).toMatchObject([{ amount: '0.00497', closing: null }])
    setBack()
    await executor.give(executor.exit())
    await executor.clock.advance(2_000)
    expect(exchange.sent.at(-1)).toMatchObject({ side: 'sell', amount: '0.00497' })
    expect(executor.state().portfolio.positions).toEqual({})
  },
)
