import type { Answer } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'
import type { DecisionContext } from '../execution/context.ts'
import { balanceAnswer, positionsAnswer } from './answers.ts'

type Balance = Extract<Answer, { about: 'balance' }>

const row = (currency: string) => ({ currency, free: '1', used: '0' })
const shown = (rows: ReturnType<typeof row>[]) => {
  const answer = balanceAnswer({ ok: true, value: rows })
  return answer.about === 'balance' ? answer.rows.map(({ currency }) => currency) : answer
}

test('a coin that the wire cannot carry is left out, and takes no other one’s place', () => {
  const strange = Array.from({ length: 60 }, () => row('币安人生'))
  expect(shown([...strange, row('BTC'), row('USDT')])).toEqual(['BTC', 'USDT'])
})

test('more than one order may carry is told as any amount is', () => {
  const many = { currency: 'PEPE', free: '999999999999', used: '1' }
  expect(balanceAnswer({ ok: true, value: [many] })).toMatchObject({
    rows: [{ currency: 'PEPE', total: '1000000000000' }],
  })
})

test.each([
  ['sandbox', 'binance-sandbox'],
  ['paper', 'binance-paper'],
  ['real', 'binance'],
] as const)('status says what money it is: %s', async (money, name) => {
  const executor = new TestExecutor()
  executor.exchange.money = money
  await executor.give(executor.command({ do: 'status' }))
  expect(executor.reports.at(-1)?.event).toMatchObject({ answer: { exchange: { name } } })
  executor.close()
})

const leftovers = Array.from({ length: 80 }, (_, at) => ({
  currency: `COIN${at}`,
  free: `0.0000${at + 10}`,
  used: '0',
}))
const weights = {
  currency: 'USDT',
  held: ['ETH'],
  prices: { USDT: '1', BTC: '60000', ETH: '3000' },
  least: { BTC: '5', ETH: '5' },
  allocated: { used: '120', limit: '1000' },
}

test('of eighty coins those that are traded with come first, then the largest, and the rest is counted', () => {
  const account = [
    ...leftovers,
    { currency: 'DOGE', free: '900', used: '0' },
    { currency: 'BTC', free: '0.01', used: '0.01' },
    { currency: 'ETH', free: '0.0001', used: '0' },
    { currency: 'USDT', free: '5', used: '0' },
    row('币安人生'),
  ]
  const answer = balanceAnswer({ ok: true, value: account }, weights)
  if (answer.about !== 'balance') throw new Error('no balance')
  const names = answer.rows.map(({ currency }) => currency)
  expect(names.slice(0, 6)).toEqual(['USDT', 'ETH', 'BTC', 'DOGE', 'COIN79', 'COIN78'])
  expect(answer.rows).toHaveLength(50)
  expect(answer.more).toBe(account.length - 50)
  expect(answer.rows.slice(0, 4).map(({ value }) => value)).toEqual(['5', '0.3', '1200', undefined])
  expect(answer.worth).toEqual({ amount: '1205.3', currency: 'USDT', coins: 3 })
  expect(answer.allocated).toEqual({ currency: 'USDT', used: '120', limit: '1000' })
  expect(answer).not.toHaveProperty('dust')
})

test('dust stands apart and is counted in the worth; a coin without a price is no dust and counts as nothing', () => {
  const value = [
    { currency: 'USDT', free: '0.5', used: '0' },
    { currency: 'BTC', free: '0.00001', used: '0.00001' },
    { currency: 'XYZ', free: '100000', used: '0' },
  ]
  expect(balanceAnswer({ ok: true, value }, weights)).toEqual({
    about: 'balance',
    rows: [
      { currency: 'USDT', free: '0.5', used: '0', total: '0.5', value: '0.5' },
      { currency: 'XYZ', free: '100000', used: '0', total: '100000' },
    ],
    dust: { coins: 1, value: '1.2' },
    worth: { amount: '1.7', currency: 'USDT', coins: 2 },
    allocated: { currency: 'USDT', used: '120', limit: '1000' },
  })
})

test('without prices the largest amounts come first, and no worth is told', () => {
  const value = [...leftovers, { currency: 'USDT', free: '1234.5', used: '0' }]
  expect(balanceAnswer({ ok: true, value })).toMatchObject({
    rows: [{ currency: 'USDT' }, { currency: 'COIN79' }, ...Array(48).fill({})],
    more: 31,
  })
  expect(balanceAnswer({ ok: true, value })).not.toHaveProperty('worth')
})

test('so is what it is worth, and what all of it is', () => {
  const value = ['USDT', 'BTC'].map((name) => ({ currency: name, free: '999999999999', used: '0' }))
  const { rows, worth } = balanceAnswer({ ok: true, value }, weights) as Balance
  expect(rows.map((row) => row.value)).toEqual(['999999999999', '59999999999940000'])
  expect(worth).toMatchObject({ amount: '60000999999939999', coins: 2 })
})

test('positions that a report has no room for are counted', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  const { portfolio } = executor.state()
  const [position] = Object.values(portfolio.positions)
  if (position === undefined) throw new Error('nothing is held')
  const amount = '1234.123456789012'
  const stream = `acme/${'s'.repeat(32)}`
  const long = { ...position, stream, amount, baseBought: amount, cost: '12345678.123456789012' }
  const positions = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [String(at), long]))
  const context = { portfolio: { ...portfolio, positions }, environment: executor.environment() }
  const answer = positionsAnswer(context as unknown as DecisionContext)
  if (answer.about !== 'positions') throw new Error('no positions')
  expect(answer.rows.length + (answer.more ?? 0)).toBe(50)
  expect(answer.rows.length).toBeGreaterThan(25)
  // Three bytes are four characters; the rest of a report takes some 700.
  expect((JSON.stringify(answer).length * 4) / 3).toBeLessThan(12_288 - 1_000)
  executor.close()
})
