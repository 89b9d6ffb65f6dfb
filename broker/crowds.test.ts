import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { Crowds } from './crowds.ts'

test('finds the oldest of the place with the most, and nobody while each place has one', () => {
  const crowds = new Crowds()
  const [a, b, c, d] = [new Socket(), new Socket(), new Socket(), new Socket()] as const
  expect(crowds.oldestOfLargest()).toBeNull()
  crowds.add('one', a)
  crowds.add('two', b)
  expect(crowds.oldestOfLargest()).toBeNull()
  crowds.add('two', c)
  crowds.add('two', d)
  expect(crowds.oldestOfLargest()).toBe(b)
  crowds.delete('two', b)
  crowds.delete('two', b)
  expect(crowds.oldestOfLargest()).toBe(c)
  crowds.delete('two', d)
  expect(crowds.oldestOfLargest()).toBeNull()
})
