import { expect, test } from 'vitest'
import type { KeyRights } from './exchange.ts'
import { keyWarnings } from './key-warnings.ts'

const NOW = 1_790_000_000_000
const DAY = 86_400_000
const good: KeyRights = {
  trade: 'yes',
  withdraw: 'no',
  transfer: 'no',
  ipList: 'yes',
  created: NOW - 90 * DAY,
  expires: NOW + 14 * DAY + 1,
}

test('a young key with an IP list and a long life is fine', () => {
  expect(keyWarnings(good, NOW)).toEqual([])
  const { expires: _, ...endless } = good
  expect(keyWarnings(endless, NOW)).toEqual([])
})

test.each<[string, Partial<KeyRights>]>([
  ['key_without_ip_list', { ipList: 'no' }],
  ['key_old', { created: NOW - 90 * DAY - 1 }],
  ['key_expires', { expires: NOW + 14 * DAY }],
  ['key_expires', { expires: NOW - 1 }],
  ['key_unchecked', { ipList: 'unknown' }],
  ['key_unchecked', { withdraw: 'unknown' }],
  ['key_unchecked', { transfer: 'unknown' }],
])('says %s of %o', (code, change) => {
  expect(keyWarnings({ ...good, ...change }, NOW)).toEqual([code])
})

test('a key whose age is not told is not taken for a young one', () => {
  const { created: _, ...ageless } = good
  expect(keyWarnings(ageless, NOW)).toEqual(['key_unchecked'])
})
