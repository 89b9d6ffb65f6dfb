import { expect, test } from 'vitest'
import { wrapped } from './wrapped.ts'

test('a line that is too long is broken between words', () => {
  expect(wrapped('it trades on paper: no key is asked for', 24)).toBe(
    'it trades on paper: no\nkey is asked for',
  )
})

test('what goes on stands under the text of a list, and under the last column of a table', () => {
  expect(wrapped('- gains that were not taken', 20)).toBe('- gains that were\n  not taken')
  expect(wrapped('ok       home     closed to others of this machine', 40)).toBe(
    'ok       home     closed to others of\n                  this machine',
  )
})

test('a word is never broken, so that a link can be copied', () => {
  const link = `keyside://${'x'.repeat(40)}`
  expect(wrapped(`open ${link} now`, 24)).toBe(`open\n${link}\nnow`)
})

test('what is quoted stays as it is, so that the caret under it points at the mistake', () => {
  const quoted = 'enter: crossover(ema(3), emaa(8))'
  expect(wrapped(`    ${quoted}`, 24)).toBe(`    ${quoted}`)
})

test('without a terminal, and where it fits, all stays as it is', () => {
  const line = `  two  spaces ${'and more '.repeat(20)}`
  expect(wrapped(line, undefined)).toBe(line)
  expect(wrapped(line, 0)).toBe(line)
  expect(wrapped('short  one', 80)).toBe('short  one')
  expect(wrapped('one\n\ntwo', 80)).toBe('one\n\ntwo')
})
