// Paper beside the fast backtest on one market: whatever differs has a name, and the names add up.
import { expect, test } from 'vitest'
import { paperWeek } from './paper-week.ts'

test('two days of paper and the backtest of the same candles differ by what is named, to the cent', () => {
  const week = paperWeek({ seed: 3, days: 2, delayMs: 600 })
  expect(week.trades.length).toBeGreaterThan(8)
  const { parts: named } = week
  // Each is computed by itself, and none of them is what is left over.
  const told = Object.values(named).reduce((sum, part) => sum + part, 0)
  expect(told).toBeCloseTo(week.paper - week.backtest, 6)
  // At most a step of the coin for each trade.
  for (const { parts } of week.trades) {
    expect(parts.dust).toBeLessThanOrEqual(0)
    expect(parts.dust).toBeGreaterThan(-0.000011 * 100_000)
  }
  expect(named.spread).toBeLessThan(0)
  expect(named.depth).toBeLessThanOrEqual(0)
  // Stops sell at the bid and not at their trigger: paper never has more of them.
  expect(week.trades.some(({ end }) => end === 'stop')).toBe(true)
  expect(week.paper).toBeLessThan(week.backtest)
})
