// A home is made once: what is there is kept.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemChance, systemClock } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { makeHome } from './home.ts'

function textsIn(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path, 'utf8')]))
}

test('a home that is set up keeps its keys, whoever tries to make it again', () => {
  const home = mkdtempSync(join(tmpdir(), 'keyside-home-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const make = () =>
    makeHome({
      home,
      clock: systemClock,
      chance: systemChance,
      deviceKey: 'A'.repeat(43),
      keychain: 'vault',
      port: 1883,
      wsPort: null,
      examples: { strategies: [], policy: '' },
    })
  make()
  const before = textsIn(home)
  expect(Object.keys(before).length).toBeGreaterThan(5)
  expect(make).toThrow(expect.objectContaining({ code: 'home_exists' }))
  expect(textsIn(home)).toEqual(before)
})
