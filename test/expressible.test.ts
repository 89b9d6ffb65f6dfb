// What is counted as said by the language is said by it: each feature's example is a strategy that is accepted.
import { expect, test } from 'vitest'
import { complaint, count } from './expressible.ts'
import { FEATURES } from './expressible-features.ts'

const said = Object.entries(FEATURES).filter(([, answer]) => answer.how !== 'no')

test.each(said)('the language says: %s', (_, answer) => {
  expect(complaint(answer)).toBeNull()
})

test('counts strategies whose every feature it says, and names what keeps the others out', () => {
  const counted = count({
    a: ['cross', 'fixed stop'],
    b: ['cross', 'veto at entry or exit'],
    c: ['cross', 'short'],
    d: ['short', 'a feature that nobody knows'],
    e: ['constructor'],
  })
  expect(counted).toEqual({
    all: 5,
    language: 1,
    near: 2,
    missing: [
      ['short', 1],
      ['constructor', 1],
    ],
  })
})
