// Decimals, base64url, strict JSON and topics.
import Big from 'big.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { isDecimal, toDecimal } from './claims/decimal.ts'
import { hashText, portableHash } from './hash.ts'
import { parseStrictJson } from './strict-json.ts'
import { commandTopic, signalTopic } from './topics.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

test('writes decimals without exponent, sign or needless zeros', () => {
  expect(toDecimal('0.00000150')).toBe('0.0000015')
  expect(toDecimal('1e3')).toBe('1000')
  expect(toDecimal('100')).toBe('100')
  expect(toDecimal(new Big('2').div(3))).toBe('0.666666666666')
  expect(toDecimal('-0')).toBe('0')
})

test('throws for a value that the wire cannot carry', () => {
  expect(() => toDecimal('-1')).toThrow(RangeError)
  expect(() => toDecimal('1000000000000')).toThrow(RangeError)
})

test('a written decimal is a decimal, and the same number', () => {
  const units = fc.bigInt({ min: 0n, max: 10n ** 24n - 1n })
  fc.assert(
    fc.property(units, (value) => {
      const big = new Big(value.toString()).div('1e12')
      expect(isDecimal(toDecimal(big))).toBe(true)
      expect(new Big(toDecimal(big)).eq(big)).toBe(true)
    }),
  )
})

test('a text has one hash, with Node and without', () => {
  const texts = ['', 'x'.repeat(200), 'é€😀', '\ud800', '\u0000']
  for (const text of texts) expect(portableHash(text)).toBe(hashText(text))
})

test('base64url has one text for one sequence of bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      expect(decodeBase64url(encodeBase64url(bytes))).toEqual(bytes)
    }),
  )
  for (const text of ['YR', 'YQ==', 'Y Q', 'Y+', 'Y/', 'A', 'YQ\n'])
    expect(decodeBase64url(text)).toBe(null)
})

test('strict JSON reads what JSON.parse reads, if no name comes twice and the depth is small', () => {
  const name = fc
    .string()
    .filter((each) => !['__proto__', 'constructor', 'prototype'].includes(each))
  const value = fc.object({ key: name, maxDepth: 3, maxKeys: 5, withNullPrototype: false })
  fc.assert(
    fc.property(value, (data) => {
      const text = JSON.stringify(data)
      fc.pre(!/[\u007f-\u009f]/.test(text))
      expect(parseStrictJson(utf8(text))).toEqual({ value: JSON.parse(text) })
    }),
  )
})

test('strict JSON never reads what JSON.parse refuses', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:0123.eE-+truefalsn\\ ') }), (text) => {
      const ours = parseStrictJson(utf8(text))
      if ('value' in ours) expect(JSON.parse(text)).toEqual(ours.value)
    }),
    { numRuns: 5000 },
  )
})

test.each(['+', '#', 'a/b', '', 'A', 'x'.repeat(33), '$SYS', 'a\u0000'])(
  'makes no topic from the id "%s"',
  (id) => {
    expect(() => signalTopic(id, 'trend')).toThrow()
    expect(() => signalTopic('home', id)).toThrow()
  },
)

test('commands and approvals of one device share one topic', () => {
  expect(commandTopic('device')).toBe('keyside/v1/command/device')
})
