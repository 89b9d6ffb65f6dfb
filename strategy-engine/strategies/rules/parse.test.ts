import { describe, expect, test } from 'vitest'
import { parseExpression } from './parse.ts'
import { print } from './print.ts'
import { durationOf, literal, type Meaning, type Scope } from './scope.ts'

const SCOPE: Scope = {
  timeframe: '5m',
  market: 'ETH/USDT',
  names: new Map(),
  later: new Set(),
  trade: true,
  distance: false,
}

function read(text: string, scope: Partial<Scope> = {}) {
  return parseExpression(text, { ...SCOPE, ...scope })
}

function canonical(text: string, scope: Partial<Scope> = {}): string {
  const parsed = read(text, scope)
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'))
  return print(parsed.parsed.tree)
}

function problems(
  text: string,
  scope: Partial<Scope> = {},
): readonly (readonly [number, string])[] {
  const parsed = read(text, scope)
  return parsed.ok ? [] : parsed.problems.map(({ at, message }) => [at + 1, message] as const)
}

describe('binds', () => {
  test.each([
    ['1 + 2 * 3 > 6', '(1 + (2 * 3)) > 6'],
    ['(1 + 2) * 3 > 9', '((1 + 2) * 3) > 9'],
    ['10 - 2 - 3 < 6', '((10 - 2) - 3) < 6'],
    ['-low[2] * 2 > close', '((-low[2]) * 2) > close'],
    ['-close * 2 < 1', '((-close) * 2) < 1'],
    ['close > 1 and open > 1 or low > 1', '((close > 1) and (open > 1)) or (low > 1)'],
    ['close > 1 and (open > 1 or low > 1)', '(close > 1) and ((open > 1) or (low > 1))'],
    ['not close > 1 and low > 1', '(not (close > 1)) and (low > 1)'],
    ['rsi(14)[1] @ 1h > 50', '(rsi(14)[1] @ 1h) > 50'],
    ['(rsi(14) @ 1h)[1] > 50', '(rsi(14) @ 1h)[1] > 50'],
    ['close @ BTC/USDT 1h * 2 > open', '((close @ BTC/USDT 1h) * 2) > open'],
    ['close @ BTC/USDT / 2 > 1', '((close @ BTC/USDT) / 2) > 1'],
    ['close @ 1INCH/USDT > 1', '(close @ 1INCH/USDT) > 1'],
    ['(close > open)[3] and (close > open) @ 1h', '(close > open)[3] and ((close > open) @ 1h)'],
    ['2 of (close > 1, low > 1, high > 1)', '2 of (close > 1, low > 1, high > 1)'],
  ])('%s as %s', (text, expected) => {
    expect(canonical(text)).toBe(expected)
  })
})

describe('has one text for', () => {
  test.each([
    ['sma(close, 20)', 'sma(20)'],
    ['sma( volume , 20 )', 'sma(volume, 20)'],
    ['ema(rsi(close, 14), 9)', 'ema(rsi(14), 9)'],
    ['close @ 5m', 'close'],
    ['close @ ETH/USDT', 'close'],
    ['close @ ETH/USDT 1h', 'close @ 1h'],
    ['1.50', '1.5'],
    ['2.0%', '2 %'],
    ['60m', '1h'],
    ['90s', '90s'],
    ['24h', '1d'],
    ['hl2', '(high + low) / 2'],
    ['1 % * close', 'close * 1 %'],
    ['ema(6 * 2)', 'ema(12)'],
  ])('%s: %s', (text, expected) => {
    expect(canonical(text)).toBe(expected)
  })
})

test.each([
  ['sma(volume, 20) * 2', 'volume'],
  ['close / open', 'number'],
  ['close * volume', 'mixed'],
  ['close * 2 %', 'price'],
  ['2 * 2 %', 'percent'],
  ['profit - 1 %', 'percent'],
  ['age / 2', 'duration'],
  ['age / 1h', 'number'],
  ['sqrt(abs(close / open - 1))', 'number'],
  ['max(open, close, 5)', 'price'],
  ['if(close > open, 1, 0)', 'mixed'],
  ['sma(if(close > open, 1, 0), 10)', 'mixed'],
  ['highest(high, 20)', 'price'],
  ['sum(hlc3 * volume, 14) / sum(volume, 14)', 'mixed'],
  ['count(close > open, 10)', 'number'],
  ['candles since entry', 'number'],
  ['highest since entry - entry', 'price'],
])('%s is of the unit %s', (text, unit) => {
  expect(read(text)).toMatchObject({ ok: true, parsed: { unit } })
})

describe('refuses, with the column:', () => {
  test.each([
    ['', 1, 'expected a value such as "close" or "5", got the end'],
    ['close >', 8, 'expected a value such as "close" or "5", got the end'],
    ['1 < close < 2', 11, 'comparisons do not chain: write "a < b and b < c"'],
    ['emma(12) > 1', 1, 'unknown name "emma": did you mean "ema"?'],
    ['RSI(14) > 1', 1, 'unknown name "RSI": did you mean "rsi"?'],
    ['close > 1 and clsoe < 2', 15, 'unknown name "clsoe": did you mean "close"?'],
    ['crosover(ema(2), ema(3))', 1, 'unknown name "crosover": did you mean "crossover"?'],
    [
      'crossed_above(close, open)',
      1,
      'unknown name "crossed_above": here it is called "crossover"',
    ],
    ['xyzzy > 1', 1, 'unknown name "xyzzy"'],
    ['constructor > 1', 1, 'unknown name "constructor"'],
    ['toString(close) > 1', 1, 'unknown name "toString"'],
    ['ema(0) > 1', 5, '"period" of ema(period) is a whole number from 2 to 1,000, got "0"'],
    ['ema(2.5) > 1', 5, '"period" of ema(period) is a whole number from 2 to 1,000, got "2.5"'],
    ['ema(1001) > 1', 5, '"period" of ema(period) is a whole number from 2 to 1,000, got "1001"'],
    [
      'ema(close, open) > 1',
      12,
      '"period" of ema(period) is a whole number from 2 to 1,000, got "open"',
    ],
    ['ema > 1', 1, 'ema is written ema(period), "period" being a whole number from 2 to 1000'],
    [
      'ema(5, 5) > 1',
      8,
      'too many for ema(period): it takes 1 at most, after the series that it is of',
    ],
    ['atr(close, 14) > 1', 5, "atr is of the candle's own high, low, close: write atr(period)"],
    [
      'ema(2 % * close / close, 5) > 1 and ema(2h, 5) > 1',
      41,
      'ema is of a series such as "close", and "2h" is a time',
    ],
    [
      'ema(close > open, 5) > 1',
      5,
      'expected a value such as "close", and "close > open" is a condition',
    ],
    ['rsi(14).signal > 1', 9, 'rsi has one value: leave out ".signal"'],
    [
      'count(close, 5) > 1',
      7,
      'expected a condition such as "close > 100", and "close" is a value',
    ],
    ['count(5) > 1', 1, 'count takes a condition first: count(condition, period)'],
    [
      'close > bollinger(20, 2).width',
      26,
      'bollinger has no "width": that is an indicator of its own, "bollinger_width"',
    ],
    ['adx(14).plus_di > 20', 9, 'adx has no "plus_di": that is an indicator of its own, "plus_di"'],
    ['williams_r(14) < -80', 1, 'unknown name "williams_r": here it is called "willr"'],
    [
      'close > bollinger_width(20, 2)',
      1,
      '"close" is a price and "bollinger_width(20, 2)" is a number: a number from 0 to 100, say, is neither a price nor a volume',
    ],
    [
      'close > supertrend(10, 3).direction',
      1,
      '"close" is a price and "supertrend(10, 3).direction" is a number: a number from 0 to 100, say, is neither a price nor a volume',
    ],
    [
      'ttm_squeeze.squeezed > 0',
      1,
      'expected a value such as "close", and "ttm_squeeze.squeezed" is a condition',
    ],
    ['macd(12, 26, 9).sginal > 0', 17, 'macd has no "sginal": did you mean "signal"?'],
    ['close > 1 close', 11, 'expected "and", "or" or "*", got "close"'],
    ['close > 2 atr(14)', 11, 'expected "and", "or" or "*", got "atr"'],
    ['(close > 1', 11, 'expected ")", got the end'],
    ['ema(12 > 1', 11, 'expected "," or ")", got the end'],
    ['close = 1', 7, 'cannot read "=": values are hardly ever equal: write "<=" or ">="'],
    ['close == 1', 7, 'cannot read "==": values are hardly ever equal: write "<=" or ">="'],
    ['close \u2265 1', 7, 'cannot read "\u2265": write ">="'],
    ['\u0441lose > 1', 1, 'cannot read "U+0441"'],
    ['close\u200b > 1', 6, 'cannot read "U+200B"'],
    ['close > \u{1f680}', 9, 'cannot read "\u{1f680}"'],
    ['close > 1 && low > 1', 11, 'cannot read "&&": write "and"'],
    [
      'close > 1e5',
      9,
      'cannot read "1e5": a number is digits with at most one point, and a time a whole number of s, m, h or d, such as "90m", at most 365d',
    ],
    ['close > 1234567890123', 9, 'a number has at most 12 digits on each side of its point'],
    ['close > 1 and 2', 15, 'expected a condition such as "close > 100", and "2" is a value'],
    ['close > (open > 1)', 9, 'expected a value such as "close", and "(open > 1)" is a condition'],
    ['not close', 5, 'expected a condition such as "close > 100", and "close" is a value'],
    [
      'close > 5 %',
      1,
      '"close" is a price and "5 %" is a percent: write what it is a percent of, such as "close * 5 %"',
    ],
    [
      'close + 2 % > 1',
      1,
      '"close" is a price and "2 %" is a percent: write what it is a percent of, such as "close * 2 %"',
    ],
    ['profit > 2', 1, '"profit" is a percent and "2" is a number: write "2 %"'],
    ['age > 120', 1, '"age" is a time and "120" is a number: write a time such as "90m" or "2h"'],
    ['age > 2 %', 1, '"age" is a time and "2 %" is a percent: they do not go together'],
    [
      'rsi(14) > 5 %',
      1,
      '"rsi(14)" is a number and "5 %" is a percent: write the percent as a number: 0.02 where 1 is the whole, 2 where 100 is',
    ],
    ['close > volume', 1, '"close" is a price and "volume" is a volume: they do not go together'],
    [
      'rsi(14) > close',
      1,
      '"rsi(14)" is a number and "close" is a price: a number from 0 to 100, say, is neither a price nor a volume',
    ],
    ['close / 2 % > 1', 1, 'a price cannot be divided by a percent'],
    ['age * profit > 1', 1, 'a time cannot be multiplied by a percent'],
    [
      'crossover(close, 5 %)',
      11,
      '"close" is a price and "5 %" is a percent: write what it is a percent of, such as "close * 5 %"',
    ],
    ['crossover(close)', 1, 'crossover takes two values: crossover(a, b)'],
    ['if(close > open, 1) > 0', 1, 'if takes a condition and two values: if(condition, a, b)'],
    [
      'if(close > open, close, 5 %) > 0',
      18,
      '"close" is a price and "5 %" is a percent: write what it is a percent of, such as "close * 5 %"',
    ],
    ['abs(close, open) > 0', 1, 'abs takes one value, got 2'],
    ['min(close) > 0', 1, 'min takes 2 to 10 values, got 1'],
    ['sqrt(age) > 0', 6, 'sqrt does not take a time'],
    [
      'crossover(profit, 2 %)',
      11,
      '"profit" is of the position, which has no earlier candles: it takes no crossing',
    ],
    [
      'profit[1] > 2 %',
      1,
      '"profit" is of the position, which has no earlier candles: it takes no [n]',
    ],
    [
      '(profit @ 1h) > 2 %',
      2,
      '"profit" is of the position, which has no earlier candles: it takes no @',
    ],
    [
      'sma(highest since entry, 5) > 1',
      5,
      '"highest since entry" is of the position, which has no earlier candles: it takes no indicator',
    ],
    ['close[0] > 1', 7, 'the number of candles before is a whole number from 1 to 1,000, got "0"'],
    [
      'close[1001] > 1',
      7,
      'the number of candles before is a whole number from 1 to 1,000, got "1001"',
    ],
    [
      'close[open] > 1',
      7,
      'the number of candles before is a whole number from 1 to 1,000, got "open"',
    ],
    ['rsi(14) @ 1H > 1', 11, 'unknown timeframe "1H": did you mean "1h"?'],
    [
      'rsi(14) @ 45m > 1',
      11,
      'unknown timeframe "45m": the nearest is "1h" of 1s, 1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d',
    ],
    ['rsi(14) @ 1m > 1', 11, '"1m" is shorter than the strategy\'s own timeframe, 5m'],
    [
      'rsi(14) @ hourly > 1',
      11,
      'expected a timeframe such as "1h" or a market such as "BTC/USDT", got "hourly"',
    ],
    ['close @ ETH/ETH > 1', 9, '"ETH/ETH" is no market'],
    ['close @ btc/usdt > 1', 9, '"btc/usdt" is no market: did you mean "BTC/USDT"?'],
    [
      'ema(close @ 1h, 5) @ 1d > 1',
      20,
      '"ema(close @ 1h, 5)" is of another timeframe or market already',
    ],
    [
      'rsi(14) @ 1h[1] > 1',
      13,
      'write "x[1] @ 1h" for candles of the other timeframe, "(x @ 1h)[1]" for its own',
    ],
    ['3 of (close > 1, low > 1)', 1, 'how many of them is a whole number from 1 to 2, got "3"'],
    ['2 of (close > 1)', 1, '"of" takes 2 to 20 conditions, got 1'],
    ['ta.sma(close, 5) > 1', 1, 'unknown name "ta": write "sma" alone'],
    ['volume * 5 %% > 1', 13, '"%" stands once, after a written number: "5 %"'],
    [
      '5m > 400d',
      6,
      'cannot read "400d": a number is digits with at most one point, and a time a whole number of s, m, h or d, such as "90m", at most 365d',
    ],
    [
      `${'('.repeat(21)}close > 1${')'.repeat(21)}`,
      22,
      'a rule nests at most 20 levels: give a part a name under "let"',
    ],
    [
      `${'not '.repeat(21)}close > 1`,
      85,
      'a rule nests at most 20 levels: give a part a name under "let"',
    ],
    [`close > 1${' '.repeat(4_000)}`, 4_001, 'a rule has at most 4000 characters'],
  ])('%s', (text, column, message) => {
    expect(problems(text)).toEqual([[column, message]])
  })
})

test('refuses a timeframe that its own does not divide', () => {
  expect(problems('close @ 5m > 1', { timeframe: '3m' })).toEqual([
    [9, '"5m" is no multiple of the strategy\'s own timeframe, 3m'],
  ])
})

test('tells everything that is wrong with a rule at once', () => {
  const text = 'emma(12) > 1 and close[0] > rsii and profit > 5 and crossover(close, 1 %)'
  expect(problems(text).map(([column]) => column)).toEqual([1, 24, 29, 38, 63])
})

test('lets only exits and safety orders look at the position', () => {
  expect(problems('profit > 2 %', { trade: false })).toEqual([
    [1, '"profit" is of the position: only "exit", "add" and "move_stop" may look at it'],
  ])
})

describe('with names of the file', () => {
  const meaning = (text: string): Meaning => {
    const parsed = read(text)
    if (!parsed.ok) throw new Error(text)
    return parsed.parsed
  }
  const fast: Meaning = {
    tree: literal(12, 'number'),
    unit: 'literal',
    trade: false,
    elsewhere: false,
    size: 1,
  }

  test('puts in what they stand for', () => {
    const names = new Map([
      ['fast', fast],
      ['trend', meaning('close > sma(200)')],
    ])
    expect(canonical('ema(fast * 2) > 1 and trend', { names })).toBe(
      '(ema(24) > 1) and (close > sma(200))',
    )
    expect(
      canonical('fast of (close > 1, trend)', {
        names: names.set('fast', { ...fast, tree: literal(2, 'number') }),
      }),
    ).toBe('2 of (close > 1, close > sma(200))')
  })

  test('says so when a name comes too early, and suggests a name for a mistyped one', () => {
    const names = new Map([['trend', meaning('close > sma(200)')]])
    expect(problems('later > 1', { later: new Set(['later']) })).toEqual([
      [1, '"later" is defined further down: put its line above this one'],
    ])
    expect(problems('trnd and close > 1', { names })).toEqual([
      [1, 'unknown name "trnd": did you mean "trend"?'],
    ])
  })

  test('says nothing more of a name that is wrong itself', () => {
    expect(problems('bad > 1 and xyzzy > 1', { names: new Map([['bad', null]]) })).toHaveLength(1)
  })

  test('bounds what names that double each other amount to', () => {
    const names = new Map<string, Meaning>([['a0', meaning('close')]])
    let refused = 0
    for (let i = 1; i <= 40; i += 1) {
      const doubled = read(`a${i - 1} + a${i - 1}`, { names })
      if (doubled.ok) names.set(`a${i}`, doubled.parsed)
      else refused = refused === 0 ? i : refused
      if (!doubled.ok) break
    }
    expect(refused).toBe(10)
  })
})

test('takes "2 atr(14)" as a product where a distance is asked for', () => {
  expect(canonical('2 atr(14)', { distance: true })).toBe('2 * atr(14)')
  expect(canonical('1.5 atr(14) + 2 atr(7)', { distance: true })).toBe(
    '(1.5 * atr(14)) + (2 * atr(7))',
  )
})

test('reads times up to a year', () => {
  expect(['90s', '2h', '365d', '366d', '1.5h', '1w', 'h'].map(durationOf)).toEqual([
    90,
    7_200,
    31_536_000,
    null,
    null,
    null,
    null,
  ])
})
