// A person who does not know the command's name is led to it, and never told that something was done.
import { expect, test } from 'vitest'
import { readRule } from '../strategies/read-request.ts'
import { RULE_EXAMPLE, unknownText } from './unknown.ts'

test.each([
  ['did I win?', '/profit'],
  ['How much MONEY did i lose', '/profit'],
  ['/unhalt', 'keyside unhalt'],
  ['un\u200bhalt please', 'keyside unhalt'],
  ['/sell', '/closeall'],
  ['buy eth when rsi is below 30', 'enter: rsi(14)'],
  ['rule', 'A rule looks like this'],
  ['hello', '/help'],
  ['', '/help'],
])('"%s" leads to %s', (message, told) => {
  expect(unknownText(message).text).toContain(told)
})

test('the example of a rule is one', () => {
  const typed = RULE_EXAMPLE.text
    .replace(/<\/?pre>/g, '')
    .replace('&lt;', '<')
    .replace('&gt;', '>')
  expect(readRule(typed)).toBe(typed)
})
