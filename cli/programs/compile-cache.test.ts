import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { privateCache } from './compile-cache.js'

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'keyside-cache-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  return home
}

test('is made for this user alone', () => {
  const folder = privateCache(newHome())
  expect(statSync(folder ?? '').mode & 0o777).toBe(0o700)
})

test.each(['', '.cache', '.cache/keyside', '.cache/keyside/compiled'])(
  'is not used where another user may write: %j',
  (part) => {
    const home = newHome()
    expect(privateCache(home)).not.toBeNull()
    for (const mode of [0o720, 0o702, 0o777]) {
      chmodSync(join(home, part), mode)
      expect(privateCache(home), mode.toString(8)).toBeNull()
    }
  },
)

test('is not used behind a link', () => {
  const home = newHome()
  mkdirSync(join(home, 'elsewhere'))
  symlinkSync(join(home, 'elsewhere'), join(home, '.cache'))
  expect(privateCache(home)).toBeNull()
})

test('is done without where it cannot be made', () => {
  expect(privateCache('/proc/nowhere')).toBeNull()
  expect(existsSync('/proc/nowhere')).toBe(false)
})
