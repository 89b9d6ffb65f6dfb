import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'

const flat = (since: number) => ({ position: 'flat', since }) as const

test('a head that was flat before an entry takes back neither one that waits nor one that rests', async () => {
  const asks = new TestExecutor({ approval: 'always' })
  await asks.enter()
  const rests = new TestExecutor()
  rests.exchange.mode = 'rests'
  await rests.enter({ type: 'limit', limitPrice: '59000' })
  for (const executor of [asks, rests]) {
    await executor.clock.advance(3_000)
    // As new as any, and about what was before signal 1.
    await executor.give(executor.head(flat(1)))
    await executor.clock.advance(5_000)
    const state = executor === asks ? 'waiting' : 'accepted'
    expect(Object.values(executor.state().portfolio.orders)).toMatchObject([{ state }])
  }
  for (const executor of [asks, rests]) {
    executor.exit()
    await executor.give(executor.head(flat(2)))
    await executor.clock.advance(5_000)
    expect(executor.state().portfolio.orders).toEqual({})
  }
})
