import { expect, test } from 'vitest'
import { planTrouble } from './plan-trouble.ts'
import type { StreamRow } from './publish/outbox.ts'
import { Plans } from './publish/plans.ts'

const stream = (name: string, plan: string, market = 'BTC/USDT') => ({ name, plan, market })
const running = (...pairs: [stream: string, plan: string][]) => {
  const plans = new Plans()
  for (const [stream, plan] of pairs) plans.add(stream, plan)
  return plans
}
const row = (seq: number): StreamRow => ({
  ...stream('demo', 'all'),
  seq,
  hash: '',
  position: 'flat',
  since: 0,
  lastCandle: null,
})

test('a plan takes 64 streams, and each of them once more when its file changes', () => {
  const pairs = Array.from({ length: 64 }, (_, nth): [string, string] => [`s${nth}`, 'all'])
  const full = running(...pairs)
  expect(planTrouble(stream('one-more', 'all'), null, running(...pairs.slice(1)))).toBe(null)
  expect(planTrouble(stream('one-more', 'all'), null, full)).toMatchObject({ code: 'plan_full' })
  expect(planTrouble(stream('s7', 'all'), null, full)).toBe(null)
  expect(planTrouble(stream('one-more', 'one-more'), null, full)).toBe(null)
})

test('no plan bears the name of a stream of another plan', () => {
  const others = running(['ema', 'trend'], ['rsi', 'rsi'])
  expect(planTrouble(stream('demo', 'ema'), null, others)).toMatchObject({
    code: 'plan_name_taken',
  })
  expect(planTrouble(stream('trend', 'all'), null, others)).toMatchObject({
    code: 'plan_name_taken',
  })
  expect(planTrouble(stream('demo', 'rsi'), null, others)).toBe(null)
  expect(planTrouble(stream('trend', 'trend'), null, others)).toBe(null)
})

test('a stream keeps its market and its plan from its first signal on', () => {
  expect(planTrouble(stream('demo', 'other', 'ETH/USDT'), row(0), running())).toBe(null)
  expect(planTrouble(stream('demo', 'other'), row(1), running())).toMatchObject({
    code: 'stream_moved',
  })
  expect(planTrouble(stream('demo', 'all', 'ETH/USDT'), row(1), running())).toMatchObject({
    code: 'stream_moved',
  })
  expect(planTrouble(stream('demo', 'all'), row(1), running())).toBe(null)
})
