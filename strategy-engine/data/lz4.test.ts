import { expect, test } from 'vitest'
import { decodeLz4 } from './lz4.ts'

const numbers = Array.from({ length: 40 }, (_, at) => `${at},${(at * at) % 17}\n`).join('')
const TEXT = Buffer.from(`${numbers}${'b'.repeat(65_300)}${numbers}${numbers}`)

/** Of TEXT, by the LZ4 project's own program. */
const FRAMES = [
  [
    'one block',
    [
      'BCJNGGRQCMkBAADwGTAsMAoxLDEKMiw0CjMsOQo0LDE2CjUsOAo2LDIKNywxNQo4LDEzCjkFACAxMBAAwDExLDIK',
      'MTIsOAoxMy0A8AIxNCw5CjE1LDQKMTYsMQoxN1IAEDgKALA5LDQKMjAsOQoyMSkAEDI0AHAyMywyCjI0SQAgMjVV',
      'ACEyNgYAAWsAIDI4HQBgOSw4CjMwMgBhMzEsOQozmwCwMywxCjM0LDAKMzUKABA2FAAQNx4AETgpAAA0AB9iAQD/',
      '////////////////////////////////////////////////////////////////////////////////////////',
      '////////////////////////////////////////////////////////////////////////////////////////',
      '////////////////////////////////////////////////////////////////////////////////////////',
      '////////////////////////////////////////////////////////////////////////////AA/f/7gPywCz',
      'UDM5LDgKAAAAAMdqrEE=',
    ].join(''),
  ],
  [
    'two that refer to each other, with checksums and the size',
    [
      'BCJNGFBAwNcBAADxeTAsMAoxLDEKMiw0CjMsOQo0LDE2CjUsOAo2LDIKNywxNQo4LDEzCjksMTMKMTAsMTUKMTEs',
      'MgoxMiw4CjEzLDE2CjE0LDkKMTUsNAoxNiwxCjE3LDAKMTgsMQoxOSw0CjIwLDkKMjEsMTYKMjIsOAoyMywyCjI0',
      'LDE1CjI1LDEzCjI2LDEzCjJrAPEHMjgsMgoyOSw4CjMwLDE2CjMxLDkKM5sA8QszLDEKMzQsMAozNSwxCjM2LDQK',
      'MzcsOQozOCkAXzksOApiAQD/////////////////////////////////////////////////////////////////',
      '////////////////////////////////////////////////////////////////////////////////////////',
      '////////////////////////////////////////////////////////////////////////////////////////',
      '////////////////////////////////////////////////////////////////////////////////////////',
      '////////////AA/f/wlQCjcsMTV0pHC0DgAAAA/f/5cPywCzUDM5LDgKss72HQAAAAA=',
    ].join(''),
  ],
] as const

test.each(FRAMES)('reads a frame of %s', (_, base64) => {
  const frame = Buffer.from(base64, 'base64')
  expect(TEXT.equals(decodeLz4(frame, TEXT.length))).toBe(true)
})

test.each(FRAMES)('a frame of %s that is cut off anywhere is refused', (_, base64) => {
  const frame = Buffer.from(base64, 'base64')
  // The end mark, and what is behind it, is not needed for the bytes.
  for (let length = 0; length < frame.length - 8; length++)
    expect(() => decodeLz4(frame.subarray(0, length), TEXT.length)).toThrow(RangeError)
})

test('another length than the one that was told is refused', () => {
  const frame = Buffer.from(FRAMES[0][1], 'base64')
  for (const length of [TEXT.length - 1, TEXT.length + 1, 0])
    expect(() => decodeLz4(frame, length)).toThrow(RangeError)
})

test.each([
  ['leads before the beginning', [0x10, 0x61, 0x02, 0x00], 'leads out of the data'],
  ['leads nowhere', [0x10, 0x61, 0x00, 0x00], 'leads out of the data'],
  ['is longer than the data', [0x1f, 0x61, 0x01, 0x00, 0xff, 0xff, 0x00], 'leads out of the data'],
  ['has no end', [0x1f, 0x61, 0x01, 0x00, 0xff], 'cut off'],
])('a match that %s is refused', (_, block, what) => {
  const head = [4, 0x22, 0x4d, 0x18, 0x40, 0x40, 0, block.length, 0, 0, 0]
  const frame = Uint8Array.from([...head, ...block, 0, 0, 0, 0])
  expect(() => decodeLz4(frame, 5)).toThrow(what)
})

test('a length that no such frame can hold is refused before there is room for it', () => {
  const frame = Buffer.from(FRAMES[0][1], 'base64')
  expect(() => decodeLz4(frame, frame.length * 256)).toThrow('more than an LZ4 frame can hold')
})

test('what is no frame, or needs a dictionary, is refused', () => {
  expect(() => decodeLz4(new Uint8Array(40), 4)).toThrow('no LZ4 frame')
  const frame = Uint8Array.from([4, 0x22, 0x4d, 0x18, 0x41, 0x40, 0, 0, 0, 0, 0])
  expect(() => decodeLz4(frame, 0)).toThrow('dictionary')
})
