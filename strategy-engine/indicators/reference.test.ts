import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { INDICATORS } from './table.ts'
import { reference } from './testing/reference.ts'

const document = readFileSync(new URL('../../docs/indicators.md', import.meta.url), 'utf8')

// `npm run indicators -- --reference` writes them.
test('the tables of docs/indicators.md are the table of indicators', () => {
  expect(document.slice(document.indexOf('## Reference\n'))).toBe(`## Reference\n\n${reference()}`)
})

test('each indicator has one line there', () => {
  const names = [...reference().matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  expect(names.toSorted()).toEqual(Object.keys(INDICATORS).toSorted())
})

test('there are at least 120 by name', () => {
  expect(Object.keys(INDICATORS).length).toBeGreaterThanOrEqual(120)
})
