import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { print } from '../rules/print.ts'
import { partsOf } from './parts.ts'
import { MAX_LENGTH, readStrategy } from './read-strategy.ts'
import { problemText } from './report.ts'
import type { Strategy } from './strategy.ts'

const EXAMPLES = join(import.meta.dirname, '../../../examples/strategies')

const RULES = {
  name: 'demo',
  market: 'BTC/USDT',
  timeframe: '5m',
  enter: 'close > 105',
  exit: 'close < 95',
  size: '10 %',
  stop: '2 %',
}

/** Fields in place of the usual ones, and more; null leaves one out. */
function yaml(fields: Readonly<Record<string, string | null>> = {}): string {
  const all: Record<string, string | null> = { ...RULES, ...fields }
  return Object.entries(all)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('')
}

function strategies(text: string): readonly Strategy[] {
  const read = readStrategy(text)
  if (!read.ok) throw new Error(read.problems.map(problemText).join('\n'))
  return read.strategies
}

function strategy(fields: Readonly<Record<string, string | null>> = {}): Strategy {
  const [one] = strategies(yaml(fields))
  if (one === undefined) throw new Error('there is none')
  return one
}

function problems(text: string): readonly string[] {
  const read = readStrategy(text)
  return read.ok ? [] : read.problems.map((one) => `${one.line}:${one.column} ${one.message}`)
}

test.each(readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml')))(
  'reads the example %s, which is named for its stream',
  (name) => {
    const [one] = strategies(readFileSync(join(EXAMPLES, name), 'utf8'))
    expect(one?.name).toBe(name.replace('.yaml', ''))
  },
)

describe('reads', () => {
  test.each([
    ['10 %', { unit: 'percent', value: '10' }],
    ['10%', { unit: 'percent', value: '10' }],
    ['100 USDT', { unit: 'quote', value: '100' }],
    ['0.01 BTC', { unit: 'base', value: '0.01' }],
  ])('the size %s', (size, expected) => {
    expect(strategy({ size }).size).toEqual(expected)
  })

  test('a size by what is lost at the stop', () => {
    expect(strategy({ size: null, risk: '1 %' }).size).toEqual({ unit: 'risk', value: '1' })
  })

  test.each([
    ['1.5 %', '1.5'],
    ['2 atr(14)', '2 * atr(14)'],
    ['2 * atr(14)', '2 * atr(14)'],
    ['close - low[1] + 0.5 * atr(14)', '(close - low[1]) + (0.5 * atr(14))'],
    ['close * 3 %', 'close * 3 %'],
  ])('the stop %s', (text, expected) => {
    const { stop } = strategy({ stop: text })
    expect(stop.by === 'percent' ? stop.percent : print(stop.distance)).toBe(expected)
  })

  test('a size in a currency that begins with a digit', () => {
    const size = (text: string) => strategy({ market: '1INCH/USDT', size: text }).size
    expect(size('5 1INCH')).toEqual({ unit: 'base', value: '5' })
  })

  test('a trailing stop at a distance, and from which gain on', () => {
    const trailing = (text: string) => strategy({ trailing_stop: text }).exits.trailingStop
    expect(trailing('1.5 %')).toEqual({ by: 'percent', percent: '1.5' })
    expect(trailing('{ distance: 1.5 %, from: 2 % }')).toEqual({
      by: 'percent',
      percent: '1.5',
      from: '2',
    })
    expect(trailing('{ distance: 3 * atr(14), from: 2 % }')).toMatchObject({
      by: 'distance',
      text: '3 * atr(14)',
      from: '2',
    })
  })

  test('take-profits by age, the whole position unless they say how much', () => {
    const take_profit =
      '[{ at: 4 %, after: 0m }, { at: 1 %, sell: 50 %, after: 2h }, { at: 0 %, after: 1d }]'
    expect(strategy({ take_profit }).exits.takeProfit).toEqual([
      { at: '4', sell: '100' },
      { at: '1', sell: '50', after: 7_200 },
      { at: '0', sell: '100', after: 86_400 },
    ])
  })

  test('take-profits and break-even at a distance in price', () => {
    const gains = { take_profit: '[{ at: 3 * atr(14) }]', break_even: '2 atr(14)' }
    const { takeProfit, breakEven } = strategy(gains).exits
    expect(takeProfit).toMatchObject([{ at: { text: '3 * atr(14)' }, sell: '100' }])
    expect(breakEven).toMatchObject({ text: '2 atr(14)' })
    expect([...partsOf(strategy(gains))].filter(({ is }) => is === 'indicator')).toHaveLength(2)
  })

  test('break-even, longest time, cool-down and how long an entry is good', () => {
    const times = { break_even: '1 %', max_hold: '12h', cooldown: '30m', valid_for: '90s' }
    expect(strategy(times)).toMatchObject({
      exits: { breakEven: '1', maxHold: 43_200 },
      cooldown: 1_800,
      validFor: 90,
    })
    expect(strategy()).toMatchObject({
      cooldown: 0,
      validFor: 300,
      exits: {},
      adds: [],
      moves: [],
      alerts: [],
    })
  })

  test('several rules with names, and an exit left out', () => {
    const { enter, exit, alerts } = strategy({
      enter: '\n  dip: rsi(14) < 30\n  trend: crossover(close, sma(200))',
      exit: null,
      alert: '{ hot: rsi(14) > 80 }',
    })
    expect(enter.map(({ name, condition }) => [name, print(condition)])).toEqual([
      ['dip', 'rsi(14) < 30'],
      ['trend', 'crossover(close, sma(200))'],
    ])
    expect(exit).toEqual([])
    expect(alerts.map(({ name }) => name)).toEqual(['hot'])
  })

  test('a file of alerts alone, which orders nothing', () => {
    const nothing = { enter: null, exit: null, size: null, stop: null }
    const { enter, alerts } = strategy({ ...nothing, alert: 'rsi(14) > 80' })
    expect(enter).toEqual([])
    expect(alerts).toHaveLength(1)
    expect(problems(yaml({ ...nothing, stop: '2 %', alert: 'rsi(14) > 80' }))).toEqual([
      expect.stringContaining('without "enter" nothing is bought: leave it out'),
    ])
    expect(problems(yaml(nothing)).join()).toContain('there is no "enter"')
  })

  test('safety orders, which may look at the position', () => {
    const add =
      '[{ when: close < first entry * 98 %, size: 20 % }, { when: profit < -5 %, size: 30 % }]'
    expect(
      strategy({ add }).adds.map(({ condition, size }) => [print(condition), size.value]),
    ).toEqual([
      ['close < (first entry * 98 %)', '20'],
      ['profit < (-5 %)', '30'],
    ])
  })

  test('where the stop moves to, which may look at the position', () => {
    const move_stop =
      '[{ to: highest since entry * 98 %, when: profit > 3 % }, { to: low - 3 * atr(14) }]'
    expect(
      strategy({ move_stop }).moves.map(({ condition, to }) => [
        condition && print(condition),
        print(to),
      ]),
    ).toEqual([
      ['profit > 3 %', 'highest since entry * 98 %'],
      [null, 'low - (3 * atr(14))'],
    ])
  })

  test('several markets as one strategy each, named for them', () => {
    const text = yaml({
      market: null,
      markets: '[BTC/USDT, ETH/USDT]',
      enter: 'close @ BTC/USDT > sma(20) @ BTC/USDT',
    })
    expect(
      strategies(text).map(({ name, market, enter }) => [
        name,
        market,
        enter.map((one) => print(one.condition)),
      ]),
    ).toEqual([
      ['demo-btc-usdt', 'BTC/USDT', ['close > sma(20)']],
      ['demo-eth-usdt', 'ETH/USDT', ['(close @ BTC/USDT) > (sma(20) @ BTC/USDT)']],
    ])
  })
})

describe('params and let', () => {
  const FILE = yaml({
    params:
      '\n  fast: 12 [5..30]\n  slow: 26 [20..60 step 5]\n  loss: 2 % [1 %..5 % step 0.5 %]\n  rest: 30m',
    let: '\n  trend: ema(fast) > ema(slow)\n  gain: profit > loss',
    enter: 'trend and rsi(fast) < 30',
    exit: 'gain or not trend',
    stop: 'loss',
    cooldown: 'rest',
  })

  test('stand for what they are', () => {
    const [one] = strategies(FILE)
    expect(one).toMatchObject({
      stop: { by: 'percent', percent: '2' },
      cooldown: 1_800,
      params: {
        fast: { value: 12, unit: 'number', from: 5, to: 30 },
        slow: { value: 26, unit: 'number', from: 20, to: 60, step: 5 },
        loss: { value: 2, unit: 'percent', from: 1, to: 5, step: 0.5 },
        rest: { value: 1_800, unit: 'duration' },
      },
    })
    expect(one?.enter.map(({ condition }) => print(condition))).toEqual([
      '(ema(12) > ema(26)) and (rsi(12) < 30)',
    ])
    expect(one?.exit.map(({ condition }) => print(condition))).toEqual([
      '(profit > 2 %) or (not (ema(12) > ema(26)))',
    ])
  })

  test('take other values where they are given', () => {
    const read = readStrategy(FILE, { fast: 7, loss: 0.1 + 0.2 })
    expect(read).toMatchObject({
      ok: true,
      strategies: [{ stop: { percent: '0.3' }, params: { fast: { value: 7 } } }],
    })
    expect(readStrategy(FILE, { fast: 0.5 }).ok).toBe(false)
    expect(readStrategy(FILE, { constructor: 5 } as never).ok).toBe(false)
  })

  test.each([
    ['params: { ema: 5 }', '8:11 params.ema: "ema" is a word of the language: choose another name'],
    ['params: { Fast: 5 }', /^8:11 params.Fast: "Fast" is no name/],
    ['let: { __proto__: 5 }', /^8:8 let.__proto__: "__proto__" is no name/],
    ['let: { high2: high * 2, __proto__: 5 }', /let.__proto__: "__proto__" is no name/],
    ['params: { fast: close }', /^8:17 params.fast: expected a value such as "12"/],
    [
      'params: { fast: 5 * }',
      /^8:20 params.fast: expected a value such as "close" or "5", got the end/,
    ],
    ['params:\n  fast: 12 [30..5]', '9:12 params.fast: a range rises: "30..5" does not'],
    ['params:\n  fast: 12 [20..50]', '9:9 params.fast: the value is not in its range'],
    [
      'params:\n  fast: 12 [5..30 step 40]',
      '9:19 params.fast: a step is above zero and fits into the range',
    ],
    [
      'params:\n  fast: 12 [5..30 %]',
      '9:12 params.fast: value and range are of one kind: all %, all times, or all numbers',
    ],
    ['params:\n  fast: 12 [5-30]', /^9:12 params.fast: expected a range such as/],
    [
      'params: { a: 5 }\nlet: { a: close }',
      '9:8 let.a: "a" is a param already: choose another name',
    ],
    [
      'let: { b: c + 1, c: close }',
      '8:11 let.b: "c" is defined further down: put its line above this one',
    ],
    ['let: { b: b + 1 }', '8:11 let.b: unknown name "b"'],
  ])('refuses %j', (text, message) => {
    expect(problems(`${yaml()}${text}\n`)[0]).toMatch(message)
  })
})

describe('refuses, with line, column and reason:', () => {
  test.each([
    [{ enter: 'close > emma(12)' }, '4:16 enter: unknown name "emma": did you mean "ema"?'],
    [
      { enter: 'close' },
      '4:8 enter: expected a condition such as "close > 100", and "close" is a value',
    ],
    [
      { enter: 'profit > 1 %' },
      '4:8 enter: "profit" is of the position: only "exit", "add" and "move_stop" may look at it',
    ],
    [
      { let: '{ gain: profit > 1 % }', enter: 'gain' },
      '4:8 enter: "gain" is of the position: only "exit", "add" and "move_stop" may look at it',
    ],
    [
      { alert: 'age > 1h' },
      '8:8 alert: "age" is of the position: only "exit", "add" and "move_stop" may look at it',
    ],
    [
      { move_stop: '[{ to: 2 % }]' },
      '8:19 move_stop.to: expected a price such as "highest since entry * 98 %", and "2 %" is a percent',
    ],
    [
      { move_stop: '[{ to: close > 1 }]' },
      '8:19 move_stop.to: expected a price such as "highest since entry * 98 %", and "close > 1" is a condition',
    ],
    [{ move_stop: '[{ when: close > 1 }]' }, /^8:/],
    [
      { enter: '[a, b]' },
      '4:8 enter: expected a rule, or several with names, each on a line of its own',
    ],
    [
      { enter: '{ a: crossover(close, open) }' },
      /^4:8 enter: "open\)" is no name: .*; inside { } a rule with a comma belongs in quotes$/,
    ],
    [{ enter: '{ A: close > 1 }' }, /^4:10 enter.A: "A" is no name/],
    [{ exit: 'close <' }, '5:14 exit: expected a value such as "close" or "5", got the end'],
    [{ size: '10 ETH' }, '6:7 size: expected %, USDT or BTC after the amount, got "ETH"'],
    [{ size: '0 %' }, '6:7 size: expected above 0 % and at most 100 %, such as "2 %", got "0 %"'],
    [
      { size: '101 %' },
      '6:7 size: expected above 0 % and at most 100 %, such as "2 %", got "101 %"',
    ],
    [{ size: '-5 %' }, '6:7 size: expected above 0 % and at most 100 %, such as "2 %", got "-5 %"'],
    [{ size: '0 USDT' }, '6:7 size: expected an amount such as "100 USDT", got "0 USDT"'],
    [{ size: '5' }, '6:7 size: expected an amount such as "10 %" or "100 USDT", got "5"'],
    [{ size: '5 usdt' }, '6:7 size: expected %, USDT or BTC after the amount, got "usdt"'],
    [{ timeframe: '[5m]' }, '3:12 timeframe: expected one timeframe, such as "5m"'],
    [{ stoploss: '2 %' }, '8:1 stoploss: unknown key "stoploss": here it is called "stop"'],
    [{ enter: '{}' }, '4:8 enter: expected 1 to 20 rules, got 0'],
    [
      { take_profit: '[{ at: -1 %, after: 1h }]' },
      '8:21 take_profit.at: expected at least 0 % and at most 1000 %, such as "2 %", got "-1 %"',
    ],
    [{ size: 'close * 5 %' }, '6:7 size: expected a percent such as "2 %", got "close * 5 %"'],
    [{ risk: '1 %' }, '8:1 risk: write "size" or "risk", not both'],
    [
      { size: null },
      '1:1 there is no "size", such as "size: 10 %", nor "risk", such as "risk: 1 %"',
    ],
    [{ stop: '100 %' }, '7:7 stop: expected above 0 % and below 100 %, such as "2 %", got "100 %"'],
    [
      { stop: '2' },
      '7:7 stop: expected a distance such as "2 %" or "2 * atr(14)", and "2" is a number',
    ],
    [
      { stop: '2 * rsi(14)' },
      '7:7 stop: expected a distance such as "2 %" or "2 * atr(14)", and "2 * rsi(14)" is a number',
    ],
    [
      { stop: 'entry * 2 %' },
      '7:7 stop: "entry" is of the position: only "exit", "add" and "move_stop" may look at it',
    ],
    [{ stop: null }, '1:1 there is no "stop", such as "stop: 2 %"'],
    [{ stop: '[2 %]' }, '7:7 stop: expected a value such as "2 * atr(14)"'],
    [
      { valid_for: '25h' },
      '8:12 valid_for: expected a time of at most 24h, such as "2h", got "25h"',
    ],
    [{ valid_for: 'soon' }, '8:12 valid_for: unknown name "soon"'],
    [{ valid_for: '0m' }, '8:12 valid_for: expected a time of at most 24h, such as "2h", got "0m"'],
    [
      { max_hold: '366d' },
      '8:11 max_hold: cannot read "366d": a number is digits with at most one point, and a time a whole number of s, m, h or d, such as "90m", at most 365d',
    ],
    [{ cooldown: '5 %' }, '8:11 cooldown: expected a time such as "2h", got "5 %"'],
    [
      { trailing_stop: '100 %' },
      '8:16 trailing_stop: expected above 0 % and below 100 %, such as "2 %", got "100 %"',
    ],
    [
      { trailing_stop: '{ percent: 2 % }' },
      '8:16 trailing_stop: expected a distance such as "2 %", or such as { distance: 2 %, from: 3 % }',
    ],
    [
      { take_profit: '[{ at: 2 %, sell: 101 % }]' },
      '8:32 take_profit.sell: expected above 0 % and at most 100 %, such as "2 %", got "101 %"',
    ],
    [
      { take_profit: '[{ at: 0 % }]' },
      '8:21 take_profit.at: expected above 0 % and at most 1000 %, such as "2 %", got "0 %"',
    ],
    [
      { take_profit: '[{ at: 2 %, sel: 5 % }]' },
      '8:26 take_profit.sel: unknown key "sel": did you mean "sell"?',
    ],
    [{ take_profit: '[]' }, '8:14 take_profit: expected at least one level'],
    [
      { take_profit: `[${'{ at: 2 % }, '.repeat(6)}]` },
      '8:14 take_profit: expected at most 5 levels',
    ],
    [
      { add: '[{ when: close < entry, size: 91 % }]' },
      '8:1 add: size and safety orders are 101 % of the allocation: at most 100 %',
    ],
    [
      { add: '[{ when: close < entry, size: 9 % }]', break_even: 'atr(14)' },
      '8:1 add: with safety orders write take-profits and break_even in percent: each order moves the price that they are of',
    ],
    [
      { take_profit: '[{ at: rsi(14) }]' },
      '8:21 take_profit.at: expected a distance such as "2 %" or "2 * atr(14)", and "rsi(14)" is a number',
    ],
    [
      { add: '[{ when: close < entry, size: 91 USDT }]' },
      '8:36 add.size: a safety order has the unit of "size"',
    ],
    [
      { size: null, risk: '1 %', add: '[{ when: close < entry, size: 9 % }]' },
      '8:1 add: with safety orders write "size" in place of "risk"',
    ],
    [
      { add: '[{ when: ema(close, 5) < entry, size: 9 % }]' },
      /^8:26 add\.5\) < entry: unknown key "5\) < entry": inside { } a rule with a comma belongs in quotes/,
    ],
    [{ name: 'Demo' }, '1:7 name: expected 1 to 32 of a-z, 0-9 and "-"'],
    [{ market: 'BTC/USDT:USDT' }, '2:9 market: expected a spot market, without ":"'],
    [
      { market: 'USDT/USDT' },
      '2:9 market: expected a symbol such as "BTC/USDT": nothing is bought with itself',
    ],
    [{ market: null }, '1:1 there is no "market", such as "market: BTC/USDT"'],
    [{ market: null, markets: '[]' }, '7:10 markets: expected at least one market'],
    [{ markets: '[BTC/USDT]' }, '8:1 markets: write "market" or "markets", not both'],
    [{ market: null, markets: '[BTC/USDT, BTC/USDT]' }, '7:10 markets: a market is named twice'],
    [
      { name: 'a-name-of-twenty-seven-signs', market: null, markets: '[BTC/USDT]' },
      /^1:7 name: "a-name-of-twenty-seven-signs-btc-usdt" would be the name for BTC\/USDT/,
    ],
    [{ timeframe: '7m' }, /^3:12 timeframe: unknown timeframe "7m": the nearest is "5m"/],
    [{ timeframe: '1H' }, '3:12 timeframe: unknown timeframe "1H": did you mean "1h"?'],
    [{ leverage: '10' }, '8:1 leverage: unknown key "leverage"'],
    [{ take_proft: '10' }, '8:1 take_proft: unknown key "take_proft": did you mean "take_profit"?'],
  ])('%j', (fields, message) => {
    expect(problems(yaml(fields)).at(0)).toMatch(message)
  })
})

test.each([
  [{ stop: null, stopp: '2 %' }, 'unknown key "stopp": did you mean "stop"?'],
  [{ timeframe: null, timefame: '1h' }, 'unknown key "timefame": did you mean "timeframe"?'],
  [{ stop: null, stoploss: '2 %' }, 'unknown key "stoploss": here it is called "stop"'],
])('a key that is mistyped is told once, and not as missing too: %j', (fields, message) => {
  expect(problems(yaml(fields))).toEqual([expect.stringContaining(message)])
})

test('tells all mistakes of a file at once, in its order, each with a caret', () => {
  const read = readStrategy(
    yaml({
      timeframe: '7m',
      enter: 'clsoe > 1 and emma(5) > 1',
      size: '10 ETH',
      stop: 'soon',
      tpyo: '1',
    }),
  )
  expect(read.ok).toBe(false)
  if (read.ok) return
  expect(read.problems.map(({ line, column }) => [line, column])).toEqual([
    [3, 12],
    [4, 8],
    [4, 22],
    [6, 7],
    [7, 7],
    [8, 1],
  ])
  for (const { excerpt, column } of read.problems) {
    const [line = '', caret = ''] = excerpt.split('\n')
    expect(line.charAt(caret.length - 1)).not.toBe('')
    expect(caret.length).toBe(column + 4)
  }
})

describe('finds the place of a mistake in a text that is', () => {
  test.each([
    ['plain', 'enter: close > xx', '1:16'],
    ['plain over lines', 'enter: close > 1 and\n  open > xx', '2:10'],
    ['in double quotes', 'enter: "close > xx"', '1:17'],
    ['in double quotes, with escapes', 'enter: "\\x63lose\\t >\\u0020 xx"', '1:28'],
    ['in double quotes over lines', 'enter: "close > \\\n   xx"', '2:4'],
    ['in single quotes', "enter: 'close > xx'", '1:17'],
    ['folded', 'enter: >\n  close > 1 and\n  open > xx', '3:10'],
    ['folded and stripped, with a remark', 'enter: >- # why\n\n    close\n    > xx', '4:7'],
    ['literal', 'enter: |\n  close > 1 and\n    open > xx', '3:12'],
    ['literal with a stated indent', 'enter: |2\n  close\n   > xx', '3:6'],
    ['in a map', 'enter: { a: close > xx }', '1:21'],
    ['after a key in quotes', '"enter" : close > xx', '1:19'],
    ['with Windows line ends', 'plan: a\r\nenter: close > xx', '2:16'],
  ])('%s', (_, text, place) => {
    const { enter: _enter, ...rest } = RULES
    const others = Object.entries(rest).map(([name, value]) => `${name}: ${value}\n`)
    const said = problems(`${text}\n${others.join('')}`)
    expect(said).toEqual([expect.stringContaining('unknown name "xx"')])
    expect(said[0]).toMatch(new RegExp(`^${place} `))
  })
})

test('tells a mistake of YAML itself with its place', () => {
  expect(problems('name: a\nenter: "close')).toEqual([
    expect.stringMatching(/^2:14 Missing closing/),
  ])
  expect(problems('name: a\nname: b\n')).toEqual(['2:1 "name" stands here twice'])
  expect(problems('- a')).toEqual(['1:1 expected settings, such as "name: value"'])
  expect(problems('a: &x 1\nb: *x')).toEqual([expect.stringMatching(/^2:4 an alias/)])
})

test('says in words of its own that another kind of value stands there', () => {
  const messages = (text: string) => {
    const read = readStrategy(text)
    return read.ok ? [] : read.problems.map(({ message }) => message)
  }
  const rest = 'timeframe: 1m\nsize: 1 %\nstop: 2 %\nenter: close > 1\n'
  const one = `market: BTC/USDT\n${rest}`
  expect(messages(`name: [a]\n${one}`)).toEqual(['name: expected one text, such as "a-1"'])
  expect(messages(`name: a\nadd: [x]\n${one}`)).toEqual(['add: expected { } with keys and values'])
  expect(messages(`name: a\nmarkets: [{ b: c }]\n${rest}`)).toEqual([
    'markets: expected one text, such as "a-1"',
  ])
})

test('answers any file with strategies or problems, and throws nothing', () => {
  const whole = yaml({
    params: '{ a: 5 }',
    let: '{ b: close > sma(a) }',
    take_profit: '[{ at: 2 % }]',
  })
  const cut = fc
    .tuple(fc.nat(whole.length), fc.nat(12), fc.string({ unit: 'binary', maxLength: 8 }))
    .map(([at, length, put]) => whole.slice(0, at) + put + whole.slice(at + length))
  fc.assert(
    fc.property(fc.oneof(cut, fc.string({ unit: 'binary' })), (text) => {
      const read = readStrategy(text)
      if (read.ok) return
      expect(read.problems.length).toBeGreaterThan(0)
      for (const { line, column, excerpt } of read.problems) {
        expect(line).toBeLessThanOrEqual(text.split(/\r\n|\r|\n/).length)
        expect(column).toBeGreaterThanOrEqual(1)
        expect(excerpt).toMatch(/^[^\n]*\n *\^$/)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('bounds the length of a file and the number of its indicators', () => {
  const text = yaml()
  expect(readStrategy(`${text}${'#'.repeat(MAX_LENGTH - text.length)}`).ok).toBe(true)
  expect(problems(`${text}${'#'.repeat(MAX_LENGTH - text.length + 1)}`)).toEqual([
    '1:1 a strategy file has at most 32768 characters',
  ])
  const averages = (count: number) =>
    Array.from({ length: count }, (_, i) => `ema(${i + 2}) > 1`).join(' and ')
  expect(problems(yaml({ enter: averages(100), exit: averages(50) }))).toEqual([])
  expect(
    problems(
      yaml({
        enter: averages(60),
        exit: `${averages(50)} and rsi(2) > 5`,
        stop: '2 * atr(14)',
      }),
    ),
  ).toEqual([])
  expect(problems(yaml({ enter: averages(99), exit: 'rsi(2) > 1', stop: '2 * atr(14)' }))).toEqual([
    '1:1 a strategy looks at 100 different indicators at most',
  ])
})

describe('answers soon:', () => {
  const LONG = MAX_LENGTH - 200
  const rule = (text: string) => yaml({ enter: `'${text}'` })
  const many = (what: (i: number) => string) =>
    Array.from({ length: 3_000 }, (_, i) => what(i)).join('')
  test.each([
    ['100 kB', 'a'.repeat(100_000)],
    ['100 kB of brackets', '['.repeat(100_000)],
    ['brackets', '['.repeat(LONG)],
    ['maps in maps', '{a: '.repeat(LONG / 4)],
    ['a map of lines', many((i) => `k${i}: 1\n`)],
    ['parentheses', rule('('.repeat(3_900))],
    ['minus signs', rule(`${'-'.repeat(3_900)}1`)],
    ['a chain of sums', rule(`close ${'+ 1'.repeat(1_200)} > 1`)],
    ['a chain of logic', rule(`close > 1${' or a>1'.repeat(500)}`)],
    ['digits', rule('1'.repeat(3_999))],
    ['points', rule('1.'.repeat(1_999))],
    ['a long name', rule('x'.repeat(3_999))],
    ['commas', rule(`max(${'close,'.repeat(600)})`)],
    ['unknown names', rule(`${'nope + '.repeat(500)}1`)],
    ['a long range', yaml({ params: `\n  a: 1 [${'.'.repeat(3_900)}` })],
    [
      'names that double',
      yaml({
        let: `\n  a0: close\n${Array.from({ length: 90 }, (_, i) => `  a${i + 1}: a${i} + a${i}\n`).join('')}`.trimEnd(),
      }),
    ],
    [
      'many names',
      yaml({
        let: `\n${Array.from({ length: 1_000 }, (_, i) => `  a${i}: close\n`).join('')}`.trimEnd(),
      }),
    ],
    [
      'problems in every line',
      yaml({
        let: `\n${Array.from({ length: 99 }, (_, i) => `  a${i}: ${'zz + '.repeat(40)}1\n`).join('')}`.trimEnd(),
      }),
    ],
  ])('%s', (_, text) => {
    const before = process.cpuUsage()
    const read = readStrategy(text)
    const { user } = process.cpuUsage(before)
    expect(user / 1e6).toBeLessThan(1)
    if (!read.ok) expect(read.problems.length).toBeLessThanOrEqual(100)
  })
})
