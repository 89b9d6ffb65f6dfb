// A backtest from rules to trades: held to a reference that is written plainly, candle by candle, and knows none of this code.
import { expect, test } from 'vitest'
import type { CandleColumns } from '../market/candle-columns.ts'
import { readStrategy } from '../strategies/file/read-strategy.ts'
import { randomCandles } from '../testing/random-candles.ts'
import { type RunOptions, run, runBacktest } from './run.ts'

const OPTIONS: RunOptions = {
  balance: 10_000_000,
  fill: 'open',
  fee: 0.1,
  spread: 0,
  slippage: 0,
  steps: null,
}

function strategyOf(lines: readonly string[]) {
  const text = ['name: test', 'market: BTC/USDT', 'timeframe: 1m', ...lines].join('\n')
  const read = readStrategy(text)
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('\n'))
  const [strategy] = read.strategies
  if (strategy === undefined) throw new Error('no strategy')
  return strategy
}

const cross = (ema: string, more: readonly string[] = []) =>
  strategyOf([
    `enter: crossover(${ema}(12), ${ema}(26))`,
    `exit: crossunder(${ema}(12), ${ema}(26))`,
    'size: 1 BTC',
    'stop: 99 %',
    ...more,
  ])

/** The whole average, by its definition: `first` begins with the first price, `mean` with the mean of the first n. */
function average(closes: readonly number[], n: number, seed: 'first' | 'mean'): readonly number[] {
  const values: number[] = []
  let now = closes[0] ?? 0
  for (const [at, close] of closes.entries()) {
    if (seed === 'mean' && at < n)
      now = closes.slice(0, at + 1).reduce((sum, one) => sum + one, 0) / (at + 1)
    else if (at > 0) now = (close * 2 + now * (n - 1)) / (n + 1)
    values.push(now)
  }
  return values
}

/** One bitcoin bought at the crossing up, sold at the crossing down, 0.1 % a side, as a person would by hand. */
function byHand(candles: CandleColumns, fill: 'open' | 'close', seed: 'first' | 'mean') {
  const closes = [...candles.close]
  const fast = average(closes, 12, seed)
  const slow = average(closes, 26, seed)
  let money = 10_000_000
  let holds = false
  let trades = 0
  for (let i = 26; i < closes.length; i++) {
    const [f0, s0, f1, s1] = [fast[i - 1] ?? 0, slow[i - 1] ?? 0, fast[i] ?? 0, slow[i] ?? 0]
    const price = fill === 'close' ? closes[i] : candles.open[i + 1]
    if (price === undefined) continue
    if (!holds && f0 <= s0 && f1 > s1) {
      money -= price + price / 1_000
      holds = true
      trades += 1
    } else if (holds && f0 >= s0 && f1 < s1) {
      money += price - price / 1_000
      holds = false
    }
  }
  return { trades, equity: money + (holds ? (closes.at(-1) ?? 0) : 0) }
}

test.for([
  ['open', 'first'],
  ['close', 'first'],
  ['open', 'mean'],
  ['close', 'mean'],
] as const)(
  'an EMA cross filled at the %s, averages from the %s: trades and equity by hand, to the cent',
  ([fill, seed]) => {
    for (let number = 1; number <= 3; number++) {
      const candles = randomCandles({ length: 5_000 + number, seed: number })
      const { ledger } = runBacktest(cross(seed === 'first' ? 'ema_first' : 'ema'), {
        candles,
        options: { ...OPTIONS, fill },
      })
      const hand = byHand(candles, fill, seed)
      expect(ledger.trades.length).toBe(hand.trades)
      expect(ledger.trades.length).toBeGreaterThan(70)
      expect(ledger.equity).toBeCloseTo(hand.equity, 3)
    }
  },
)

test('strategies that share their series end as each does alone', () => {
  const candles = randomCandles({ length: 3_000, seed: 5 })
  const strategies = [
    cross('ema', ['take_profit: [{ at: 0.3 % }]', 'trailing_stop: 0.2 %']),
    cross('ema_first', ['max_hold: 20m']),
    cross('ema', ['break_even: 0.1 %', 'cooldown: 30m']),
  ]
  const together = run(strategies, { candles, options: OPTIONS })
  expect(together.map(({ ledger }) => ledger.trades.length).every((trades) => trades > 5)).toBe(
    true,
  )
  for (const [at, strategy] of strategies.entries())
    expect(together[at]).toEqual(run([strategy], { candles, options: OPTIONS })[0])
})

/** Without the candles from <= i < to. */
function without(candles: CandleColumns, from: number, to: number): CandleColumns {
  const cut = (column: Float64Array) =>
    Float64Array.from([...column.slice(0, from), ...column.slice(to)])
  const { start, open, high, low, close, volume } = candles
  return {
    length: candles.length - (to - from),
    start: cut(start),
    open: cut(open),
    high: cut(high),
    low: cut(low),
    close: cut(close),
    volume: cut(volume),
  }
}

test('right after a gap nothing is entered, and what is held may end', () => {
  const always = strategyOf(['enter: close > 0', 'exit: close > 0', 'size: 1 BTC', 'stop: 50 %'])
  const candles = without(randomCandles({ length: 100, seed: 1 }), 50, 60)
  const { ledger, gaps } = runBacktest(always, { candles, options: { ...OPTIONS, fill: 'close' } })
  expect(gaps).toBe(1)
  // In at every even candle, out at the next; candle 50 is the first after the gap and is left out.
  expect(ledger.trades.map(({ entryCandle }) => entryCandle).slice(24, 27)).toEqual([48, 51, 53])
  const longer = without(randomCandles({ length: 100, seed: 1 }), 51, 60)
  const ended = runBacktest(always, { candles: longer, options: { ...OPTIONS, fill: 'close' } })
  expect(ended.ledger.trades[25]).toMatchObject({ entryCandle: 50, exitCandle: 51 })
})

test('an entry whose next opening lies behind a gap is late', () => {
  const always = strategyOf([
    'enter: close > 0',
    'exit: close > 0',
    'size: 1 BTC',
    'stop: 50 %',
    'valid_for: 1m',
  ])
  const candles = without(randomCandles({ length: 100, seed: 1 }), 51, 60)
  const { ledger } = runBacktest(always, { candles, options: OPTIONS })
  expect(ledger.missed.late).toBe(1)
})

test('size by risk: what is lost at the stop is so much of the allocation', () => {
  const risky = strategyOf(['enter: close > 0', 'exit: close < 0', 'risk: 1 %', 'stop: 2 %'])
  const falling = randomCandles({ length: 1_000, seed: 4, range: 0.02 })
  const { ledger } = runBacktest(risky, {
    candles: falling,
    options: { ...OPTIONS, fill: 'close', fee: 0 },
  })
  const stopped = ledger.trades.filter(({ end, stopPassed }) => end === 'stop' && !stopPassed)
  expect(stopped.length).toBeGreaterThan(2)
  for (const { proceeds, cost } of stopped) expect(proceeds - cost).toBeCloseTo(-100_000, 4)
})

test('safety orders lower the average, and what they bought leaves with the position', () => {
  const steps = strategyOf([
    'enter: close > 0',
    'size: 10 %',
    'add: [{ when: close < first entry * 99.5 %, size: 20 % }]',
    'stop: 5 %',
    'take_profit: [{ at: 0.5 % }]',
  ])
  const candles = randomCandles({ length: 3_000, seed: 8 })
  const { ledger } = runBacktest(steps, { candles, options: { ...OPTIONS, fee: 0 } })
  const added = ledger.trades.filter(({ cost }) => cost > 2_500_000)
  expect(added.length).toBeGreaterThan(2)
  const { fills } = ledger
  const rows = Array.from({ length: fills.length }, (_, row) => fills.row(row))
  const bought = rows.filter(({ amount }) => amount > 0).length
  expect(bought).toBeGreaterThanOrEqual(ledger.trades.length + added.length)
  for (const { end, proceeds, cost } of added)
    if (end === 'take_profit') expect(proceeds).toBeGreaterThan(cost)
})

test('a stop that a rule has moved up sells from the next candle on, at its price', () => {
  const moved = strategyOf([
    'enter: close > 0',
    'size: 10 %',
    'stop: 5 %',
    'move_stop: [{ to: high * 99.5 %, when: high > entry * 100.5 % }]',
  ])
  const candles = randomCandles({ length: 2_000, seed: 8, range: 0.02 })
  const { ledger } = runBacktest(moved, { candles, options: { ...OPTIONS, fee: 0, fill: 'close' } })
  // By hand: bought at a close, and from the next candle on at the stop that the candles before it have set.
  const byHand: number[] = []
  let [entry, stop] = [0, 0]
  for (let i = 0; i < candles.length; i++) {
    const [open = 0, high = 0, low = 0, close = 0] = [
      candles.open[i],
      candles.high[i],
      candles.low[i],
      candles.close[i],
    ]
    if (entry > 0 && low <= stop) {
      byHand.push(Math.min(open, stop))
      entry = 0
      continue
    }
    if (entry === 0) {
      entry = close
      stop = close * 0.95
      continue
    }
    const to = high * 0.995
    if (high <= entry * 1.005) continue
    if (to >= close) {
      byHand.push(close)
      entry = 0
    } else if (to - stop >= close * 0.001) stop = to
  }
  const sold = Array.from({ length: ledger.fills.length }, (_, row) =>
    ledger.fills.row(row),
  ).filter(({ amount }) => amount < 0)
  expect(byHand.length).toBeGreaterThan(100)
  expect(sold.map(({ price }) => price.toFixed(6))).toEqual(byHand.map((price) => price.toFixed(6)))
})

test('buy and hold costs what a purchase of the account costs', () => {
  const candles = randomCandles({ length: 50, seed: 3 })
  const all = strategyOf(['enter: close > 0', 'size: 100 %', 'stop: 99 %'])
  const options = { ...OPTIONS, fill: 'close', fee: 2, spread: 4, slippage: 1 } as const
  const { ledger, metrics } = runBacktest(all, { candles, options })
  const price = (ledger.fills.row(0).price * (candles.open[0] ?? 0)) / (candles.close[0] ?? 0)
  const amount = ledger.balance / (price * 1.02)
  expect(metrics.hold.end).toBeCloseTo(amount * (candles.close[49] ?? 0), 3)
})

test('it is told how far it is, and every run ends with the same result', () => {
  const candles = randomCandles({ length: 5_000, seed: 2 })
  const parts: number[] = []
  const once = runBacktest(cross('ema'), {
    candles,
    options: OPTIONS,
    onProgress: (part) => parts.push(part),
  })
  expect(parts).toHaveLength(5)
  expect(parts.at(-1)).toBe(1)
  expect(runBacktest(cross('ema'), { candles, options: OPTIONS })).toEqual(once)
})
