// What the model holds is what the signals say: to the last digit, and nothing that nobody was told of.
import Big from 'big.js'
import { expect, test } from 'vitest'
import { runBacktest } from '../backtest/run.ts'
import type { Candle } from '../market/candle.ts'
import { columnsOf } from '../market/candle-columns.ts'
import { candles, strategy } from '../testing/rules.ts'
import { Graph } from './compile/graph.ts'
import { type Decision, entryAt, rulesOfSignal } from './decision.ts'
import { Model } from './model.ts'
import { Runner } from './runner.ts'

const ADDING = strategy({
  enter: 'close > 90',
  exit: 'close < 50',
  stop: '40 %',
  take_profit: '[{ at: 20 % }, { at: 1 %, after: 10m }]',
  add: '[{ when: close < first entry * 99 %, size: 10 % }]',
  max_hold: '1h',
})
const OPTIONS = {
  balance: 1_000,
  fill: 'open',
  fee: 0,
  spread: 0,
  slippage: 0,
  steps: null,
} as const

/** Of a candle that closes at `close`, and whose range is `range`. */
function enteredAt(close: Big, range: Big, rules: Readonly<Record<string, string>>) {
  const entering = strategy({ enter: 'close > 0', ...rules })
  const graph = new Graph('1m', 1)
  const model = new Model(entering, graph)
  const written = close.toFixed()
  const [high, low] = [close.plus(range).toFixed(), close.minus(range).toFixed()]
  graph.feed(columnsOf([{ start: 0, open: written, high, low, close: written, volume: '1' }]), 0, 1)
  expect(model.scan(0, 1)).toBe(0)
  const decision = entryAt(entering, written, model.rules, '')
  if (decision?.kind !== 'entry') return expect.unreachable()
  const said = rulesOfSignal({ stopPrice: decision.stop, ...decision.exits })
  return { held: model.rules, said }
}

test('stop, levels, trailing stop and break-even are held as they are signed, at prices of any size', () => {
  const DISTANCES = {
    stop: '1.5 * (high - low)',
    take_profit: '[{ at: high - low, sell: 40 % }, { at: 7 %, sell: 60 % }]',
    trailing_stop: '{ distance: 2 * (high - low), from: 1 % }',
    break_even: 'high - low',
  }
  const PERCENTS = {
    stop: '5 %',
    take_profit: '[{ at: 1.1 %, sell: 40 % }, { at: 7 %, sell: 60 % }]',
    trailing_stop: '0.12345 %',
    break_even: '0.7 %',
  }
  for (const rules of [DISTANCES, PERCENTS])
    for (let places = 0; places <= 12; places++)
      for (let at = 0; at < 20; at++) {
        const unit = new Big(10).pow(-places)
        const close = unit.times(1_000 + at * 170_003)
        const { held, said } = enteredAt(close, unit.times(7 + at * 11), rules)
        expect(held, close.toFixed()).toMatchObject({
          stop: said.stop,
          takeProfits: said.takeProfits,
          trailingStop: said.trailingStop,
          breakEven: said.breakEven,
        })
      }
})

test('where the wire leaves no room for a stop, nothing is entered, and one that is moved to the price is reached', () => {
  const close = 0.000_000_01
  const tiny = (fields: Readonly<Record<string, string>>) => {
    const rules = strategy({ enter: 'close > 0', exit: 'close > 1', ...fields })
    const graph = new Graph('1m', 1)
    const model = new Model(rules, graph)
    return [0, 60].map((start) => {
      const price = close.toFixed(12)
      graph.feed(
        columnsOf([{ start, open: price, high: price, low: price, close: price, volume: '1' }]),
        0,
        1,
      )
      return model.scan(0, 1) === 0 ? model.decided : model.refused
    })
  }
  expect(tiny({ stop: '0.001 %' })).toEqual([true, true])
  expect(tiny({ stop: '50 %', move_stop: '[{ to: close * 99.999 % }]' })).toEqual(['entry', 'exit'])
})

test('a level and a stop that lie at the very price of a candle are reached', () => {
  const at = (close: string, high: string, low: string, start: number): Candle => {
    return { start, open: close, high, low, close, volume: '1' }
  }
  const level = strategy({ enter: 'close > 0', take_profit: '[{ at: 10 % }]' })
  const up = columnsOf([at('100', '100', '100', 0), at('100', '110', '100', 60)])
  const [won] = runBacktest(level, { candles: up, options: OPTIONS }).ledger.trades
  expect(won).toMatchObject({ end: 'take_profit', exitPrice: 110 })
  const stopped = strategy({ enter: 'close > 0', stop: '3 %' })
  const down = columnsOf([at('0.7', '0.7', '0.7', 0), at('0.7', '0.7', '0.679', 60)])
  const [lost] = runBacktest(stopped, { candles: down, options: OPTIONS }).ledger.trades
  expect(lost).toMatchObject({ end: 'stop', exitPrice: 0.679 })
})

test('right behind a hole no safety order is bought: nobody would be told, and the average is not lowered', () => {
  const all = candles([100, 95, 96, 96, 117, 117])
  const graph = new Graph('1m', 1)
  const runner = new Runner(ADDING, graph)
  const made = all.flatMap((candle, at): [number, Decision['kind']][] => {
    graph.feed(columnsOf([candle]), 0, 1)
    const { decision } = runner.step(0, candle, at === 1 ? 'exits' : at === 2 ? 'missed' : 'all')
    return decision ? [[at, decision.kind]] : []
  })
  expect(made, 'it is bought when it can be said, and its level is reached').toEqual([
    [0, 'entry'],
    [3, 'entry'],
    [4, 'exit'],
    [5, 'entry'],
  ])
})

test('in a backtest too a safety order waits for a candle that is not right behind a gap', () => {
  const columns = columnsOf(candles([100, null, 95, 96, 96, 96]))
  const { ledger } = runBacktest(ADDING, { candles: columns, options: OPTIONS })
  expect(ledger.fills.length).toBe(2)
  expect(ledger.fills.at(1), 'decided at the close of the third, bought at the next opening').toBe(
    3,
  )
})

test("what counts from the first entry has so much less time in a safety order's signal, and in the account", () => {
  const closes = [100, 100, 100, 100, 95, ...Array.from({ length: 12 }, () => 96)]
  const all = candles(closes)
  const graph = new Graph('1m', 1)
  const runner = new Runner(ADDING, graph)
  const [, added] = all.flatMap((candle) => {
    graph.feed(columnsOf([candle]), 0, 1)
    return runner.step(0, candle, 'all').decision ?? []
  })
  if (added?.kind !== 'entry') return expect.unreachable()
  expect(added.exits.takeProfits?.map(({ after }) => after)).toEqual([undefined, 360])
  expect(added.exits.maxHold).toBe(3_360)
  const later = columnsOf(candles([...closes.slice(0, 12), 98.5, 98.5]))
  const [trade] = runBacktest(ADDING, { candles: later, options: OPTIONS }).ledger.trades
  expect(trade).toMatchObject({ end: 'take_profit', exitTime: 12 * 60 })
})
