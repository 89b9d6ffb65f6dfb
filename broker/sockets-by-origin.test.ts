import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { SocketsByOrigin } from './sockets-by-origin.ts'

test('finds the oldest of the place with the most, and nobody while each place has one', () => {
  const sockets = new SocketsByOrigin()
  const [a, b, c, d] = [new Socket(), new Socket(), new Socket(), new Socket()] as const
  expect(sockets.oldestOfLargest()).toBeNull()
  sockets.add('one', a)
  sockets.add('two', b)
  expect(sockets.oldestOfLargest()).toBeNull()
  sockets.add('two', c)
  sockets.add('two', d)
  expect(sockets.oldestOfLargest()).toBe(b)
  sockets.delete('two', b)
  sockets.delete('two', b)
  expect(sockets.oldestOfLargest()).toBe(c)
  sockets.delete('two', d)
  expect(sockets.oldestOfLargest()).toBeNull()
})
