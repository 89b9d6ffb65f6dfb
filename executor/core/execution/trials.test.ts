// Rules from the chat: traded at once by a paper account whose policy says so, and by no other account, whatever its policy says.
import type { Answer } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { loadPolicy } from '../../policy/load.ts'
import { policyOf, TestExecutor } from '../../testing/rig.ts'

const TRIAL = 'home/trial-mine'

/** An executor whose account has such money, and whose policy names such streams beside its trials. */
function executorOn(money: 'real' | 'sandbox' | 'paper', names: readonly string[] = ['demo']) {
  const executor = new TestExecutor({ streams: [...names] })
  executor.exchange.money = money
  executor.policy = { ...executor.policy, trials: '200' }
  return executor
}

async function answered(executor: TestExecutor, instruction: { do: 'status' | 'limits' }) {
  await executor.give(executor.command(instruction, instruction.do))
  const event = executor.reports.at(-1)?.event
  return (event?.type === 'answer' ? event.answer : null) as Answer
}

const bought = ({ exchange }: TestExecutor) =>
  exchange.accepted.filter(({ side }) => side === 'buy').map(({ amount }) => amount)

test('a trial trades on paper within the allocation that the policy gives to each, and is listed while it runs', async () => {
  const executor = executorOn('paper')
  await executor.enterFrom('trial-mine', { size: { unit: 'percent', value: '100' } })
  expect(bought(executor)).toHaveLength(1)
  expect(Number(bought(executor)[0]) * 60_000).toBeLessThanOrEqual(200)
  expect(Object.values(executor.state().portfolio.positions)).toMatchObject([{ stream: TRIAL }])
  expect(await answered(executor, { do: 'status' })).toMatchObject({
    trials: '200',
    streams: expect.arrayContaining([expect.objectContaining({ stream: TRIAL, seq: 1 })]),
  })
  expect(await answered(executor, { do: 'limits' })).toMatchObject({
    streams: expect.arrayContaining([expect.objectContaining({ stream: TRIAL, limit: '200' })]),
  })
  await executor.give(executor.exit({ sub: 'trial-mine' }))
  expect(executor.state().portfolio.positions).toEqual({})
  // It has ended: nobody misses it.
  await executor.clock.advance(900_000)
  expect(executor.told()).not.toContain('notice stream_silent')
  expect(JSON.stringify(await answered(executor, { do: 'status' }))).not.toContain(TRIAL)
  executor.close()
})

test('a trial that says nothing any more is listed while something of it is held', async () => {
  const executor = executorOn('paper')
  await executor.enterFrom('trial-mine', { size: { unit: 'percent', value: '100' } })
  await executor.clock.advance(900_000)
  expect(Object.values(executor.state().portfolio.positions)).toMatchObject([{ stream: TRIAL }])
  expect(await answered(executor, { do: 'limits' })).toMatchObject({
    streams: expect.arrayContaining([expect.objectContaining({ stream: TRIAL })]),
  })
  executor.close()
})

test.for(['real', 'sandbox'] as const)(
  'no trial trades where the money is %s, even where the policy names its stream',
  async (money) => {
    const executor = executorOn(money, ['demo', 'trial-mine'])
    executor.policy = { ...executor.policy, realMoney: 'yes' }
    await executor.enterFrom('trial-mine')
    expect(executor.exchange.sent).toEqual([])
    expect(executor.state().portfolio.orders).toEqual({})
    const status = await answered(executor, { do: 'status' })
    expect(status).not.toHaveProperty('trials')
    expect(JSON.stringify(status)).not.toContain('trial-mine')
    executor.close()
  },
)

test('without a word of the policy no trial trades on paper either', async () => {
  const executor = executorOn('paper')
  executor.policy = { ...executor.policy, trials: 'none' }
  await executor.enterFrom('trial-mine')
  expect(executor.exchange.sent).toEqual([])
  executor.close()
})

test('a policy cannot have both real money and trials', () => {
  const text = (more: string) => `version: 1
currency: USDT
markets: [BTC/USDT]
streams: {}
limits: { order: 100, day: 500 }
trials: 200
${more}`
  expect(loadPolicy(text(''))).toMatchObject({ ok: true, policy: { trials: '200' } })
  expect(loadPolicy(text('real_money: yes\n'))).toMatchObject({
    ok: false,
    message: expect.stringContaining('on paper alone'),
  })
  expect(policyOf().trials).toBe('none')
})
