import { expect, test } from 'vitest'
import { strategyOf } from '../testing/rules.ts'
import { strategyShape } from './file/shape.ts'
import { saidParts } from './said-parts.ts'

const FILE = {
  name: 'full',
  market: 'ETH/USDT',
  timeframe: '5m',
  enter: '{ dip: rsi(14) < 30, up: close > open }',
  exit: 'profit > 2 %',
  size: '100 USDT',
  stop: '2 %',
  take_profit: '[{ at: 1 %, sell: 50 % }, { at: 2 %, after: 2h }]',
  trailing_stop: '{ distance: 3 * atr(14), from: 2 % }',
  move_stop: '[{ to: low, when: profit > 1 % }]',
  break_even: '1 %',
  max_hold: '36h',
  cooldown: '30m',
  add: '[{ when: close < first entry * 98 %, size: 50 USDT }]',
  valid_for: '90s',
  alert: 'rsi(14) > 80',
}

test('all that a file may say of orders is told, each under its key', () => {
  const parts = [...saidParts(strategyOf(FILE))]
  const told = new Set(parts.map(({ part }) => part.split(' ')[0]))
  const apart = ['name', 'plan', 'market', 'markets', 'timeframe', 'params', 'let', 'risk']
  const keys = Object.keys(strategyShape.shape).filter((key) => !apart.includes(key))
  expect([...told].sort()).toEqual(keys.sort())
  expect(parts).toContainEqual({ part: 'size', text: '100 USDT' })
  expect(parts).toContainEqual({ part: 'take_profit', text: '2 %: sells 100 % after 2h' })
  expect(parts).toContainEqual({ part: 'max_hold', text: '36h' })
})

test('a file of alerts alone has no size and no stop', () => {
  const { name, market, timeframe, alert } = FILE
  expect([...saidParts(strategyOf({ name, market, timeframe, alert }))]).toEqual([
    { part: 'alert', text: 'rsi(14) > 80' },
  ])
})
