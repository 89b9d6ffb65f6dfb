import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { clientOrderIds } from './client-order-id.ts'

const SALT = new Uint8Array(32).fill(7)
const secret = Buffer.from(SALT).toString('base64url')

test('one decision has one name for each leg, and another device has another', () => {
  const name = clientOrderIds(SALT)
  const expected = createHash('sha256').update(`${secret}|one|entry`).digest('hex').slice(0, 32)
  expect(name('one', 'entry')).toBe(expected)
  expect(clientOrderIds(SALT)('one', 'entry')).toBe(expected)
  const others = [name('one', 'stop'), name('two', 'entry')]
  others.push(clientOrderIds(new Uint8Array(32).fill(8))('one', 'entry'))
  expect(new Set([expected, ...others]).size).toBe(4)
  for (const one of others) expect(one).toMatch(/^[0-9a-f]{32}$/)
})
