// Whatever shape a venue gives a number, the port sees a plain decimal or nothing at all.
import { expect, test } from 'vitest'
import {
  amount,
  amountOrNone,
  signedAmount,
  step,
  time,
  total,
  totalOrNone,
  traded,
} from './text-fields.ts'

test.each([
  ['1.50000000', '1.5'],
  ['0.00000000', '0'],
  ['00012', '12'],
  ['100', '100'],
  ['999999999999.00000001', '999999999999.00000001'],
])('%s is the decimal %s', (text, decimal) => {
  expect(amount.parse(text)).toBe(decimal)
  expect(amountOrNone.parse(text)).toBe(decimal)
})

test('a total has up to sixteen digits before the point', () => {
  const most = '9'.repeat(16)
  expect(total.parse(`${most}.50`)).toBe(`${most}.5`)
  expect(totalOrNone.parse('')).toBe('0')
  for (const none of [`1${most}`, '', '1e13', '-1', 1e13])
    expect(total.safeParse(none).success, String(none)).toBe(false)
})

test('what was traded is an amount above zero', () => {
  expect(traded.parse('0.000000000000000001')).toBe('0')
  expect(traded.parse('1.50')).toBe('1.5')
  for (const none of ['0', '0.00000000', '00', '', '1e-7', '-1'])
    expect(traded.safeParse(none).success, none).toBe(false)
})

test('a step is above zero, and one that would be cut to another is none', () => {
  expect(step.parse('0.00000100')).toBe('0.000001')
  expect(step.parse('0.000000000001000000')).toBe('0.000000000001')
  for (const none of ['0', '0.00000000', '0.0000000000001', '0.0000000000015', '1e-7', '-1'])
    expect(step.safeParse(none).success, none).toBe(false)
})

const SHAPES = [
  1.5,
  0,
  1e-7,
  '1e-7',
  '1E5',
  '-1',
  '+1',
  '1.',
  '.5',
  '1,5',
  ' 1',
  '1 ',
  'NaN',
  'Infinity',
  '0x1f',
]
const MORE = ['١', null, undefined, true, [], ['1'], {}, '1'.repeat(13), '1\n', Number.NaN]

test.each([...SHAPES, ...MORE].map((shape) => [shape]))(
  'an amount that is given as %j makes the answer unreadable',
  (shape) => {
    expect(amount.safeParse(shape).success).toBe(false)
    expect(amountOrNone.safeParse(shape).success).toBe(false)
  },
)

test('what is empty is nothing only where the venue may leave it empty, and a sign only where it means something', () => {
  expect(amount.safeParse('').success).toBe(false)
  expect(amountOrNone.parse('')).toBe('0')
  expect(signedAmount.parse('-0.5')).toBe('-0.5')
  expect(signedAmount.safeParse(-0.5).success).toBe(false)
})

test.each([[1_700_000_000_000], ['1.7e12'], ['-1700000000000'], ['']])(
  'a time that is given as %j is none',
  (shape) => {
    expect(time.safeParse(shape).success).toBe(false)
  },
)
