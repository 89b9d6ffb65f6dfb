import { expect, test } from 'vitest'
import { instantOf, parseCsv } from './csv.ts'

function rows(text: string): number[][] {
  const parsed = parseCsv(text)
  if (!parsed.ok) throw new Error(parsed.what)
  const { start, open, high, low, close, volume } = parsed.columns
  return [...start].map((at, i) =>
    [at, open, high, low, close, volume].map((x) => (typeof x === 'number' ? x : Number(x[i]))),
  )
}

const ROW = [1704067200, 1, 4, 0.5, 2, 9]

test.each([
  ['with names', 'timestamp,open,high,low,close,volume\n1704067200,1,4,0.5,2,9'],
  ['without names', '1704067200000,1,4,0.5,2,9,1704067259999,18,3,4,5,0\n'],
  ['in another order', 'Volume,Close,Low,High,Open,Date\r\n9,2,0.5,4,1,2024-01-01\r\n'],
  [
    'with columns of no use',
    'symbol,"Open Time",trades,o,h,l,c,v\nBTC,"2024-01-01 00:00:00",7,1,4,.5,2,9',
  ],
  [
    'with a byte order mark and empty lines',
    '\uFEFF\ntime,open,high,low,close,volume\n\n1704067200,1,4,5e-1,2,9\n\n',
  ],
  [
    'with microseconds, as the archive has them',
    '1704067200000000,1,4,0.5,2,9,1704067259999999,18,3,4,5,0',
  ],
])('reads rows %s', (_, text) => {
  expect(rows(text)).toEqual([ROW])
})

test('a file whose newest candle comes first is turned round', () => {
  const text = 'time,open,high,low,close,volume\n120,2,2,2,2,2\n60,1,1,1,1,1\n'
  expect(rows(text).map(([start]) => start)).toEqual([60, 120])
  const parsed = parseCsv(text)
  expect(parsed.ok && [0, 1].map(parsed.line)).toEqual([3, 2])
})

test.each([
  ['1704067200', 1704067200],
  ['1704067200.0', 1704067200],
  ['1704067200000', 1704067200],
  ['1735689600000000', 1735689600],
  ['1735689600000000000', 1735689600],
  ['2024-01-01', 1704067200],
  ['2024-01-01T00:00:00Z', 1704067200],
  ['2024-01-01 00:00:00+00:00', 1704067200],
  ['2024-01-01 02:00:00+02:00', 1704067200],
  ['2024-01-01 00:00:00 UTC', 1704067200],
  ['2024-01-01 00:00', 1704067200],
  ['20240101', 1704067200],
  ['20240231', null],
  ['19700101', 0],
  ['86400', 86400],
  ['01/02/2024', null],
  ['2024-13-01', null],
  ['2024-02-31', null],
  ['2024-01-01T24:00', null],
  ['2024-01-01 00:00:00+99:00', null],
  ['', null],
  ['-60', null],
])('the time %s', (text, expected) => {
  expect(instantOf(text)).toBe(expected)
})

test.each([
  ['', 'it is empty'],
  [
    'time,open,high,close,volume\n60,1,1,1,1',
    'its first line names no low: it is "time,open,high,close,volume"',
  ],
  ['6\x000\x00,\x001\x00', 'it is no text in UTF-8'],
  ['60;1;1;1;1;1', 'its columns are not separated by commas: its first line is "60;1;1;1;1;1"'],
  ['60\t1\t1', 'its columns are not separated by commas: its first line is "60\t1\t1"'],
  ['60,1,1,1,1', 'line 1 has no volume: ""'],
  ['time,open,high,low,close,volume\n60,1,1,1,x,1', 'line 2 has no close: "x"'],
  ['time,open,high,low,close,volume\n60,1,1,1,,1', 'line 2 has no close: ""'],
  ['time,open,high,low,close,volume\n60,1,1,1,NaN,1', 'line 2 has no close: "NaN"'],
  ['time,open,high,low,close,volume\nyesterday,1,1,1,1,1', 'line 2 has no start: "yesterday"'],
])('refuses %j with the place', (text, what) => {
  expect(parseCsv(text)).toEqual({ ok: false, what })
})
