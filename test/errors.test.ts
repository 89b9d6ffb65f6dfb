// Every code is in docs/errors.md, and every code there is in the code.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { scrub } from '@keyside/runtime'
import { expect, test } from 'vitest'
import { CODES } from '../cli/doctor/known-names.ts'
import { RULES } from '../executor/core/risk/rules/check.ts'

const root = join(import.meta.dirname, '..')
const known = CODES

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

const FOLDERS = [
  'protocol',
  'runtime',
  'broker',
  'authority',
  'strategy-engine',
  'executor',
  'bot',
  'cli',
]

/** Every file of these folders, with its path. */
function filesIn(folders: readonly string[]): readonly string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(root, folder, file),
      ),
    )
    .filter((file) => !file.includes('node_modules'))
}

test('every error that is thrown with a code has one of these', () => {
  const thrown = filesIn(FOLDERS)
    .filter((file) => file.endsWith('.ts') && !/test/.test(file))
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/new KeysideError\(\s*'([^']+)'/g)].map(
        ([, code]) => code,
      ),
    )
  expect(thrown.length).toBeGreaterThan(30)
  expect(thrown.filter((code) => !known.has(code ?? ''))).toEqual([])
})

/** Tests, and the tables of cases that tests run through. */
const NAMING = /\.test\.ts$|cases\.ts$|contract\.ts$|vectors\/refused\/.*\.json$/
const COMMENT = /^ *(\/\/|\/?\*).*$/gm

test('every code, and every rule of the policy, is named in a test', () => {
  const text = filesIn([...FOLDERS, 'sandbox', 'test'])
    .filter((file) => NAMING.test(file) && file !== import.meta.filename)
    .map((file) => readFileSync(file, 'utf8').replace(COMMENT, ''))
    .join('\n')
  const isNamed = (word: string) =>
    new RegExp(`(?<![a-z_.])${RegExp.escape(word)}(?![a-z_])`).test(text)
  const words = [...known, ...RULES.map(({ tag }) => tag)]
  expect(words.filter((word) => !isNamed(word))).toEqual([])
})

test('the mask of the log eats no word of any sentence', () => {
  const sentences = [
    ...rows,
    ...filesIn(FOLDERS)
      .filter(
        (file) => file.endsWith('.ts') && !/test/.test(file) && !file.endsWith('runtime/log.ts'),
      )
      .flatMap((file) => readFileSync(file, 'utf8').replace(COMMENT, '').split('\n'))
      .flatMap((line) => line.match(/'[^']*\s[^']*'|`[^`]*\s[^`]*`|"[^"]*\s[^"]*"/g) ?? []),
  ]
  expect(sentences.length).toBeGreaterThan(1_000)
  expect(sentences.filter((sentence) => scrub(sentence) !== sentence)).toEqual([])
})
