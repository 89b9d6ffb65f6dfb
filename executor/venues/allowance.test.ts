import { expect, test } from 'vitest'
import { Allowance } from './allowance.ts'

const DAY_MS = 86_400_000

test('asks for nothing until the time that a 429 names is over', () => {
  const allowance = new Allowance()
  expect(allowance.pause(0)).toBeNull()
  expect(allowance.note(429, { 'retry-after': '7' }, 1_000)).toBe('pause')
  expect(allowance.pause(1_000)).toEqual({ why: 'too_many', ms: 7_000 })
  expect(allowance.pause(7_999)).toEqual({ why: 'too_many', ms: 1 })
  expect(allowance.pause(8_000)).toBeNull()
})

test('a late answer neither ends a pause nor shortens it', () => {
  const allowance = new Allowance()
  allowance.note(418, { 'retry-after': '120' }, 0)
  expect(allowance.note(200, {}, 10)).toBe('go_on')
  expect(allowance.note(429, { 'retry-after': '1' }, 20)).toBe('go_on')
  expect(allowance.pause(20)).toEqual({ why: 'banned', ms: 119_980 })
})

test('waits longer and longer when no time is named, until it is answered again', () => {
  const allowance = new Allowance()
  const pauses = [0, 1, 2].map(() => {
    allowance.note(429, {}, 0)
    return allowance.pause(0)?.ms
  })
  expect(pauses).toEqual([1_000, 2_000, 4_000])
  allowance.note(200, {}, 4_000)
  allowance.note(429, {}, 5_000)
  expect(allowance.pause(5_000)?.ms).toBe(1_000)
  expect(allowance.note(418, { 'retry-after': 'soon' }, 6_000)).toBe('pause')
  expect(allowance.pause(6_000)).toEqual({ why: 'banned', ms: 240_000 })
})

test.each([
  ['0', 1_000],
  ['999999999', 3 * DAY_MS],
])('takes a Retry-After of %s for %i ms', (header, ms) => {
  const allowance = new Allowance()
  allowance.note(429, { 'retry-after': header }, 0)
  expect(allowance.pause(0)?.ms).toBe(ms)
})

test('goes slowly from four fifths of the weight on, for a minute at most', () => {
  const allowance = new Allowance()
  const used = (weight: number, now: number) => {
    allowance.note(200, { 'x-mbx-used-weight-1m': String(weight) }, now)
    return allowance.slowness(now)
  }
  expect(used(4_799, 0)).toBe(1)
  expect(used(4_800, 0)).toBe(4)
  expect(allowance.slowness(59_999)).toBe(4)
  expect(allowance.slowness(60_000)).toBe(1)
  expect(used(12, 61_000)).toBe(1)
})
