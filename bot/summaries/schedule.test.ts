import { expect, test } from 'vitest'
import { dueBefore, lastDue } from './schedule.ts'

const berlin = (at: string, day?: number) => ({ at, zone: 'Europe/Berlin', ...(day && { day }) })
const at = (text: string) => Date.parse(text)
const hours = (ms: number) => ms / 3_600_000

test.each([
  ['before its time it is yesterday’s', '2026-11-27T06:59:59Z', '2026-11-26T07:00:00Z'],
  ['at its time it is due', '2026-11-27T07:00:00Z', '2026-11-27T07:00:00Z'],
  ['long after it, too', '2026-11-27T22:59:59Z', '2026-11-27T07:00:00Z'],
  [
    'over midnight there, which is before midnight here',
    '2026-11-27T23:30:00Z',
    '2026-11-27T07:00:00Z',
  ],
  ['in summer it is an hour earlier by UTC', '2026-07-01T06:00:00Z', '2026-07-01T06:00:00Z'],
])('%s', (_, now, due) => {
  expect(lastDue(berlin('08:00'), at(now))).toBe(at(due))
})

test('a day in March has 23 hours, and one in October 25', () => {
  const march = lastDue(berlin('08:00'), at('2026-03-29T12:00:00Z'))
  expect(hours(march - dueBefore(berlin('08:00'), march))).toBe(23)
  const october = lastDue(berlin('08:00'), at('2026-10-25T12:00:00Z'))
  expect(hours(october - dueBefore(berlin('08:00'), october))).toBe(25)
})

test('a time that clocks skip is due an hour later by the clock, once', () => {
  expect(lastDue(berlin('02:30'), at('2026-03-29T00:29:59Z'))).toBe(at('2026-03-28T01:30:00Z'))
  const skipped = lastDue(berlin('02:30'), at('2026-03-29T12:00:00Z'))
  expect(skipped).toBe(at('2026-03-29T01:30:00Z'))
  expect(dueBefore(berlin('02:30'), skipped)).toBe(at('2026-03-28T01:30:00Z'))
})

test('a time that comes twice is due the first time, once', () => {
  const first = at('2026-10-25T00:30:00Z')
  for (const now of ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T12:00:00Z'])
    expect(lastDue(berlin('02:30'), at(now))).toBe(first)
})

test('each moment of two days with a change of clocks belongs to exactly one summary', () => {
  for (const day of ['2026-03-28T00:00:00Z', '2026-10-24T00:00:00Z'])
    for (let minute = 0; minute < 2 * 1_440; minute += 7) {
      const now = at(day) + minute * 60_000
      const due = lastDue(berlin('02:30'), now)
      expect(due).toBeLessThanOrEqual(now)
      expect(hours(now - due)).toBeLessThan(26)
      expect(dueBefore(berlin('02:30'), due)).toBeLessThan(due)
    }
})

test('a week begins at its day, seven days there apart', () => {
  const monday = lastDue(berlin('18:00', 1), at('2026-11-27T12:00:00Z'))
  expect(new Date(monday).toISOString()).toBe('2026-11-23T17:00:00.000Z')
  expect(new Date(dueBefore(berlin('18:00', 1), monday)).toISOString()).toBe(
    '2026-11-16T17:00:00.000Z',
  )
  const before = lastDue(berlin('18:00', 1), at('2026-11-23T16:59:59Z'))
  expect(new Date(before).toISOString()).toBe('2026-11-16T17:00:00.000Z')
  const spring = lastDue(berlin('18:00', 1), at('2026-03-30T20:00:00Z'))
  expect(hours(spring - dueBefore(berlin('18:00', 1), spring))).toBe(167)
})
