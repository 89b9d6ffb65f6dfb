import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { RULES, strategy, yaml } from '../testing/rules.ts'
import { readStrategy } from './strategy.ts'

const EXAMPLES = join(import.meta.dirname, '../../examples/strategies')

test.each(readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml')))(
  'reads the example %s, which is named for its stream',
  (name) => {
    const read = readStrategy(readFileSync(join(EXAMPLES, name), 'utf8'))
    expect(read).toMatchObject({ ok: true, strategy: { name: name.replace('.yaml', '') } })
  },
)

test.each([
  ['10 %', { unit: 'percent', value: '10' }],
  ['10%', { unit: 'percent', value: '10' }],
  ['100 USDT', { unit: 'quote', value: '100' }],
  ['0.01 BTC', { unit: 'base', value: '0.01' }],
])('reads the size "%s"', (size, expected) => {
  expect(strategy({ size }).size).toEqual(expected)
})

test('reads a stop in percent or as a multiple of a series', () => {
  expect(strategy({ stop: '1.5 %' }).stop).toEqual({ by: 'percent', percent: '1.5' })
  const { stop, series } = strategy({ stop: '2 atr(14)' })
  expect(stop).toEqual({ by: 'series', times: '2', name: { indicator: 'atr', period: 14 } })
  expect(series).toContainEqual({ indicator: 'atr', period: 14 })
})

test('reads what the device does with a position by itself', () => {
  const take_profit = '[{ at: 2 %, sell: 50 %, after: 1h }, { at: 4.5 %, sell: 50 % }]'
  expect(
    strategy({ take_profit, trailing_stop: '1.5 %', break_even: '1 %', max_hold: '12h' }).exits,
  ).toEqual({
    takeProfit: [
      { at: '2', sell: '50', after: 3_600 },
      { at: '4.5', sell: '50' },
    ],
    trailingStop: { percent: '1.5' },
    breakEven: '1',
    maxHold: 43_200,
  })
})

test('reads from which gain on the stop follows', () => {
  const trailing = (text: string) => strategy({ trailing_stop: text }).exits.trailingStop
  expect(trailing('{ percent: 1.5 %, from: 2 % }')).toEqual({ percent: '1.5', from: '2' })
  expect(trailing('{ percent: 1.5 % }')).toEqual({ percent: '1.5' })
  expect(() => trailing('100 %')).toThrow('line')
})

test('holds an entry valid for a candle unless the file says otherwise', () => {
  expect(strategy({ timeframe: '5m' }).validFor).toBe(300)
  expect(strategy({ valid_for: '90s' }).validFor).toBe(90)
  expect(strategy({ valid_for: '2h' }).validFor).toBe(7200)
})

describe('refuses with line and reason:', () => {
  test.each([
    [
      { enter: 'close > emma(12)' },
      'line 4: enter: column 9: unknown name "emma": did you mean "ema"?',
    ],
    [
      { exit: 'close <' },
      'line 5: exit: column 8: expected a number, a series or "(", got the end',
    ],
    [{ size: '10 ETH' }, 'line 6: size: expected %, USDT or BTC after the amount, got "ETH"'],
    [{ size: '0 %' }, 'line 6: size: expected "10 %", "100 USDT" or "0.01 BTC", got "0 %"'],
    [{ size: '101 %' }, 'line 6: size: expected at most 100 %, got 101 %'],
    [{ size: '-5 %' }, 'line 6: size: expected "10 %", "100 USDT" or "0.01 BTC", got "-5 %"'],
    [{ stop: '100 %' }, 'line 7: stop: expected a stop above 0 % and below 100 %, got "100 %"'],
    [{ stop: '2' }, 'line 7: stop: expected "2 %" or "2 atr(14)", got "2"'],
    [{ stop: '2 atr' }, 'line 7: stop: column 4: expected "(", got the end'],
    [
      { valid_for: '25h' },
      'line 8: valid_for: expected a time such as "90s", up to 24h, got "25h"',
    ],
    [
      { valid_for: 'soon' },
      'line 8: valid_for: expected a time such as "90s", up to 24h, got "soon"',
    ],
    [
      { trailing_stop: '100 %' },
      'line 8: trailing_stop: expected above 0 % and at most 99 %, such as "2 %", or such as { percent: 2 %, from: 3 % }',
    ],
    [
      { take_profit: '[{ at: 2 %, sell: 101 % }]' },
      /^line 8: take_profit\.?.*expected above 0 % and at most 100 %/,
    ],
    [{ take_profit: '[]' }, /^line 8: take_profit/],
    [{ max_hold: '25h' }, 'line 8: max_hold: expected a time such as "90s", up to 24h, got "25h"'],
    [{ name: 'Demo' }, 'line 1: name: expected 1 to 32 of a-z, 0-9 and "-"'],
    [{ market: 'BTC/USDT:USDT' }, 'line 2: market: expected a spot market, without ":"'],
    [{ timeframe: '7m' }, /^line 3: timeframe: Invalid option/],
    [{ leverage: '10' }, 'line 8: leverage: unknown key "leverage"'],
  ])('%j', (fields, message) => {
    const read = readStrategy(yaml({ ...RULES, ...(fields as Record<string, string>) }))
    expect(read.ok).toBe(false)
    expect(read.ok ? '' : read.message).toMatch(message)
  })

  test('a missing key', () => {
    const { stop: _, ...rest } = RULES
    expect(readStrategy(yaml(rest))).toMatchObject({ ok: false, message: /stop/ })
  })
})
