// Files of one's own, also behind Node's permission model. Whose a home is: closed to others where it is a home of one's own, and nothing else is touched.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isOpenToOthers, restrictHome, writePrivate } from './files.ts'

function folder(mode: number, ...files: readonly string[]): string {
  const parent = mkdtempSync(join(tmpdir(), 'keyside-files-'))
  onTestFinished(() => rmSync(parent, { recursive: true }))
  const path = join(parent, 'home')
  mkdirSync(path)
  for (const file of files) writeFileSync(join(path, file), '')
  chmodSync(path, mode)
  return path
}

const modeOf = (path: string) => statSync(path).mode & 0o777

test.each([0o755, 0o750, 0o701, 0o777])('a home with mode %o is closed', (mode) => {
  const home = folder(mode, 'config.yaml')
  expect(isOpenToOthers(home)).toBe(true)
  restrictHome(home)
  expect(modeOf(home)).toBe(0o700)
  expect(isOpenToOthers(home)).toBe(false)
})

test('what is no home, is not there, or is a file is left alone', () => {
  const other = folder(0o755, 'something')
  for (const path of [other, join(other, 'nothing'), join(other, 'something', 'deeper')])
    restrictHome(path)
  expect(modeOf(other)).toBe(0o755)
})

test('a program that may write one file of a folder and look at nothing else there writes it', () => {
  const home = folder(0o700, 'secret')
  const file = join(home, 'list.json')
  const write = `import('${import.meta.dirname}/files.ts').then((files) => files.writePrivate('${file}', '[]'))`
  const allowed = [
    `--allow-fs-read=${join(import.meta.dirname, '..')}`,
    ...['read', 'write'].map((what) => `--allow-fs-${what}=${file}*`),
  ]
  execFileSync(process.execPath, ['--permission', ...allowed, '-e', write], { stdio: 'pipe' })
  expect(readFileSync(file, 'utf8')).toBe('[]')
})

test('a file that cannot be put in its place leaves no draft of itself behind', () => {
  const home = folder(0o700)
  mkdirSync(join(home, 'vault.json'))
  const path = join(home, 'vault.json')
  expect(() => writePrivate(path, 'secret')).toThrow(expect.objectContaining({ path }))
  expect(readdirSync(home)).toEqual(['vault.json'])
})
