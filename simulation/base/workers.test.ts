import { expect, test } from 'vitest'
import { whole } from './workers.ts'

test.each(['abc', '', ' ', '0', '-1', '1.5', '1e400'])(
  'a run of "%s" is none, and is refused',
  (text) => {
    expect(() => whole(text)).toThrow(RangeError)
  },
)

test('the first seed may be 0', () => {
  expect([whole('0', 0), whole('20')]).toEqual([0, 20])
})
