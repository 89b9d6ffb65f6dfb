// With real money, what the venue itself has not shown is watched: entries ask first, and nothing that protects does.
import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'
import type { Policy } from '../risk/policy/schema.ts'

function trading(change: Partial<Policy>, unproved: readonly string[] = ['look_up', 'cancels']) {
  const executor = new TestExecutor()
  executor.exchange.money = 'real'
  executor.policy = { ...executor.policy, realMoney: 'yes', ...change }
  executor.unproved = unproved
  return executor
}

function asked(executor: TestExecutor): readonly (string | undefined)[] {
  return executor.reports.flatMap(({ event }) => (event.type === 'approval' ? [event.asked] : []))
}

test('an entry that the policy would let pass asks first, and the card says why and what to do', async () => {
  const executor = trading({ approval: 'never' })
  await executor.enter({ stopPrice: '58000' })
  expect(executor.exchange.sent).toEqual([])
  const [why] = asked(executor)
  expect(why).toContain('binance itself has not shown 2 things that an order relies on')
  expect(why).toContain('"keyside venue prove"')
  await executor.give(executor.approval(executor.card()))
  expect(executor.exchange.sent.map(({ type }) => type)).toEqual(['limit', 'stop_limit'])
  await executor.give(executor.exit())
  expect(
    executor.exchange.sent.map(({ side }) => side),
    'the way out asks nobody',
  ).toEqual(['buy', 'sell', 'sell'])
  expect(asked(executor)).toHaveLength(1)
})

test('of one thing it speaks as of one', async () => {
  const executor = trading({ approval: 'never' }, ['look_up'])
  await executor.enter({ stopPrice: '58000' })
  expect(asked(executor)[0]).toContain('has not shown a thing that an order relies on')
})

test.each<[string, Partial<Policy>, readonly string[]]>([
  ['the trader has taken it on', { unprovedVenue: 'accept' }, ['look_up']],
  ['the venue has shown all of it', {}, []],
])('it goes as the policy says where %s', async (_, change, unproved) => {
  const executor = trading(change, unproved)
  await executor.enter({ stopPrice: '58000' })
  expect(asked(executor)).toEqual([])
  expect(executor.exchange.sent).toHaveLength(2)
})

test.each(['sandbox', 'paper'] as const)('on %s nothing of it is asked', async (money) => {
  const executor = trading({})
  executor.exchange.money = money
  await executor.enter({ stopPrice: '58000' })
  expect(executor.exchange.sent).toHaveLength(2)
})

test('where the policy asks anyway the card has no other reason', async () => {
  const executor = trading({ approval: 'always' })
  await executor.enter({ stopPrice: '58000' })
  expect(asked(executor)).toEqual([undefined])
})
