import { expect, test } from 'vitest'
import { limits } from '../binance/refusals.ts'
import { BURST, RateLimitBudget, Throttle } from './rate-limit.ts'

const DAY_MS = 86_400_000

test('asks for nothing until the time that a 429 names is over', () => {
  const budget = new RateLimitBudget(limits)
  expect(budget.backoff(0)).toBeNull()
  expect(budget.observe(429, { 'retry-after': '7' }, 1_000)).toBe('back_off')
  expect(budget.backoff(1_000)).toEqual({ why: 'too_many', ms: 7_000 })
  expect(budget.backoff(7_999)).toEqual({ why: 'too_many', ms: 1 })
  expect(budget.backoff(8_000)).toBeNull()
})

test('a late answer neither ends a back-off nor shortens it', () => {
  const budget = new RateLimitBudget(limits)
  budget.observe(418, { 'retry-after': '120' }, 0)
  expect(budget.observe(200, {}, 10)).toBe('go_on')
  expect(budget.observe(429, { 'retry-after': '1' }, 20)).toBe('go_on')
  expect(budget.backoff(20)).toEqual({ why: 'banned', ms: 119_980 })
})

test('waits longer and longer when no time is named, until it is answered again', () => {
  const budget = new RateLimitBudget(limits)
  const pauses = [0, 1, 2].map(() => {
    budget.observe(429, {}, 0)
    return budget.backoff(0)?.ms
  })
  expect(pauses).toEqual([1_000, 2_000, 4_000])
  budget.observe(200, {}, 4_000)
  budget.observe(429, {}, 5_000)
  expect(budget.backoff(5_000)?.ms).toBe(1_000)
  expect(budget.observe(418, { 'retry-after': 'soon' }, 6_000)).toBe('back_off')
  expect(budget.backoff(6_000)).toEqual({ why: 'banned', ms: 240_000 })
})

test.each([
  ['0', 1_000],
  ['999999999', 3 * DAY_MS],
])('takes a Retry-After of %s for %i ms', (header, ms) => {
  const budget = new RateLimitBudget(limits)
  budget.observe(429, { 'retry-after': header }, 0)
  expect(budget.backoff(0)?.ms).toBe(ms)
})

test('goes slowly from four fifths of the weight on, for a minute at most', () => {
  const budget = new RateLimitBudget(limits)
  const used = (weight: number, now: number) => {
    budget.observe(200, { 'x-mbx-used-weight-1m': String(weight) }, now)
    return budget.slowness(now)
  }
  expect(used(4_799, 0)).toBe(1)
  expect(used(4_800, 0)).toBe(4)
  expect(budget.slowness(59_999)).toBe(4)
  expect(budget.slowness(60_000)).toBe(1)
  expect(used(12, 61_000)).toBe(1)
})

test('lets a burst pass after a quiet time, and then one unit at its time', () => {
  const throttle = new Throttle(50)
  const waits = Array.from({ length: BURST + 3 }, () => throttle.reserve(1, 1_000))
  expect(waits).toEqual([...Array(BURST).fill(0), 50, 100, 150])
})

test('an order does not wait for the quotes and the balances that were asked before it', () => {
  const throttle = new Throttle(50)
  for (const weight of [0.8, 4, 0.8]) expect(throttle.reserve(weight, 1_000)).toBe(0)
  expect(throttle.reserve(0.2, 1_001)).toBe(0)
})

test('never lets more than a burst and the rate through, however it is asked', () => {
  const throttle = new Throttle(50)
  let now = 0
  let sent = 0
  for (let i = 0; i < 500; i++) {
    const weight = [0.2, 4, 0.8, 20][i % 4] ?? 1
    now += throttle.reserve(weight, now)
    sent += weight
    expect(sent).toBeLessThanOrEqual(BURST + now / 50 + 1e-6)
    now += i % 7
  }
})

test('credits no more than a burst, however long it was quiet', () => {
  const throttle = new Throttle(50)
  throttle.reserve(1, 0)
  const waits = Array.from({ length: BURST + 1 }, () => throttle.reserve(1, 1e9))
  expect(waits.at(-1)).toBe(50)
})

test('little may be asked from four fifths of the weight on, and enough again with the next minute', () => {
  const budget = new RateLimitBudget(limits)
  expect(budget.state(0)).toBe('free')
  budget.observe(200, { 'x-mbx-used-weight-1m': '4800' }, 0)
  expect(budget.state(1)).toBe('tight')
  budget.observe(200, { 'x-mbx-used-weight-1m': '12' }, 2)
  expect(budget.state(3)).toBe('free')
})
