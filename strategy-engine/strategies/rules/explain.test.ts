import fc from 'fast-check'
import { expect, test } from 'vitest'
import { explain } from './explain.ts'
import { parseExpression } from './parse.ts'
import { print } from './print.ts'
import { isCondition, type Tree } from './tree.ts'

function said(
  text: string,
  values: Readonly<Record<string, number>>,
  name: string | null = null,
  otherwise = Number.NaN,
): string {
  const read = parseExpression(text, {
    timeframe: '5m',
    market: 'ETH/USDT',
    names: new Map(),
    later: new Set(),
    trade: true,
    distance: false,
  })
  if (!read.ok || !isCondition(read.parsed.tree)) throw new Error(text)
  const value = (part: Tree) => values[print(part)] ?? (isCondition(part) ? 1 : otherwise)
  return explain({ name, condition: read.parsed.tree }, value)
}

test('names the values that a rule looked at', () => {
  expect(
    said('close > sma(200) * 102 % and volume > 5', {
      close: 65_012.1,
      'sma(200)': 64_000,
      volume: 12.5,
    }),
  ).toBe('close 65012.10, sma(200) 64000.00, volume 12.50')
})

test('says what crossed, and does not repeat its values', () => {
  const values = { 'ema(12)': 65_012.1, 'ema(26)': 65_001.44, 'rsi(14)': 55.24 }
  expect(said('crossover(ema(12), ema(26)) and rsi(14) < 70 and ema(12) > 1', values)).toBe(
    'ema(12) 65012.10 crossed over ema(26) 65001.44, rsi(14) 55.24',
  )
  expect(said('crossunder(rsi(14), 70)', values)).toBe('rsi(14) 55.24 crossed under 70')
})

test('of what is joined by "or" and "of" tells the parts that hold', () => {
  const values = { close: 5, open: 4, low: 3, 'open > 100': 0, 'low > 100': 0 }
  expect(said('close > 1 or open > 100', values)).toBe('close 5.00')
  expect(said('1 of (open > 100, close > 1, low > 100)', values)).toBe('close 5.00')
  expect(said('open > 100 or low > 100', values)).toBe('open 4.00, low 3.00')
})

test('tells earlier values, other markets, patterns and the position by their own text', () => {
  const values = {
    'close[1]': 0.00001234,
    'rsi(14) @ 1h': 40,
    profit: 2.345,
    age: 93_780,
    'highest since entry': 9,
  }
  expect(said('close[1] > 0 and rsi(14) @ 1h > 1', values)).toBe(
    'close[1] 0.00001234, rsi(14) @ 1h 40.00',
  )
  expect(said('profit > 2 % and age > 1d and highest since entry > 1', values)).toBe(
    'profit 2.35 %, age 1d 2h, highest since entry 9.00',
  )
  expect(said('(close > open)[3]', {})).toBe('(close > open)[3]')
})

test('what is of another candle or market is told as a whole, its long text cut, and never by its parts', () => {
  const long = 'max(highest(high, 20), lowest(low, 20) + (12 * atr(14)), sma(200))'
  const parts = { 'highest(high, 20)': 1, 'lowest(low, 20)': 1, 'atr(14)': 1, 'sma(200)': 1 }
  const cut = `${long.slice(0, 57)}...`
  for (const place of [' @ 1h', ' @ BTC/USDT 1h', '[3]', '[candles since entry]'])
    expect(said(`${long}${place} < 5`, { ...parts, [`${long}${place}`]: 4 })).toBe(`${cut} 4.00`)
  expect(said(`valuewhen(hammer, ${long}) < 5`, parts, null, 4)).toMatch(/^valuewhen.*[.]{3} 4.00$/)
})

test('puts the name of the rule in front, and says "unknown" of what is not known', () => {
  expect(said('close > 1', { close: 2 }, 'dip')).toBe('dip: close 2.00')
  expect(said('close > 1', {})).toBe('close unknown')
})

test('keeps any reason within 200 characters of ASCII', () => {
  const long = Array.from({ length: 30 }, (_, i) => `ema(${i + 2}) > ${i}`).join(' and ')
  fc.assert(
    fc.property(
      fc.double(),
      fc.constantFrom(long, 'close > 1 or -open * 2 < low', `abs(${'close + '.repeat(60)}1) > 2`),
      (value, text) => {
        expect(said(text, {}, 'a-rule', value)).toMatch(/^[ -~]{1,200}$/)
      },
    ),
  )
})
