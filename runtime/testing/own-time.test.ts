import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ownTime } from './own-time.ts'

test('what is waited for counts, and what the processor was not given for hardly does', async () => {
  const waited = ownTime()
  for (let turns = 0; turns < 30; turns += 1) await sleep(10)
  expect(waited()).toBeGreaterThan(250)
  const stalled = ownTime()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
  expect(stalled()).toBeLessThan(100)
})
