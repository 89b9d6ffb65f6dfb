import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LogFile } from './log-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyside-log-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const sizes = () => readdirSync(folder).map((name) => statSync(join(folder, name)).size)

test('a log of many lines is four files of limited size, and the last line is in the first', () => {
  const log = new LogFile(join(folder, 'a.log'), 100)
  for (let line = 0; line < 200; line++) log.write(`line ${line}`)
  expect(readdirSync(folder).sort()).toEqual(['a.log', 'a.log.1', 'a.log.2', 'a.log.3'])
  expect(Math.max(...sizes())).toBeLessThanOrEqual(100)
  expect(readFileSync(join(folder, 'a.log'), 'utf8')).toMatch(/line 199\n$/)
  expect(readFileSync(join(folder, 'a.log.1'), 'utf8')).toMatch(/line 1\d\d\n$/)
})

test('what a process before has written counts', () => {
  new LogFile(join(folder, 'a.log'), 30).write('x'.repeat(20))
  new LogFile(join(folder, 'a.log'), 30).write('y'.repeat(20))
  expect(sizes()).toEqual([21, 21])
})

test('only its owner may read it', () => {
  new LogFile(join(folder, 'a.log')).write('line')
  expect(statSync(join(folder, 'a.log')).mode & 0o777).toBe(0o600)
})

test('a disk that takes nothing ends nothing, and the log says later how many lines are missing', () => {
  const path = join(folder, 'a.log')
  const log = new LogFile(path)
  // A folder of that name: no line can be written.
  mkdirSync(path)
  log.write('first')
  log.write('second')
  rmSync(path, { recursive: true })
  log.write('third')
  log.write('fourth')
  const lines = readFileSync(path, 'utf8').split('\n')
  expect(lines[0]).toContain('"lost":2')
  expect(lines.slice(1)).toEqual(['third', 'fourth', ''])
})
