// How fast one provider is read at most.
import { expect, test } from 'vitest'
import { FloodGate } from './flood-gate.ts'

function gate() {
  const state = { now: 1_800_000_000_000, waits: [] as number[] }
  const clock = {
    now: () => state.now,
    after: (ms: number) => {
      state.waits.push(ms)
      return () => undefined
    },
  }
  return { state, gate: new FloodGate(clock) }
}

test('all streams may speak at once, and then 20 a second', () => {
  const { state, gate: one } = gate()
  for (let count = 0; count < 2_000; count += 1) expect(one.pass()).toBeUndefined()
  expect(one.pass()).toBeInstanceOf(Promise)
  expect(state.waits).toEqual([50])
  state.now += 1_000
  let passed = 0
  while (one.pass() === undefined) passed += 1
  expect(passed).toBe(19)
})

test('a clock that is set back gives nothing away', () => {
  const { state, gate: one } = gate()
  for (let count = 0; count < 2_000; count += 1) void one.pass()
  state.now -= 3_600_000
  expect(one.pass()).toBeInstanceOf(Promise)
})
