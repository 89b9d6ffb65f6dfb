// docs/policy.md and the rules, keys and codes in step, both ways.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DEFAULT_POLICY } from '../core/risk/policy/default.ts'
import { policySchema } from '../core/risk/policy/schema.ts'
import { RULES } from '../core/risk/rules/check.ts'
import { POLICY_CODES } from './load.ts'

const DOC = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8')

/** The names in the first column of the tables under a heading. */
function listed(heading: string): readonly string[] {
  const section = DOC.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name)
}

test('every rule has its line in the document, and every line its rule', () => {
  expect(listed('Rules')).toEqual(RULES.map(({ tag }) => tag))
})

test('every code has its line in the document, and every line its code', () => {
  expect(listed('Accepting a change')).toEqual([...POLICY_CODES])
})

test('shows the policy a trader starts from, word for word', () => {
  expect(DOC).toContain(`\`\`\`yaml\n${DEFAULT_POLICY}\`\`\`\n`)
})

test('every key has its line in the document, and every line its key', () => {
  const { streams, limits, ...rest } = policySchema.in.shape
  const keys = [
    ...Object.keys({ ...rest, streams }),
    ...Object.keys(streams.out.valueType.shape).map((key) => `streams.*.${key}`),
    ...Object.keys(limits.shape).map((key) => `limits.${key}`),
  ]
  expect([...listed('The file')].sort()).toEqual(keys.sort())
})
