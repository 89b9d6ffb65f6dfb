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
    c2: ['cross', 'own recursive indicator (loop)'],
    c3: ['own recursive indicator (loop)', 'veto at entry or exit'],
    c4: ['cross', 'stop moved by profit'],
    d: ['short', 'a feature that nobody knows'],
    e: ['constructor'],
  })
  expect(counted).toEqual({
    all: 8,
    language: 2,
    moves: 1,
    code: 3,
    near: 5,
    missing: [
      ['short', 1],
      ['constructor', 1],
    ],
  })
})
