import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KeysideError, writePrivate } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { madeOrTakenBack } from './take-back.ts'

function newHome() {
  const home = mkdtempSync(join(tmpdir(), 'keyside-made-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  return { home, file: (name: string) => join(home, name) }
}

/** Writes them, and fails. */
const making = (home: string, names: readonly string[], error: Error) =>
  madeOrTakenBack(home, ['bot/key', 'policy.yaml'], async () => {
    for (const name of names) writePrivate(join(home, name), 'made')
    throw error
  })

test('where it fails, what it has made is removed, and nothing that was there or is of somebody else', async () => {
  const { home, file } = newHome()
  writePrivate(file('policy.yaml'), 'mine')
  const failed = making(home, ['bot/key', 'bot/mine'], new Error('disk full'))
  await expect(failed).rejects.toThrow('disk full')
  expect(existsSync(file('bot/key'))).toBe(false)
  expect(readFileSync(file('bot/mine'), 'utf8')).toBe('made')
  expect(readFileSync(file('policy.yaml'), 'utf8')).toBe('mine')
})

test('a home that was set up while questions were asked is not written to', async () => {
  const { home, file } = newHome()
  writePrivate(file('config.yaml'), '')
  const refused = making(home, ['bot/key'], new Error('never'))
  await expect(refused).rejects.toMatchObject({ code: 'home_exists' })
  expect(existsSync(file('bot/key'))).toBe(false)
})

test.each([
  ['a vault that came meanwhile', ['bot/key'], new KeysideError('vault_exists', 'there is one')],
  ['a home that came meanwhile', ['bot/key', 'config.yaml'], new Error('any')],
])('%s is of another init, whose files stay', async (_what, names, error) => {
  const { home, file } = newHome()
  await expect(making(home, names, error)).rejects.toBe(error)
  expect(existsSync(file('bot/key'))).toBe(true)
})
