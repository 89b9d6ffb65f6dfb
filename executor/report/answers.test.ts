import { expect, test } from 'vitest'
import { TestExecutor } from '../world-for-tests.ts'
import { balanceAnswer } from './answers.ts'

const row = (currency: string) => ({ currency, free: '1', used: '0' })
const shown = (rows: ReturnType<typeof row>[]) => {
  const answer = balanceAnswer({ ok: true, value: rows })
  return answer.about === 'balance' ? answer.rows.map(({ currency }) => currency) : answer
}

test('a coin that the wire cannot carry is left out, and takes no other one’s place', () => {
  const strange = Array.from({ length: 60 }, () => row('币安人生'))
  expect(shown([...strange, row('BTC'), row('USDT')])).toEqual(['BTC', 'USDT'])
})

test('an amount that the wire cannot carry is left out', () => {
  const many = { currency: 'PEPE', free: '999999999999', used: '1' }
  expect(shown([many, row('BTC')])).toEqual(['BTC'])
})

test.each([
  ['no', 'binance-sandbox'],
  ['yes', 'binance'],
] as const)('status says whether money is real: %s', async (live, name) => {
  const executor = new TestExecutor()
  executor.exchange.live = live
  await executor.give(executor.command({ do: 'status' }))
  expect(executor.reports.at(-1)?.event).toMatchObject({ answer: { exchange: { name } } })
  executor.close()
})
