import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CandleColumns } from '../market/candle-columns.ts'
import { Graph } from './compile/graph.ts'
import type { Rule, Strategy } from './file/strategy.ts'
import { Model } from './model.ts'
import type { Comparison, Condition, Numeric, TradeWord } from './rules/tree.ts'
import { candleColumns, slice } from './testing/candle-columns.ts'

const CLOSE: Numeric = { is: 'price', name: 'close' }
const number = (value: number): Numeric => ({
  is: 'number',
  value,
  unit: 'number',
  text: `${value}`,
})
const trade = (name: TradeWord): Numeric => ({ is: 'trade', name })
const compare = (left: Numeric, operator: Comparison, right: number): Condition => ({
  is: 'compare',
  operator,
  left,
  right: number(right),
})
const rule = (condition: Condition): Rule => ({ name: null, condition })

/** Enters above 105, leaves below 95; a stop of 50 %. */
function strategy(fields: Partial<Strategy> = {}): Strategy {
  return {
    name: 'demo',
    market: 'BTC/USDT',
    timeframe: '1m',
    enter: [rule(compare(CLOSE, '>', 105))],
    exit: [rule(compare(CLOSE, '<', 95))],
    size: { unit: 'percent', value: '10' },
    stop: { by: 'percent', percent: '50' },
    exits: {},
    adds: [],
    moves: [],
    cooldown: 0,
    alerts: [],
    validFor: 60,
    params: {},
    ...fields,
  }
}

function decisions(rules: Strategy, candles: CandleColumns, block = 1_024) {
  const graph = new Graph('1m', block)
  const model = new Model(rules, graph)
  const made: [number, string][] = []
  for (let from = 0; from < candles.length; from += block) {
    const to = Math.min(candles.length, from + block)
    graph.feed(candles, from, to)
    for (let i = model.scan(0, to - from); i < to - from; i = model.scan(i + 1, to - from))
      made.push([from + i, model.decided === 'exit' ? model.cause : model.decided])
  }
  return made
}

const of = (rules: Partial<Strategy>, closes: readonly number[]) =>
  decisions(strategy(rules), candleColumns(closes))

test('enters when flat, leaves when long', () => {
  expect(of({}, [100, 110, 112, 94, 93, 106, 90])).toEqual([
    [1, 'entry'],
    [3, 'rule'],
    [5, 'entry'],
    [6, 'rule'],
  ])
})

describe('it leaves as the device does', () => {
  test('when a candle reached the stop, and may enter again at the next', () => {
    const stop = { by: 'percent', percent: '2' } as const
    expect(of({ stop }, [110, 109.9, 108, 107, 110])).toEqual([
      [0, 'entry'],
      [2, 'stop'],
      [3, 'entry'],
    ])
  })

  test('when the take-profits of 100 % were reached', () => {
    const takeProfit = [
      { at: '2', sell: '50' },
      { at: '5', sell: '50' },
    ]
    expect(of({ exits: { takeProfit } }, [110, 112, 113, 115, 100])).toEqual([
      [0, 'entry'],
      [3, 'take_profit'],
    ])
  })

  test('behind the highest price', () => {
    const trailingStop = { by: 'percent', percent: '3' } as const
    expect(of({ exits: { trailingStop } }, [110, 120, 119, 117, 100])).toEqual([
      [0, 'entry'],
      [3, 'trailing_stop'],
    ])
  })

  test('at the close of the candle that fills its longest time', () => {
    expect(of({ exits: { maxHold: 180 } }, Array(6).fill(110))).toEqual([
      [0, 'entry'],
      [3, 'max_hold'],
      [4, 'entry'],
    ])
  })
})

test('a cool-down counts from the close of the exit', () => {
  expect(of({ cooldown: 120 }, [110, 90, 110, 110, 110])).toEqual([
    [0, 'entry'],
    [1, 'rule'],
    [3, 'entry'],
  ])
})

describe('a rule that knows the trade', () => {
  test.each<[string, Condition, number]>([
    ['entry', compare(trade('entry'), '>=', 110), 1],
    ['profit, in percent of the entry', compare(trade('profit'), '>=', 10), 3],
    ['age, in seconds', compare(trade('age'), '>=', 120), 2],
    ['the candles since', compare(trade('candles since entry'), '>', 3), 4],
    ['the highest price since', compare(trade('highest since entry'), '>=', 122), 3],
    ['the lowest price since', compare(trade('lowest since entry'), '<=', 107), 2],
    ['its negation', { is: 'not', of: compare(trade('profit'), '<', 10) }, 3],
    [
      'with what the market says',
      {
        is: 'logic',
        operator: 'and',
        left: compare(trade('profit'), '>', 0),
        right: compare(CLOSE, '>', 120),
      },
      3,
    ],
  ])('%s', (_, condition, at) => {
    expect(of({ exit: [rule(condition)] }, [110, 112, 108, 121, 110])[1]).toEqual([at, 'rule'])
  })

  test('that is unknown does not leave', () => {
    const zero: Numeric = {
      is: 'arithmetic',
      operator: '/',
      left: trade('profit'),
      right: number(0),
    }
    const condition: Condition = { is: 'not', of: compare(zero, '>', 1) }
    expect(of({ exit: [rule(condition)] }, [110, 111, 112])).toEqual([[0, 'entry']])
  })
})

test('any of several rules enters, also beside one that is unknown', () => {
  const unknown = compare(
    { is: 'arithmetic', operator: '/', left: CLOSE, right: number(0) },
    '>',
    0,
  )
  expect(of({ enter: [rule(unknown), rule(compare(CLOSE, '>', 105))] }, [110])).toEqual([
    [0, 'entry'],
  ])
})

test('refuses an entry whose stop would not be above zero', () => {
  const graph = new Graph('1m')
  const far = { by: 'distance', distance: number(200), text: '200' } as const
  const model = new Model(strategy({ stop: far }), graph)
  graph.feed(candleColumns([110]), 0, 1)
  expect(model.scan(0, 1)).toBe(1)
  expect(model.refused).toBe(true)
})

describe('safety orders', () => {
  const below = (percent: number): Condition => ({
    is: 'compare',
    operator: '<',
    left: CLOSE,
    right: { is: 'share', of: trade('first entry'), percent: number(percent) },
  })
  const adds = [
    { condition: below(95), size: { unit: 'percent', value: '10' } as const },
    { condition: below(90), size: { unit: 'percent', value: '20' } as const },
  ]
  const stays = [rule(compare(CLOSE, '<', 1))]

  test('are bought in their order, each once, at most one a candle', () => {
    expect(of({ adds, exit: stays }, [110, 94, 93, 92, 60])).toEqual([
      [0, 'entry'],
      [1, 'add'],
      [2, 'add'],
    ])
  })

  test('make an average of what was paid, weighed by size, and raise no stop', () => {
    const graph = new Graph('1m')
    const model = new Model(strategy({ adds, exit: stays }), graph)
    graph.feed(candleColumns([120, 100]), 0, 2)
    model.scan(0, 1)
    expect(model.scan(1, 2)).toBe(1)
    // 10 of the money at 120 and 10 at 100.
    expect(model.held.entry).toBeCloseTo(20 / (10 / 120 + 10 / 100), 12)
    expect(model.held.stop).toBe(60)
    expect(model.firstEntry).toBe(120)
  })

  test('move the take-profits to above the average', () => {
    const exits = { takeProfit: [{ at: '5', sell: '100' }] }
    expect(of({ adds, exit: stays, exits }, [120, 100, 110, 115])).toEqual([
      [0, 'entry'],
      [1, 'add'],
      [3, 'take_profit'],
    ])
  })

  test('none is bought in the candle that ends the position, nor at the stop', () => {
    const stop = { by: 'percent', percent: '10' } as const
    expect(of({ adds, exit: stays, stop }, [110, 98])).toEqual([
      [0, 'entry'],
      [1, 'stop'],
    ])
  })
})

test('a take-profit at a distance is where it was at the entry', () => {
  const half = { distance: { is: 'share', of: CLOSE, percent: number(50) }, text: '' } as const
  const exits = { takeProfit: [{ at: half, sell: '100' }] }
  const never = [rule(compare(CLOSE, '<', 1))]
  expect(
    of({ exits, exit: never, enter: [rule(compare(CLOSE, '>', 99))] }, [98, 100, 120, 140, 151]),
  ).toEqual([
    [1, 'entry'],
    [4, 'take_profit'],
  ])
})

describe('for any candles', () => {
  const closes = fc.array(fc.integer({ min: 80, max: 120 }), { minLength: 1, maxLength: 90 })
  const rules = strategy({
    exit: [rule(compare(CLOSE, '<', 95)), rule(compare(trade('profit'), '>', 8))],
    stop: { by: 'percent', percent: '4' },
    exits: {
      takeProfit: [{ at: '3', sell: '60' }],
      trailingStop: { by: 'percent', percent: '5', from: '1' },
    },
    cooldown: 60,
  })

  test('the blocks they come in change no decision', () => {
    fc.assert(
      fc.property(closes, fc.integer({ min: 1, max: 30 }), (prices, block) => {
        const candles = candleColumns(prices)
        expect(decisions(rules, candles, block)).toEqual(decisions(rules, candles))
      }),
    )
  })

  test('nothing looks ahead: without its future a decision of the past is the same', () => {
    fc.assert(
      fc.property(closes, fc.nat(89), (prices, cut) => {
        const candles = candleColumns(prices)
        const until = Math.min(cut, prices.length)
        const before = decisions(rules, candles).filter(([at]) => at < until)
        expect(decisions(rules, slice(candles, 0, until))).toEqual(before)
      }),
    )
  })
})
