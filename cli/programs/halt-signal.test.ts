import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { askForHalt, haltFile } from '@keyside/executor'
import { expect, onTestFinished, test } from 'vitest'
import { haltOnSignal } from './halt-signal.ts'

function listening(): string {
  const home = mkdtempSync(join(tmpdir(), 'keyside-halt-signal-'))
  const before = process.listeners('SIGUSR2')
  haltOnSignal(home)
  onTestFinished(() => {
    for (const listener of process.listeners('SIGUSR2'))
      if (!before.includes(listener)) process.off('SIGUSR2', listener)
    rmSync(home, { recursive: true })
  })
  return home
}

async function signalled(): Promise<void> {
  const heard = new Promise<void>((done) => process.once('SIGUSR2', () => done()))
  process.kill(process.pid, 'SIGUSR2')
  await heard
}

test('SIGUSR2 asks for a halt that keeps what is held', async () => {
  const home = listening()
  expect(existsSync(haltFile(home))).toBe(false)
  await signalled()
  expect(readFileSync(haltFile(home), 'utf8')).toMatch(/^\d{4}-\d\d-\d\dT/)
})

test('SIGUSR2 does not make a halt that sells one that keeps', async () => {
  const home = listening()
  askForHalt(home, { positions: 'sell', now: 0 })
  await signalled()
  expect(readFileSync(haltFile(home), 'utf8')).toMatch(/^sell (?!1970)\d{4}-/)
})
