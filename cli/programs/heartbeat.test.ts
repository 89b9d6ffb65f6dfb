// A sign of life that a disk in the way does not end.
import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { isAlive, startHeartbeat } from './heartbeat.ts'

test('a beat that cannot be written ends nothing, and the next one that can shows life again', () => {
  const home = mkdtempSync(join(tmpdir(), 'keyside-heartbeat-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  let beat: () => void = () => undefined
  const every = (_: number, run: () => void) => {
    beat = run
    return () => undefined
  }
  const stop = startHeartbeat(home, 'bot', { ...systemClock, every })
  expect(isAlive(home, 'bot', systemClock.now())).toBe(true)
  const file = join(home, 'run/bot.alive')
  rmSync(file)
  mkdirSync(file)
  beat()
  rmdirSync(file)
  expect(isAlive(home, 'bot', systemClock.now())).toBe(false)
  beat()
  expect(isAlive(home, 'bot', systemClock.now())).toBe(true)
  stop()
  expect(isAlive(home, 'bot', systemClock.now())).toBe(false)
})
