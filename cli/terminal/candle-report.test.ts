import { expect, test } from 'vitest'
import { downloadLines, gapLines } from './candle-report.ts'

const set = { exchange: 'binance', market: 'BTC/USDT', timeframe: '1h' } as const
const whole = {
  state: 'complete',
  from: 0,
  to: 86_400,
  candles: 24,
  added: 24,
  first: 0,
  last: 82_800,
  gaps: [],
  refused: [],
} as const

test('a download that has everything says so in three lines', () => {
  expect(downloadLines(set, whole)).toEqual([
    'BTC/USDT 1h of binance, 1970-01-01 00:00 UTC to 1970-01-02 00:00 UTC:',
    '24 candles stored, 24 of them new.',
    'No gaps.',
  ])
})

test('what the exchange does not have at either end is told', () => {
  const lines = downloadLines(set, { ...whole, first: 7_200, last: 79_200 })
  expect(lines.slice(2, 4)).toEqual([
    'The first one is of 1970-01-01 02:00 UTC: the exchange has none before.',
    'The last one is of 1970-01-01 22:00 UTC: the exchange has none after.',
  ])
})

test('a download that was stopped says how to go on, and nothing of an end that it has not seen', () => {
  const lines = downloadLines(set, { ...whole, state: 'stopped', last: 3_600 })
  expect(lines.at(-1)).toBe('Stopped before the end: run the same command again to go on.')
  expect(lines.join()).not.toContain('none after')
})

test('gaps that nobody asked for are not laid at the exchange', () => {
  const gap = (at: number, asked: boolean) => ({ from: at, to: at + 7_200, candles: 2, asked })
  expect(gapLines([gap(0, true), gap(36_000, false)], 'nobody asked for yet')).toEqual([
    '1 gap: 2 candles that the exchange does not have.',
    '  from 1970-01-01 00:00 UTC: 2 candles',
    '1 gap: 2 candles that nobody asked for yet.',
    '  from 1970-01-01 10:00 UTC: 2 candles',
  ])
  const many = Array.from({ length: 1_234 }, (_, at) => gap(at * 36_000, true))
  const lines = gapLines(many, '')
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([
    12,
    '1,234 gaps: 2,468 candles that the exchange does not have.',
    '  and 1,224 more: see --json',
  ])
})

test('candles that cannot be are told with what is wrong', () => {
  const refused = [{ start: 3_600, what: 'has the low price 0' }]
  expect(downloadLines(set, { ...whole, refused }).slice(-2)).toEqual([
    'Left out, to be asked for again next time: 1 candle that cannot be.',
    '  the candle of 1970-01-01 01:00 UTC has the low price 0',
  ])
})
