// A calendar that any program can read, with a reminder for each age that is still to come.
import { expect, test } from 'vitest'
import { createdOf, keyCalendar } from './key-calendar.ts'

const CREATED = Date.UTC(2027, 0, 10, 18)
const key = { account: 'main', exchange: 'binance', created: CREATED }

test('the ages that are still to come are a day each, at the right date, with an alarm', () => {
  const text = keyCalendar(key, CREATED + 61 * 86_400_000)
  expect(text.split('\r\n').filter((line) => /^(DTSTART|SUMMARY|TRIGGER)/.test(line))).toEqual([
    'DTSTART;VALUE=DATE:20270331',
    'SUMMARY:The exchange key of account main (binance) is 80 days old',
    'TRIGGER:PT9H',
    'DTSTART;VALUE=DATE:20270410',
    'SUMMARY:Replace the exchange key of account main (binance): 90 days old',
    'TRIGGER:PT9H',
  ])
  expect(keyCalendar(key, CREATED).match(/BEGIN:VEVENT/g)).toHaveLength(3)
})

test('each line ends as RFC 5545 says, none is longer than 75 octets, and unfolded they are whole', () => {
  const account = 'a'.repeat(60)
  const text = keyCalendar({ ...key, account }, CREATED)
  expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true)
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  const lines = text.split('\r\n')
  expect(lines.filter((line) => Buffer.byteLength(line) > 75)).toEqual([])
  const whole = text.replaceAll('\r\n ', '').split('\r\n')
  expect(whole).toContain(`SUMMARY:The exchange key of account ${account} (binance) is 60 days old`)
  const opened = whole.flatMap((line) => /^BEGIN:(.*)/.exec(line)?.slice(1) ?? [])
  const closed = whole.flatMap((line) => /^END:(.*)/.exec(line)?.slice(1) ?? [])
  expect([...closed].sort()).toEqual([...opened].sort())
})

test('the age is what the exchange tells, then what this device knows, and is never made up', () => {
  expect([createdOf(1, 2), createdOf(undefined, 2)]).toEqual([1, 2])
  expect(() => createdOf(undefined, undefined)).toThrow(
    expect.objectContaining({ code: 'key_age_unknown' }),
  )
})

test('what is read again is the same appointment', () => {
  const uids = (now: number) => keyCalendar(key, now).match(/^UID:.*$/gm)
  expect(uids(CREATED)).toEqual(uids(CREATED + 1_000))
  expect(new Set(uids(CREATED)).size).toBe(3)
})

test('of a key that is older than all of them the calendar has one day, today', () => {
  const text = keyCalendar(key, CREATED + 100 * 86_400_000).replaceAll('\r\n ', '')
  expect(text.split('\r\n').filter((line) => /^(DTSTART|SUMMARY)/.test(line))).toEqual([
    'DTSTART;VALUE=DATE:20270420',
    'SUMMARY:Replace the exchange key of account main (binance): over 90 days old',
  ])
})
