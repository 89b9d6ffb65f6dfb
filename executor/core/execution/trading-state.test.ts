// While no entries are taken, no question stays open to which a yes would be refused.
import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'
import type { Input } from './inputs.ts'

async function waiting(streams = ['demo']): Promise<TestExecutor> {
  const executor = new TestExecutor({ approval: 'always', streams })
  for (const stream of streams) await executor.enterFrom(stream)
  expect(executor.told().filter((line) => line === 'card')).toHaveLength(streams.length)
  return executor
}

const WAYS: Readonly<Record<string, (executor: TestExecutor) => Input>> = {
  'a halt from the chat': (executor) => executor.command({ do: 'halt' }),
  'a halt from the terminal': () => ({ type: 'halt', by: 'device' }),
  'a pause': (executor) => executor.command({ do: 'pause' }),
  'a pause of its market': (executor) => executor.command({ do: 'pause', what: 'btc' }),
}

test.for(Object.keys(WAYS))('%s withdraws every question, and none is counted', async (name) => {
  const executor = await waiting(['demo', 'other'])
  const input = WAYS[name]?.(executor)
  if (input === undefined) throw new Error('no such way')
  await executor.give(input)
  const withdrawn = executor.reports.flatMap(({ event }) =>
    event.type === 'order' && event.code === 'approval_withdrawn' ? [event] : [],
  )
  expect(withdrawn).toMatchObject([{ status: 'denied' }, { status: 'denied' }])
  expect(withdrawn[0]?.message).toMatch(/^(trading|its market) is (halted|paused): /)
  await executor.give(executor.command({ do: 'status' }, 'how is it'))
  expect(executor.reports.at(-1)?.event).toMatchObject({ answer: { waiting: 0 } })
  await executor.give(executor.approval(executor.card()))
  expect(executor.exchange.sent).toEqual([])
})

test('so does a day on which as much was lost as may be, and a result far below its best', async () => {
  for (const limit of ['dayLoss', 'drawdown'] as const) {
    const executor = new TestExecutor({ approval: 'always', streams: ['demo', 'other'] })
    await executor.enterFrom('demo', { stopPrice: '50000' })
    await executor.give(executor.approval(executor.card()))
    await executor.enterFrom('other', { stopPrice: '50000' })
    Object.assign(executor.policy.limits, { [limit]: '1' })
    executor.exchange.price = '57000'
    await executor.clock.advance(61_000)
    const told = executor.told()
    expect(told, limit).toContain('entry denied approval_withdrawn')
    expect(told).toContain(limit === 'dayLoss' ? 'notice day_lost' : 'notice drawdown_reached')
    executor.close()
  }
})
