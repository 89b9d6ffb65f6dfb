import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KeysideError } from '@keyside/runtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { EXIT } from './exit.ts'
import { runProgram } from './run-program.ts'

test('a program that can do nothing any more is stopped, says why, and ends for whoever begins it anew', async () => {
  const home = mkdtempSync(join(tmpdir(), 'keyside-run-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  vi.stubEnv('KEYSIDE_HOME', home)
  vi.stubEnv('KEYSIDE_LOG', 'silent')
  const told = vi.fn(() => true)
  const { send, disconnect } = process
  Object.assign(process, { send: told, disconnect: () => undefined })
  onTestFinished(() => {
    Object.assign(process, { send, disconnect })
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
    process.exitCode = undefined
  })
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
  const { promise: failed, reject: fail } = Promise.withResolvers<never>()
  const stop = vi.fn(async () => undefined)
  const running = runProgram('engine', async () => ({ text: 'it runs', failed, stop }))
  await vi.waitFor(() => expect(existsSync(join(home, 'run/engine.alive'))).toBe(true))
  expect(stop).not.toHaveBeenCalled()
  fail(new KeysideError('file_refused', 'engine.db: the disk is full: make room on it'))
  await running
  expect(stop).toHaveBeenCalledOnce()
  expect(existsSync(join(home, 'run/engine.alive'))).toBe(false)
  expect(told).toHaveBeenLastCalledWith(
    expect.objectContaining({ type: 'failed', code: 'file_refused' }),
  )
  expect(process.exitCode).toBe(EXIT.refused)
  await vi.waitFor(() => expect(exit).toHaveBeenCalledOnce())
})
