// Digits are kept, and no number changes for the sake of another.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readJson } from './json.ts'

test('a whole number above 2^53 keeps its digits, and the others stay numbers', () => {
  const text = `{"orderId":8389765608443411001,"id":-8389765608443411001,"time":1700000000000,
    "fills":[{"tradeId":9007199254740993,"n":9007199254740991,"z":0}],"price":"0.10","x":1.5,"e":1e3}`
  expect(readJson(text)).toEqual({
    orderId: '8389765608443411001',
    id: '-8389765608443411001',
    time: 1_700_000_000_000,
    fills: [{ tradeId: '9007199254740993', n: 9_007_199_254_740_991, z: 0 }],
    price: '0.10',
    x: 1.5,
    e: 1000,
  })
})

test.each(['', '<html>', '{"a":', '{"a":1}x', "{'a':1}", '{"a":0123456789012345678}', 'NaN'])(
  'what is no JSON is undefined: %s',
  (text) => {
    expect(readJson(text)).toBeUndefined()
  },
)

test('reads what JSON.parse reads, but for the long numbers', () => {
  fc.assert(
    fc.property(fc.json(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }), (json, long) => {
      const both = readJson(`[${json},${long}]`)
      expect(both).toEqual([JSON.parse(json, longAsText), String(long)])
    }),
  )
})

/** No number of fast-check's JSON is a whole one with more than 16 digits written out. */
function longAsText(_: string, value: unknown): unknown {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
    ? expect.anything()
    : value
}
