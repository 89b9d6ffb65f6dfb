// "Why no trade?": each way that a signal may go is told to its end, with what to do.
import type { Answer } from '@keyside/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { TestExecutor } from '../testing/rig.ts'

type Explained = Extract<Answer, { about: 'explain' }>

function opened(approval = 'never') {
  const executor = new TestExecutor({ approval })
  onTestFinished(() => executor.close())
  return executor
}

let asked = 0

async function ask(executor: TestExecutor, signal?: string): Promise<Answer> {
  asked += 1
  const instruction = { do: 'explain', ...(signal !== undefined && { signal }) } as const
  await executor.give(executor.command(instruction, `explain ${asked}`))
  const event = executor.reports.at(-1)?.event
  if (event?.type !== 'answer') throw new Error('no answer')
  return event.answer
}

async function explained(executor: TestExecutor, signal?: string): Promise<Explained> {
  const answer = await ask(executor, signal)
  if (answer.about !== 'explain') throw new Error(`no way, but ${JSON.stringify(answer)}`)
  return answer
}

test('one that was bought is told from its signature to its fill', async () => {
  const executor = opened()
  const { claims } = await executor.enter({ stopPrice: '58000' })
  const way = await explained(executor, claims.jti)
  expect(way).toMatchObject({ signal: claims.jti, stream: 'home/demo', market: 'BTC/USDT' })
  const stages = way.rows.map(({ stage }) => stage)
  expect([...new Set(stages)]).toEqual(['received', 'judged', 'ordered', 'filled'])
  expect(way.rows[0]?.text).toMatch(
    /^signal 1, entry: \d.* s after it was signed; its signature is of/,
  )
  expect(way.rows.map(({ text }) => text).join()).toContain('filled')
  expect(way.rows.map(({ text }) => text).join()).not.toContain('a stop for')
  expect(way.end).toEqual({ is: 'filled', text: expect.stringContaining('filled') })
  await executor.give(executor.command({ do: 'halt', positions: 'sell' }, 'sell all'))
  await executor.clock.advance(5_000)
  expect((await explained(executor, claims.jti)).rows).toEqual(way.rows)
  const times = way.rows.map(({ at }) => at)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})

test('one that the policy denies ends with the rule, and with what to do', async () => {
  const executor = opened()
  executor.policy = { ...executor.policy, limits: { ...executor.policy.limits, order: '1' } }
  const { claims } = await executor.enter({ stopPrice: '58000' })
  const { rows, end } = await explained(executor, claims.jti)
  expect(rows.at(-1)).toMatchObject({ stage: 'ended' })
  expect(end).toMatchObject({ is: 'ended', code: 'size.max' })
  expect(end.text.length).toBeGreaterThan(20)
})

test('one that waits for the trader says so, and then that it was declined', async () => {
  const executor = opened('always')
  const { claims } = await executor.enter({ stopPrice: '58000' })
  expect((await explained(executor, claims.jti)).end).toMatchObject({
    is: 'waits',
    text: expect.stringContaining('/waiting'),
  })
  await executor.give(executor.approval(executor.card(), 'decline'))
  const { rows, end } = await explained(executor, claims.jti)
  expect(rows.map(({ stage }) => stage)).toContain('asked')
  expect(end).toMatchObject({ is: 'ended', text: expect.stringContaining('you declined it') })
})

test('one that never became an order ends with its refusal, and the newest is told without a name', async () => {
  const executor = opened()
  await executor.enter({ stopPrice: '58000' })
  const old = executor.exit({ candle: { timeframe: '1m', start: 4_000_000_000 } })
  await executor.give(old)
  const { signal, rows, end } = await explained(executor)
  expect(signal).toBe(old.claims.jti)
  expect(rows).toMatchObject([{ stage: 'judged' }])
  expect(end).toMatchObject({ is: 'refused', code: 'candle_ahead' })
})

test('one of which the device knows nothing is said to be unknown, and where to look', async () => {
  const answer = await ask(opened(), 'A'.repeat(22))
  expect(answer).toMatchObject({ about: 'refused', code: 'signal_unknown' })
})
