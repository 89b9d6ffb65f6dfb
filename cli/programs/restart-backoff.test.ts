import { expect, test } from 'vitest'
import { type End, restartBackoff } from './restart-backoff.ts'

function waits(ends: readonly (readonly [End, number])[]): number[] {
  let failures = 0
  return ends.map(([end, ranMs]) => {
    const next = restartBackoff(failures, end, ranMs)
    failures = next.failures
    return next.waitMs
  })
}

test('what ends again and again is started more and more rarely, and a minute apart at most', () => {
  const ends = Array.from({ length: 8 }, () => ['unexpected', 0] as const)
  expect(waits(ends)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
})

test('what says why it cannot start is tried slowly from the beginning', () => {
  const ends = Array.from({ length: 5 }, () => ['explained', 0] as const)
  expect(waits(ends)).toEqual([10_000, 20_000, 40_000, 60_000, 60_000])
})

test('what ran for a minute has not been failing', () => {
  expect(
    waits([
      ['unexpected', 0],
      ['unexpected', 0],
      ['unexpected', 60_000],
      ['unexpected', 59_999],
    ]),
  ).toEqual([1_000, 2_000, 1_000, 2_000])
})
