import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { executorsFolder } from '@keyside/runtime'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { executorAt, homesWithExecutor, register } from './registry.ts'

const before = process.env['HOME']
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyside-registry-'))
  process.env['HOME'] = folder
})
afterEach(() => {
  process.env['HOME'] = before
  rmSync(folder, { recursive: true })
})

const home = (name: string) => join(folder, name)

test('executors are found by user and by home, and not when they have left', () => {
  const leave = ['a', 'b'].map((name) => register(home(name), name, 0))
  expect([...homesWithExecutor()].sort()).toEqual([home('a'), home('b')])
  expect(executorAt(home('a'))).toMatchObject({ executor: 'here', note: { session: 'a' } })
  leave[0]?.()
  expect(homesWithExecutor()).toEqual([home('b')])
  expect(executorAt(home('a'))).toEqual({ executor: 'none' })
  leave[1]?.()
})

test('nobody else can read where they are, or lead there', () => {
  const leave = register(home('a'), 'a', 0)
  expect(statSync(executorsFolder()).mode & 0o777).toBe(0o700)
  const files = readdirSync(executorsFolder()).map((name) => join(executorsFolder(), name))
  for (const file of [...files, join(home('a'), 'run/executor.json')])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  leave()
})

test('who left late takes nothing of the next one away', () => {
  const leaveFirst = register(home('a'), 'first', 0)
  const leaveSecond = register(home('a'), 'second', 0)
  leaveFirst()
  expect(homesWithExecutor()).toEqual([home('a')])
  leaveSecond()
})

test('a home that is gone is forgotten', () => {
  register(home('a'), 'a', 0)
  rmSync(home('a'), { recursive: true })
  expect(homesWithExecutor()).toEqual([])
  expect(readdirSync(executorsFolder())).toEqual([])
})
