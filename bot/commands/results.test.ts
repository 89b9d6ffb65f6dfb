// What results are asked for, and told otherwise than in a list: /trade, /fees, /profit.
import type { Answer } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { answersAt } from '../testing/answers.ts'
import { answerText } from '../texts/answers.ts'
import { Html, html } from '../texts/html.ts'
import { inStyle } from '../texts/style.ts'
import { readCommand } from './table.ts'

const NOW = Date.parse('2026-11-23T20:05:00Z')
const ANSWERS = answersAt(NOW / 1000)

function command(name: string, ...words: string[]) {
  const { spec, rest } = read(name, ...words)
  const shown = (answer: Answer) =>
    (spec.text?.(answer, NOW) ?? answerText(answer, html``, NOW)).text
  return { instruction: spec.instruction, shown, rest }
}

function read(name: string, ...words: string[]) {
  const read = readCommand(name, words, { sent: NOW, now: NOW })
  if (read === null || read instanceof Html) throw new Error('no command')
  return read
}

function story(change: object = {}, more: object = {}): Extract<Answer, { about: 'trade' }> {
  const { trade } = ANSWERS
  if (trade.about !== 'trade') throw new Error('no trade')
  return { ...trade, row: { ...trade.row, ...change }, ...more }
}

test('/trade asks for one sale, and tells all of it in lines that a phone does not break', () => {
  const { instruction, shown, rest } = command('trade', '12', 'please')
  expect(instruction).toEqual({ do: 'trade', number: 12 })
  expect(rest).toEqual(['please'])
  const fees = { USDT: '6.43', BNB: '0.00412' }
  const text =
    shown(story({ fees, feesValue: '8.95', stream: 'home/a-long-name-of-a-stream-00000000' })) ?? ''
  expect(text).toBe(`<b>Sale 12</b> · BTC/USDT
a-long-name-of-a-stream-00000000
<b>Bought</b> from 18:04 UTC on
for 3,202.51 USDT, each 64,050.1
<i>ema(12) crossed above ema(26); RSI 58</i>
Stop 63,000 at 18:05
Stop 64,010.5 at 18:35
<b>Sold</b> 19:04 UTC: take-profit
0.05 BTC for 3,230.1 USDT
each 64,602, held 60 min
Fees, both ways:
6.43 USDT
0.00412 BNB
in all 8.95 USDT
Result <b>+21.17 USDT (+0.66 %)</b>`)
  expect(shown(story())).toContain('\nFees 6.43 USDT\nResult')
  const left = shown(story({ reason: 'exit' }, { sold: 'rsi(14) 71 is over 70' })) ?? ''
  expect(left).toContain('UTC: the strategy left')
  expect(left).toContain('<i>rsi(14) 71 is over 70</i>')
  for (const line of text.replaceAll(/<i>.+<\/i>|<[^>]+>/g, '').split('\n'))
    expect(line.length).toBeLessThanOrEqual(40)
})

test('/trade shows its sale on the candles around it, and says where there are none', () => {
  const { spec } = read('trade', '12')
  expect(spec.chart?.(story())).toMatchObject({
    of: 'sale',
    title: 'Sale 12 · BTC/USDT +21.17 USDT',
    bought: [NOW / 1000 - 7201, '64050.1'],
    sold: [NOW / 1000 - 3601, '64602'],
    stops: [{}, {}],
  })
  const bare = story({}, { candles: [] })
  expect(spec.chart?.(bare)).toBeNull()
  expect(command('trade', '12').shown(bare)).toMatch(/\nNo picture: your exchange gave no candles/)
})

test('/trade without a number is the newest, and one that does not exist is not another', () => {
  const newest = command('trade')
  expect(newest.instruction).toEqual({ do: 'trade' })
  expect(newest.shown(story())).toContain('Sale 12')
  expect(newest.shown({ about: 'trades', rows: [], of: 0 })).toBe('Nothing was sold yet.')
  const none = command('trade', '13').shown({ about: 'trades', rows: [], of: 12 })
  expect(none).toBe('No sale 13: there are 12.')
})

test('a sale without a known result claims no cost, and has no picture of one', () => {
  const unknown = story({ result: undefined })
  const text = command('trade', '12').shown(unknown)
  expect(text).toContain('Nobody knows what was paid for all of it')
  expect(text).toContain('Result unknown')
  expect(text).not.toContain('<b>Bought')
  expect(read('trade', '12').spec.chart?.(unknown)).toBeNull()
})

test.for<[string[], number, string]>([
  [[], 30 * 86_400, 'Profit, last 30 days'],
  [['7'], 7 * 86_400, 'Profit, last 7 days'],
  [['1'], 86_400, 'Profit, last day'],
  [['999999'], 3_650 * 86_400, 'Profit, last 3650 days'],
  [['all'], NOW / 1000, 'Profit, all time'],
])('/profit %j has a curve of so long', ([words, back, title]) => {
  const { instruction } = command('profit', ...words)
  expect(instruction).toEqual({ do: 'results', by: 'period', curve: NOW / 1000 - back })
  const { spec, rest } = read('profit', ...words, 'north')
  expect(rest).toEqual(['north'])
  expect(spec.chart?.(ANSWERS.results)).toMatchObject({ of: 'equity', title, currency: 'USDT' })
  const empty: Answer = { about: 'results', by: 'period', rows: [] }
  expect(spec.chart?.(empty)).toBeNull()
})

test('/fees has those of each period by currency, whatever was sold for it', () => {
  const { instruction, shown } = command('fees')
  expect(instruction).toEqual({ do: 'results', by: 'period' })
  const { results } = ANSWERS
  if (results.about !== 'results') throw new Error('no results')
  const [today, all] = results.rows
  if (today === undefined || all === undefined) throw new Error('no rows')
  const { besides: _, ...known } = all
  const fees = { BTC: '0.0001', BNB: '0.00088' }
  const inBtc = { ...known, currency: 'BTC', fees, feesValue: '0.000109' }
  const rows = [{ ...today, fees: {} }, all, inBtc]
  expect(
    shown({ about: 'results', by: 'period', rows }),
  ).toBe(`<b>Fees</b> of what was sold, both ways
<b>Today (UTC)</b>
none
<b>All time</b>
70.4 USDT
0.005 BNB
0.0001 BTC
in all 72.92 USDT + 0.000109 BTC
without fees of 0.0001 BNB`)
  expect(shown({ about: 'results', by: 'period', rows: [] })).toContain('Nothing was sold yet')
})

test('sums tell their fees in their own currency, and name those of which nobody knows the worth', () => {
  const { results } = ANSWERS
  if (results.about !== 'results') throw new Error('no results')
  const rows = results.rows.map((row) => ({ ...row, key: 'BTC/USDT' }))
  const text = command('performance').shown({ about: 'results', by: 'market', rows })
  expect(text).toContain('Fees 6.43 USDT\n')
  expect(text).toContain('Fees 72.92 USDT\nwithout fees of 0.0001 BNB')
  const none = rows.slice(1).map((row) => ({ ...row, feesValue: '0' }))
  const bare = command('performance').shown({ about: 'results', by: 'market', rows: none })
  expect(bare).not.toContain('Fees')
  expect(bare).toContain('without fees of 0.0001 BNB')
})

test('days are those of the zone that the owner has chosen', () => {
  const times = { sent: 0, now: 0 }
  const zoned = (name: string) =>
    inStyle({ timeZone: 'Asia/Tokyo', numbers: '1,234.56' }, () => {
      const read = readCommand(name, [], times)
      return read !== null && 'spec' in read ? read.spec.instruction : read
    })
  for (const name of ['profit', 'daily', 'weekly', 'monthly', 'fees'])
    expect(zoned(name)).toMatchObject({ do: 'results', timeZone: 'Asia/Tokyo' })
})
