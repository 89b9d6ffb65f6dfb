// A key's id is typed as it is shown, also where it begins with a dash.
import { expect, test } from 'vitest'
import { withKeysLast } from './key-words.ts'

const KEY = `-${'k'.repeat(42)}`

test('a key that begins with a dash is no option, and options after it are none of its words', () => {
  expect(withKeysLast(['keyset', 'revoke', KEY, '--days', '60'])).toEqual([
    'keyset',
    'revoke',
    '--days',
    '60',
    '--',
    KEY,
  ])
})

test('the value of an option, other words and what stands behind "--" stay where they are', () => {
  for (const words of [
    ['root', 'rotate', '--keys', KEY, '--draft', 'draft.json'],
    ['up'],
    ['keyset', 'revoke', '--', KEY],
  ])
    expect(withKeysLast(words)).toEqual(words)
})
