// The same strategy as rules and as code: the same decisions, and the same bytes of each.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../backtest/run.ts'
import { randomCandles } from '../../testing/random-candles.ts'
import { Graph } from '../compile/graph.ts'
import { type Read, readStrategy } from '../file/read-strategy.ts'
import { problemText } from '../file/report.ts'
import type { Strategy } from '../file/strategy.ts'
import { Runner } from '../runner.ts'
import { typeScriptReader } from './read-typescript.ts'
import { coded } from './testing/code.ts'

const RULES = `
name: cross
market: BTC/USDT
timeframe: 5m
params:
  fast: 5 [3..9]
enter: crossover(ema(fast), ema(13)) and rsi(14) < 70
exit: { back: "crossunder(ema(fast), ema(13))", gain: profit > 1 % and age > 20m }
size: 10 %
stop: 2 * atr(14)
trailing_stop: { distance: 3 %, from: 1 % }
take_profit: [{ at: 3 %, sell: 50 % }]
add: [{ when: close < first entry * 99 %, size: 5 % }]
alert: rsi(14) > 75
`

const CODE = `
import type { Strategy } from './keyside.d.ts'

export default {
  name: 'cross',
  market: 'BTC/USDT',
  timeframe: '5m',
  params: { fast: '5 [3..9]' },
  size: '10 %',
  stop: '2 * atr(14)',
  trailing_stop: { distance: '3 %', from: '1 %' },
  take_profit: [{ at: '3 %', sell: '50 %' }],
  add: [{ when: 'close < first entry * 99 %', size: '5 %' }],
  alert: 'rsi(14) > 75',
  build({ indicator, series, param }) {
    const fast = indicator('ema', [param('fast')])
    const slow = series('ema(13)')
    const rsi = series('rsi(14)')
    const over = () => fast.ago(1) <= slow.ago(1) && fast.value > slow.value
    const under = () => fast.ago(1) >= slow.ago(1) && fast.value < slow.value
    return {
      enter: () => over() && rsi.value < 70 && \`\${fast.said} crossed over \${slow.said}, \${rsi.said}\`,
      exit: ({ profit, age }) => {
        if (under()) return \`back: \${fast.said} crossed under \${slow.said}\`
        return profit > 1 && age > 1_200 && \`gain: profit \${profit.toFixed(2)} %, age \${text(age)}\`
      },
    }
  },
} satisfies Strategy

function text(seconds: number): string {
  const parts = [[Math.floor(seconds / 86400), 'd'], [Math.floor(seconds / 3600) % 24, 'h'], [Math.floor(seconds / 60) % 60, 'm']] as const
  return parts.filter(([count]) => count > 0).slice(0, 2).map((part) => part.join('')).join(' ')
}
`

const CANDLES = randomCandles({ length: 6_000, seed: 3 })

function steps(strategy: Strategy) {
  const graph = new Graph(strategy.timeframe, 1)
  const runner = new Runner(strategy, graph)
  return Array.from({ length: CANDLES.length }, (_, i) => {
    graph.feed(CANDLES, i, i + 1)
    const candle = {
      start: CANDLES.start[i] ?? 0,
      open: `${CANDLES.open[i]}`,
      high: `${CANDLES.high[i]}`,
      low: `${CANDLES.low[i]}`,
      close: `${CANDLES.close[i]}`,
      volume: `${CANDLES.volume[i]}`,
    }
    return runner.step(0, candle, 'all')
  })
}

function stepsOf(read: Read) {
  if (!read.ok) throw new Error(read.problems.map(problemText).join('\n'))
  return steps(read.strategies[0])
}

const example = (file: string) =>
  readFileSync(join(import.meta.dirname, '../../../examples/strategies', file), 'utf8')

test.each([
  ['a strategy with all kinds of exits', RULES, CODE],
  ['the example', example('ema-cross.yaml'), example('ema-cross.ts')],
])('%s decides the same as rules and as code, byte for byte', (_, rules, code) => {
  const [a, b] = [stepsOf(readStrategy(rules)), stepsOf(typeScriptReader('coded.ts', code)({}))]
  const said = (all: typeof a) => all.map((step) => JSON.stringify(step))
  expect(said(b)).toEqual(said(a))
  const kinds = a.map(({ decision }) => decision?.kind)
  expect(kinds.filter((kind) => kind === 'entry').length).toBeGreaterThan(50)
  expect(kinds.filter((kind) => kind === 'exit').length).toBeGreaterThan(50)
})

test('a stop and a part of the size of its own are in what is signed, and bought by a backtest', () => {
  const own = {
    enter: '({ reason: "so", stop: close.value / 50, part: 0.25 })',
    exit: 'held.candles > 9',
  }
  const plain = coded({ enter: '"so"', exit: 'held.candles > 9' })
  const [a, b] = [steps(plain), steps(coded(own))]
  const first = (all: typeof a) => all.flatMap(({ decision }) => decision ?? [])[0]
  expect(first(a)).toMatchObject({ size: { unit: 'percent', value: '10' }, reason: 'so' })
  expect(first(b)).toEqual({
    ...first(a),
    size: { unit: 'percent', value: '2.5' },
    stop: expect.stringMatching(/^39163.8282/),
  })
  const risky = steps({ ...coded(own), size: { unit: 'risk', value: '1' } })
  expect(first(risky)).toMatchObject({ size: { unit: 'percent', value: '12.5' } })
  const options = {
    balance: 10_000,
    fill: 'close' as const,
    fee: 0,
    spread: 0,
    slippage: 0,
    steps: null,
  }
  const gain = (strategy: Strategy) =>
    (run([strategy], { candles: CANDLES, options })[0]?.ledger.equity ?? 0) - options.balance
  expect(gain(coded(own))).toBeCloseTo(gain(plain) / 4)
  expect(gain(plain)).not.toBeCloseTo(0)
})
