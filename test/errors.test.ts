// Every code is in docs/errors.md, and every code there is in the code.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BOT_CODES } from '@keyside/bot'
import { BROKER_CODES } from '@keyside/broker'
import {
  EXCHANGE_CODES,
  EXECUTOR_CODES,
  KEYCHAIN_CODES,
  PLAN_CODES,
  POLICY_CODES,
  TURNED_DOWN_CODES,
} from '@keyside/executor'
import { KEY_CODES, OPEN_CODES } from '@keyside/protocol'
import { RUNTIME_CODES } from '@keyside/runtime'
import { ENGINE_CODES } from '@keyside/strategy-engine'
import { expect, test } from 'vitest'
import { CLI_CODES } from '../cli/codes.ts'

const root = join(import.meta.dirname, '..')
const known = new Set<string>([
  ...OPEN_CODES,
  ...KEY_CODES,
  ...RUNTIME_CODES,
  ...BROKER_CODES,
  ...ENGINE_CODES,
  ...EXECUTOR_CODES,
  ...EXCHANGE_CODES,
  ...TURNED_DOWN_CODES,
  ...KEYCHAIN_CODES,
  ...POLICY_CODES,
  ...PLAN_CODES,
  ...BOT_CODES,
  ...CLI_CODES,
])

const rows = readFileSync(join(root, 'docs/errors.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
const documented = rows.flatMap((row) =>
  [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, code]) => code),
)

test('every code has its line in docs/errors.md', () => {
  expect([...known].filter((code) => !documented.includes(code))).toEqual([])
})

test('every line of docs/errors.md has its code', () => {
  expect(documented.filter((code) => !known.has(code ?? ''))).toEqual([])
})

test('every line says what to do', () => {
  for (const row of rows)
    expect(
      row
        .split('|')
        .slice(2, 4)
        .every((cell) => cell.trim() !== ''),
      row,
    ).toBe(true)
})

test('every error that is thrown with a code has one of these', () => {
  const folders = ['protocol', 'runtime', 'broker', 'strategy-engine', 'executor', 'bot', 'cli']
  const thrown = folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(root, folder, file),
      ),
    )
    .filter((file) => file.endsWith('.ts') && !/node_modules|test/.test(file))
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/new KeysideError\(\s*'([^']+)'/g)].map(
        ([, code]) => code,
      ),
    )
  expect(thrown.length).toBeGreaterThan(30)
  expect(thrown.filter((code) => !known.has(code ?? ''))).toEqual([])
})
