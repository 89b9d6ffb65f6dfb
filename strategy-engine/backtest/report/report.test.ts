// What a person gets of a backtest: in the terminal, as a page that loads nothing, as rows.
import { expect, test } from 'vitest'
import { readStrategy } from '../../strategies/file/read-strategy.ts'
import { randomCandles } from '../../testing/random-candles.ts'
import { type RunOptions, runBacktest } from '../run.ts'
import { htmlReport } from './html-report.ts'
import { pointsOf, scaleOf, ticks } from './plot.ts'
import { sparkline, textReport } from './text-report.ts'
import { jsonReport, tradeRows } from './trade-rows.ts'
import { percent, price } from './words.ts'

const OPTIONS: RunOptions = {
  balance: 10_000,
  fill: 'open',
  fee: 0.1,
  spread: 0.01,
  slippage: 0,
  steps: null,
}

function tested(
  market = 'BTC/USDT',
  { length = 3_000, enter = 'crossover(ema(12), ema(26))', range = 0.01, price = 40_000 } = {},
) {
  const read = readStrategy(
    [
      'name: a-strategy-with-a-long-name',
      `market: ${market}`,
      'timeframe: 4h',
      `enter: ${enter}`,
      'exit: crossunder(ema(12), ema(26))',
      'size: 50 %',
      'stop: 3 %',
      'take_profit: [{ at: 4 %, sell: 50 % }]',
      'trailing_stop: 3 %',
    ].join('\n'),
  )
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('\n'))
  const [strategy] = read.strategies
  if (strategy === undefined) throw new Error('no strategy')
  const candles = randomCandles({ length, seed: 6, seconds: 14_400, range, price })
  return runBacktest(strategy, { candles, options: OPTIONS })
}

test('the terminal report fits 80 columns, whatever the figures', () => {
  const odd = [
    tested(),
    tested('BTC/USDT', { range: 0.5, price: 90_000_000 }),
    tested('BTC/USDT', { enter: 'close < 0' }),
    tested('BTC/USDT', { length: 10 }),
    tested('BTC/USDT', { price: 0.5 }),
  ]
  for (const one of odd) {
    const lines = textReport(one)
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/)
  }
})

test('the rules, the trades that an assumption decided, the fees and the gaps are printed', () => {
  const one = tested('BTC/USDT', { range: 0.1 })
  expect(one.metrics.assumed).toBeGreaterThan(0)
  const text = textReport(one).join('\n').replaceAll('\n  ', ' ')
  expect(text).toContain('filled at the opening of the next')
  expect(text).toContain('No venue was named: any amount is traded')
  expect(text).toContain('3,000 candles, none missing')
  expect(text).toContain('with another order of prices within a candle')
  expect(text).toMatch(/Fees +[\d,.]+/)
  const none = textReport(tested('BTC/USDT', { length: 10 })).join('\n')
  expect(none).toContain('its indicators need')
})

test('the page loads nothing, and its policy lets nothing be loaded', () => {
  const html = htmlReport(tested())
  expect(html).toContain("default-src 'none'")
  expect(html).not.toMatch(/https?:|src=|href=|@import|url\(/)
  expect(html).not.toMatch(/NaN|undefined|Infinity/)
  for (const part of ['Equity', 'Drawdown', 'Price and trades', 'Months', 'Results of the trades'])
    expect(html).toContain(`<h2>${part}</h2>`)
  expect(html.length, 'a megabyte is no page').toBeLessThan(300_000)
})

test('words of a file are no markup in the page', () => {
  const html = htmlReport({ ...tested(), market: '<img src=x>', name: '</script><b>&"' })
  expect(html).not.toContain('<img')
  expect(html).not.toContain('</script><b>')
})

test('also without a trade and of very few candles there is a page', () => {
  for (const one of [tested('BTC/USDT', { enter: 'close < 0' }), tested('BTC/USDT', { length: 1 })])
    expect(htmlReport(one)).not.toMatch(/NaN|undefined|Infinity/)
})

test('each trade is a row of decimals without exponents', () => {
  const one = tested('BTC/USDT', { price: 0.02, range: 0.3 })
  const [head, ...rows] = tradeRows(one)
  expect(rows.length).toBe(one.metrics.trades)
  for (const row of rows) {
    expect(row.length).toBe(head?.length)
    expect(row.join(',')).not.toMatch(/\de[-+]\d|NaN/)
  }
  const json = JSON.parse(JSON.stringify(jsonReport(one)))
  expect(json.trades).toHaveLength(rows.length)
  expect(json.metrics.end).toBe(one.metrics.end)
})

test('no peak is lost when many values become few points', () => {
  const values = new Float64Array(100_000).fill(1)
  values[77_777] = 9
  values[33_333] = -5
  const scale = scaleOf(values)
  const heights = pointsOf(values, scale).map(({ y }) => y)
  expect(pointsOf(values, scale).length).toBeLessThan(1_000)
  expect(Math.max(...heights) - Math.min(...heights)).toBeGreaterThan(270)
})

test('ticks are round and within', () => {
  expect(ticks({ low: 0.3, high: 10.2 })).toEqual([5, 10])
  expect(ticks({ low: -12, high: 0 }, 3)).toEqual([-10, -5, 0])
  expect(ticks({ low: 41_000, high: 47_000 })).toEqual([42_000, 44_000, 46_000])
})

test('a line of blocks follows the values', () => {
  expect(sparkline(Float64Array.from([1, 2, 3, 8]), 80)).toBe('▁▂▃█')
  expect(sparkline(new Float64Array(200).fill(5), 10)).toBe('▄▄▄▄▄▄▄▄▄▄')
})

test('what is nothing has no sign, and a price of a millionth has its digits', () => {
  expect([-0, -0.001, 0.004, -0.006].map((value) => percent(value))).toEqual([
    '0.00 %',
    '0.00 %',
    '0.00 %',
    '-0.01 %',
  ])
  expect([percent(3), percent(2e5), percent(null)]).toEqual(['+3.00 %', '+2.0e+5 %', 'n/a'])
  expect([price(0.000_000_012_345), price(0.5), price(1234.567)]).toEqual([
    '0.000000012345',
    '0.5',
    '1,234.57',
  ])
})
