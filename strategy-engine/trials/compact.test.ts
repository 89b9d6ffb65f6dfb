// What travels of a backtest and its rule: bounded, so that every answer has room in a message.
import { KINDS, sign } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { newJti, systemRandomBytes } from '@keyside/runtime'
import { expect, test } from 'vitest'
import { runBacktest } from '../backtest/run.ts'
import { readStrategy } from '../strategies/file/read-strategy.ts'
import { randomCandles } from '../testing/random-candles.ts'
import { strategyOf } from '../testing/rules.ts'
import { RULE } from '../testing/trials.ts'
import { compact, figure } from './compact.ts'
import { shownRules } from './shown-rules.ts'

const OPTIONS = {
  fill: 'open',
  balance: 10_000,
  fee: 0.1,
  spread: 0,
  slippage: 0,
  steps: null,
} as const

test('the largest answer there can be has room in a response', () => {
  const names = Array.from({ length: 30 }, (_, at) => `a_long_name_of_a_param_${at}`)
  const rules = Array.from(
    { length: 20 },
    (_, at) => `  rule_with_a_long_name_${at}: close > ${'highest(high, 20)[1] + '.repeat(15)}0`,
  )
  const text = `name: ${'x'.repeat(26)}
market: AAAAAAAAAAAAAAAA/USDT
timeframe: 1h
params:
${names.map((name) => `  ${name}: 123456.123456 [100000.123456..900000.123456 step 1.123456]`).join('\n')}
enter:
${rules.join('\n')}
size: 10 %
stop: 2 %
`
  const read = readStrategy(text)
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  const [strategy] = read.strategies
  const candles = randomCandles({ length: 9_000, seed: 3, seconds: 3_600 })
  const tested = runBacktest(strategyOf(RULE), { candles, options: OPTIONS })
  const wild = {
    ...tested,
    equity: tested.equity.map((_, at) => (at % 2 === 0 ? 1e15 : 1e-9)),
    candles: { ...candles, close: candles.close.map(() => 1e15) },
  }
  const backtest = compact(
    wild,
    Array.from({ length: 9 }, () => '\u3042'.repeat(400)),
  )
  const answer = {
    do: 'tried' as const,
    name: strategy.name,
    streams: Array.from({ length: 4 }, () => 'y'.repeat(32)),
    markets: Array.from({ length: 4 }, () => 'AAAAAAAAAAAAAAAA/USDT'),
    timeframe: '1h',
    before: 'device' as const,
    ...shownRules(strategy),
    backtest,
  }
  const times = { iat: 1, exp: 61, jti: newJti(systemRandomBytes) }
  const claims = { iss: 'home', aud: 'x'.repeat(32), ...times, to: times.jti, answer }
  const token = sign('response', claims, signingKey(new Uint8Array(32).fill(1)))
  expect(token.length).toBeGreaterThan(6_000)
  expect(token.length).toBeLessThan(KINDS.response.maxChars)
})

test.each([
  [0, '0'],
  [-0.001, '0'],
  [1.005, '1'],
  [-12.5, '-12.5'],
  [100, '100'],
  [1e20, '100000'],
])('%d is the figure %s', (value, text) => {
  expect(figure(value)).toBe(text)
})
