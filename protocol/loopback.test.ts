// What may go in clear stays on this machine.
import { expect, test } from 'vitest'
import { isLoopback } from './loopback.ts'

test.each([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['::1', true],
  ['[::1]', true],
  ['localhost', true],
  ['127.0.0.1.example', false],
  ['127.example.org', false],
  ['trader.localhost', false],
  ['192.168.0.2', false],
  ['::2', false],
  ['broker', false],
])('%s is on this machine: %s', (host, is) => {
  expect(isLoopback(host)).toBe(is)
})
