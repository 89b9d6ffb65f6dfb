import { expect, test } from 'vitest'
import { BURST, Pacer } from './pacer.ts'

test('lets a burst pass after a quiet time, and then one unit at its time', () => {
  const pacer = new Pacer(50)
  const waits = Array.from({ length: BURST + 3 }, () => pacer.reserve(1, 1_000))
  expect(waits).toEqual([...Array(BURST).fill(0), 50, 100, 150])
})

test('an order does not wait for the quotes and the balances that were asked before it', () => {
  const pacer = new Pacer(50)
  for (const weight of [0.8, 4, 0.8]) expect(pacer.reserve(weight, 1_000)).toBe(0)
  expect(pacer.reserve(0.2, 1_001)).toBe(0)
})

test('never lets more than a burst and the rate through, however it is asked', () => {
  const pacer = new Pacer(50)
  let now = 0
  let sent = 0
  for (let i = 0; i < 500; i++) {
    const weight = [0.2, 4, 0.8, 20][i % 4] ?? 1
    now += pacer.reserve(weight, now)
    sent += weight
    expect(sent).toBeLessThanOrEqual(BURST + now / 50 + 1e-6)
    now += i % 7
  }
})

test('credits no more than a burst, however long it was quiet', () => {
  const pacer = new Pacer(50)
  pacer.reserve(1, 0)
  const waits = Array.from({ length: BURST + 1 }, () => pacer.reserve(1, 1e9))
  expect(waits.at(-1)).toBe(50)
})
