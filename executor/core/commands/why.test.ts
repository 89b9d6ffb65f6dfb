import { hashText } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'
import { RULES } from '../risk/rules/check.ts'

async function whyOf(executor: TestExecutor, order: string) {
  await executor.give(executor.command({ do: 'why', order }, `why ${order}`))
  const event = executor.reports.at(-1)?.event
  if (event?.type !== 'answer') throw new Error('it was not answered')
  return event.answer
}

test('says the reason of the signal, and of every rule its verdict and what of it is used with this order', async () => {
  const executor = new TestExecutor({ approval: 'always' })
  await executor.enter({ reason: 'ema(5) 1 crossed over ema(13) 2', stopPrice: '59400' })
  Object.assign(executor.policy, { maxStopDistance: '3' })
  const answer = await whyOf(executor, executor.card())
  if (answer.about !== 'why') throw new Error(`it was ${answer.about}`)
  expect(answer.reason).toBe('ema(5) 1 crossed over ema(13) 2')
  expect(answer.checks.map(({ rule }) => rule)).toEqual(RULES.map(({ tag }) => tag))
  const value = executor.reports.flatMap(({ event }) =>
    event.type === 'approval' ? [event.order.value] : [],
  )[0]
  const used = (name: string) => answer.checks.find(({ rule }) => rule === name)
  expect(used('size.max')).toMatchObject({ verdict: 'pass', used: value, limit: '500' })
  expect(used('pos.max'), 'it is not counted twice while it waits').toMatchObject({ used: value })
  expect(used('vel.notional')).toMatchObject({ used: value, limit: '2000' })
  expect(used('sl.required')).toMatchObject({ used: '1.25', limit: '3', unit: 'percent' })
  expect(used('trading.state')).toEqual({ rule: 'trading.state', verdict: 'pass' })
})

test('says what the policy has against it by now', async () => {
  const executor = new TestExecutor({ approval: 'always' })
  await executor.enter()
  Object.assign(executor.policy.limits, { order: '100' })
  const answer = await whyOf(executor, executor.card())
  if (answer.about !== 'why') throw new Error(`it was ${answer.about}`)
  expect(answer.checks.filter(({ verdict }) => verdict === 'deny').map(({ rule }) => rule)).toEqual(
    ['size.max'],
  )
})

test('knows nothing of an order that waits no more', async () => {
  const executor = new TestExecutor({ approval: 'always' })
  await executor.enter()
  const order = executor.card()
  await executor.give(executor.approval(order, 'decline'))
  expect(await whyOf(executor, order)).toMatchObject({ code: 'approval_unknown' })
  expect(await whyOf(executor, hashText('another'))).toMatchObject({ code: 'approval_unknown' })
})
