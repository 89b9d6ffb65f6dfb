// The clock that can be set.
import { expect, test } from 'vitest'
import { manualClock, stoppedClock } from './manual-clock.ts'

test('stands still until it is set', () => {
  const clock = manualClock(stoppedClock(1_000))
  expect(clock.now()).toBe(1_000)
  clock.advance(500)
  expect(clock.now()).toBe(1_500)
  clock.set(9_000)
  expect(clock.now()).toBe(9_000)
})

test('fires what became due, in order, once each, and not what was cancelled', () => {
  const clock = manualClock(stoppedClock(0))
  const seen: string[] = []
  clock.after(200, () => seen.push('later'))
  clock.after(100, () => seen.push('sooner'))
  clock.every(50, () => seen.push('often'))
  clock.after(10, () => seen.push('never'))()
  clock.advance(99)
  expect(seen).toEqual(['often'])
  clock.advance(201)
  expect(seen).toEqual(['often', 'sooner', 'often', 'later'])
})

test('runs with the clock below it', async () => {
  const clock = manualClock()
  clock.advance(60_000)
  expect(clock.now() - Date.now()).toBeGreaterThan(59_000)
  await new Promise<void>((resolve) => {
    clock.after(5, resolve)
  })
})
