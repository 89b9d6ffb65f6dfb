import { expect, test } from 'vitest'
import { singleLine } from './context.ts'

/** What `protocol/claims/common.ts` takes for a line. */
const LINE = /^[^\p{C}\p{Zl}\p{Zp}]{0,500}$/u

test('words of another program become one line that a report may carry, wherever it is cut', () => {
  for (const before of [498, 499, 500]) {
    const message = singleLine(`${'a'.repeat(before)}🚀🚀\u0007\ntwo\u2028three`)
    expect(message.isWellFormed()).toBe(true)
    expect(message.length).toBeGreaterThanOrEqual(499)
    expect(message).toMatch(LINE)
  }
  expect(singleLine('one\r\ntwo\u0000')).toBe('one two ')
})
