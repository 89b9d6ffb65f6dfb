// /trade and /fees: the same answers as /trades and /profit, told otherwise.
import type { Answer } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { answersAt } from '../testing/answers.ts'
import { Html } from '../texts/html.ts'
import { readCommand } from './table.ts'

const NOW = Date.parse('2026-11-23T20:05:00Z')
const ANSWERS = answersAt(NOW / 1000)

function command(name: string, ...words: string[]) {
  const read = readCommand(name, words, { sent: NOW, now: NOW })
  if (read === null || read instanceof Html) throw new Error('no command')
  const { instruction, text } = read.spec
  const shown = (answer: Answer) => text?.(answer, NOW)?.text
  return { instruction, shown, rest: read.rest }
}

function sales(change: object = {}, of = 12): Extract<Answer, { about: 'trades' }> {
  const { trades } = ANSWERS
  if (trades.about !== 'trades') throw new Error('no trades')
  return { ...trades, rows: trades.rows.slice(0, 1).map((row) => ({ ...row, ...change })), of }
}

test('/trade asks for one sale, and tells all of it in lines that a phone does not break', () => {
  const { instruction, shown, rest } = command('trade', '12', 'please')
  expect(instruction).toEqual({ do: 'trades', limit: 1, before: 13 })
  expect(rest).toEqual(['please'])
  const fees = { USDT: '6.43', BNB: '0.00412' }
  const text = shown(sales({ fees, stream: 'home/a-long-name-of-a-stream-00000000' })) ?? ''
  expect(text).toBe(`<b>Sale 12</b> · BTC/USDT
Sold <b>0.05 BTC</b>
for 3,230.1 USDT, each 64,602
19:04 UTC · take-profit
Bought for 3,202.51 USDT
each 64,050.1 on the average
first 18:04 UTC
Held 60 min
a-long-name-of-a-stream-00000000
Fees 6.43 USDT
Fees 0.00412 BNB
Result <b>+21.17 USDT (+0.66 %)</b>`)
  for (const line of text.replaceAll(/<[^>]+>/g, '').split('\n'))
    expect(line.length).toBeLessThanOrEqual(40)
})

test('/trade without a number is the newest, and one that does not exist is not another', () => {
  const newest = command('trade')
  expect(newest.instruction).toEqual({ do: 'trades', limit: 1 })
  expect(newest.shown(sales())).toContain('Sale 12')
  expect(newest.shown({ about: 'trades', rows: [], of: 0 })).toBe('Nothing was sold yet.')
  expect(command('trade', '13').shown(sales())).toBe('No sale 13: there are 12.')
})

test('a sale without a known result claims no cost', () => {
  const text = command('trade', '12').shown(sales({ result: undefined }))
  expect(text).toContain('Nobody knows what was paid for all of it')
  expect(text).toContain('Result unknown')
  expect(text).not.toContain('Bought for')
})

test('/fees has those of each period by currency, whatever was sold for it', () => {
  const { instruction, shown } = command('fees')
  expect(instruction).toEqual({ do: 'results', by: 'period' })
  const { results } = ANSWERS
  if (results.about !== 'results') throw new Error('no results')
  const [today, all] = results.rows
  if (today === undefined || all === undefined) throw new Error('no rows')
  const inBtc = { ...all, currency: 'BTC', fees: { BTC: '0.0001', BNB: '0.00088' } }
  const rows = [{ ...today, fees: {} }, all, inBtc]
  expect(
    shown({ about: 'results', by: 'period', rows }),
  ).toBe(`<b>Fees</b> of what was sold, both ways
<b>Today (UTC)</b>
none
<b>All time</b>
70.4 USDT
0.005 BNB
0.0001 BTC`)
  expect(shown({ about: 'results', by: 'period', rows: [] })).toContain('Nothing was sold yet')
})
