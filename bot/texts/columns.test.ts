// Whatever a device answers, however long its names and large its numbers: no table is wider than a phone, and nothing is cut.
import type { Answer, ResultRow } from '@keyside/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answersAt } from '../testing/answers.ts'
import { tooWide } from '../testing/columns.ts'
import { answerText } from './answers.ts'
import { Html, html } from './html.ts'
import { paidFeesText } from './results.ts'
import { inStyle, NUMBER_FORMATS } from './style.ts'
import { COLUMNS, table } from './table.ts'

const NOW = Date.parse('2026-11-23T20:05:00Z')
const ANSWERS = answersAt(NOW / 1000)
/** Nothing longer is on the wire. */
const LONG = {
  number: '999999999999.999999999999',
  stream: `${'p'.repeat(32)}/${'s'.repeat(32)}`,
  market: `${'A'.repeat(16)}/${'B'.repeat(16)}`,
  currency: 'C'.repeat(16),
}

/** The same answer with the longest names and numbers that fit it. */
function lengthened<Part>(part: Part, name = ''): Part {
  if (Array.isArray(part)) return part.map((one) => lengthened(one, name)) as Part
  if (typeof part === 'object' && part !== null)
    return Object.fromEntries(
      Object.entries(part).map(([key, value]) => [key, lengthened(value, key)]),
    ) as Part
  if (typeof part !== 'string') return part
  if (/^\d+(\.\d+)?$/.test(part)) return LONG.number as Part
  return ((LONG as Readonly<Record<string, string>>)[name] ?? part) as Part
}

test.for(Object.entries(ANSWERS))('%s: no line of a table is too wide', ([_, answer]) => {
  for (const one of [answer, lengthened(answer)])
    for (const numbers of NUMBER_FORMATS) {
      const { text } = inStyle({ timeZone: 'Asia/Kathmandu', numbers }, () =>
        answerText(one, html`Done.`, NOW),
      )
      expect(tooWide(text)).toEqual([])
      expect(text, 'cut').not.toContain('…')
    }
})

const row = (change: Partial<ResultRow>): ResultRow => ({
  key: '2026-11-23',
  currency: 'USDT',
  trades: 3,
  won: 2,
  unknown: 0,
  gain: '21.165',
  negative: false,
  paid: '3205.705',
  fees: { USDT: '6.43' },
  feesValue: '6.43',
  ...change,
})
const daily = (rows: ResultRow[]): Extract<Answer, { about: 'results' }> => ({
  about: 'results',
  by: 'day',
  rows,
})
const shown = (rows: ResultRow[]) => answerText(daily(rows), html``, NOW).text

test('days are a table, one for each currency, with what has no known result below', () => {
  const rows = [
    row({}),
    row({ key: '2025-12-31', gain: '1195.5', negative: true, paid: '35205.7', unknown: 1 }),
    row({ key: '2026-11-22', currency: 'BTC', gain: '0.0004', paid: '0.01', trades: 1, won: 1 }),
  ]
  expect(shown(rows)).toBe(`<b>Profit by day</b>, of what was sold, fees included
<pre>Day            USDT     % sold won
23 Nov       +21.17 +0.66    3   2
31 Dec 25 −1,195.50 −3.40    3   2</pre>
<pre>Day        BTC     % sold won
22 Nov +0.0004 +4.00    1   1</pre>
1 sold without a known result, in no sum`)
})

test('what is too wide for a table is a list, whole', () => {
  const text = shown([row({ gain: '123456789.12', paid: '9' })])
  expect(text).not.toContain('<pre>')
  expect(text).toContain('+123,456,789.12 USDT')
})

test('however large the numbers, a table is never wider than a phone', () => {
  const decimal = fc
    .tuple(fc.bigInt({ min: 0n, max: 999_999_999_999n }), fc.nat(999_999))
    .map(([whole, part]) => `${whole}.${String(part).padStart(6, '0')}`)
  const rows = fc.array(
    fc.record({
      gain: decimal,
      paid: decimal,
      negative: fc.boolean(),
      trades: fc.integer({ min: 1, max: 99_999 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  fc.assert(
    fc.property(rows, (all) => {
      expect(tooWide(shown(all.map(row)))).toEqual([])
      expect(tooWide(paidFeesText(daily(all.map(row))).text)).toEqual([])
    }),
  )
})

test('a line is measured as it is seen: markup and what stands for a sign count as one', () => {
  expect(tooWide(`<pre>${'&amp;'.repeat(COLUMNS)}</pre>`)).toEqual([])
  expect(tooWide(`<pre>ok\n${'−'.repeat(COLUMNS + 1)}</pre>`)).toHaveLength(1)
  expect(tooWide('a'.repeat(100))).toEqual([])
  expect(table([['a'.repeat(COLUMNS)]])).toBeInstanceOf(Html)
  expect(table([['a'.repeat(COLUMNS - 1), 'b']])).toBeNull()
  expect(table([])).toBeNull()
})
