// One executor a key, among those of one user.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { keyFingerprint, lockKey, ownKeys } from './key-lock.ts'
import type { Keychain } from './port.ts'

const KEYS = { exchange: 'binance', apiKey: 'public words', secret: 'secret words' }

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-key-lock-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

test('a second executor with the same API key is refused until the first has left, and another key is another', () => {
  const folder = newFolder()
  const leave = lockKey(folder, KEYS)
  expect(() => lockKey(folder, KEYS)).toThrow(expect.objectContaining({ code: 'key_in_use' }))
  expect(() => lockKey(folder, { ...KEYS, secret: 'typed wrongly' })).toThrow()
  const others = [
    lockKey(folder, { ...KEYS, apiKey: 'other words' }),
    lockKey(folder, { ...KEYS, exchange: 'okx' }),
  ]
  leave()
  lockKey(folder, KEYS)()
  for (const other of others) other()
  expect(readdirSync(folder), 'nothing stays').toEqual([])
})

test('the lock tells nothing of the key or its secret', () => {
  const folder = newFolder()
  const leave = lockKey(folder, KEYS)
  onTestFinished(leave)
  expect(keyFingerprint(KEYS)).toMatch(/^[0-9a-f]{32}$/)
  expect(readdirSync(folder).join()).not.toMatch(/public|secret/)
})

test('where no folder can be made nothing is held, and nothing is refused', () => {
  const file = join(newFolder(), 'file')
  writeFileSync(file, '')
  lockKey(join(file, 'folder'), KEYS)()
})

test('a key that is read again is its own, and one that takes its place is held as well', async () => {
  const folder = newFolder()
  let kept = KEYS
  const keychain: Keychain = {
    kind: 'vault',
    get: async () => JSON.stringify({ version: 1, ...kept }),
    set: async () => undefined,
    remove: async () => true,
    names: async () => [],
  }
  const undo: (() => void)[] = []
  const keys = ownKeys(keychain, { account: 'main', folder, onStop: (one) => undo.push(one) })
  await keys()
  await keys()
  kept = { ...KEYS, apiKey: 'rotated' }
  await keys()
  for (const held of [KEYS, kept])
    expect(() => lockKey(folder, held)).toThrow(expect.objectContaining({ code: 'key_in_use' }))
  for (const one of undo) one()
  expect(readdirSync(folder)).toEqual([])
})
