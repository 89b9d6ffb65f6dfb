import { expect, test } from 'vitest'
import { noticeText } from './events.ts'
import { amount, date, moment, signed, sum, time, zone } from './numbers.ts'
import { reasonText } from './reason.ts'
import { inStyle, NUMBER_FORMATS, styleNow } from './style.ts'

const AT = Date.UTC(2026, 10, 12, 23, 2, 11)
const berlin = { timeZone: 'Europe/Berlin', numbers: '1.234,56' } as const

test('numbers are written as the owner reads them', () => {
  const all = NUMBER_FORMATS.map((numbers) =>
    inStyle({ timeZone: 'UTC', numbers }, () => [
      amount('1234567.890'),
      sum('0.5'),
      signed('4.1', false),
    ]),
  )
  expect(all).toEqual([
    ['1,234,567.89', '0.5', '+4.1'],
    ['1.234.567,89', '0,5', '+4,1'],
    ['1\u00a0234\u00a0567,89', '0,5', '+4,1'],
  ])
})

test("a clock time is the owner's, and named", () => {
  const shown = () => [time(AT, AT), moment(AT, AT), time(AT, AT - 86_400_000), date(AT), zone(AT)]
  expect(shown()).toEqual(['23:02', '23:02:11', '12 Nov 23:02', '12 Nov', 'UTC'])
  expect(inStyle(berlin, shown)).toEqual(['00:02', '00:02:11', '13 Nov 00:02', '13 Nov', 'CET'])
  const zones = ['America/New_York', 'Asia/Tokyo', 'Europe/London']
  const names = zones.map((timeZone) => inStyle({ ...berlin, timeZone }, () => zone(AT)))
  expect(names).toEqual(['EST', 'GMT+9', 'GMT'])
})

test('what the device says of moments and amounts is read the same way', () => {
  const said = 'expected at most 1234.5 until 2026-11-12 23:02:11 UTC, got 2000.25 (version 1.2.3)'
  expect(inStyle(berlin, () => reasonText('code', said).text)).toBe(
    'Expected at most 1.234,5 until 13 Nov 00:02 CET, got 2.000,25 (version 1.2.3). <code>code</code>',
  )
})

test('a style holds across awaits, and beside another one', async () => {
  const wait = () => new Promise((resolve) => setImmediate(resolve))
  const after = async () => {
    await wait()
    return styleNow().timeZone
  }
  const plain = { ...berlin, timeZone: 'UTC' }
  expect(await Promise.all([inStyle(berlin, after), inStyle(plain, after), after()])).toEqual([
    'Europe/Berlin',
    'UTC',
    'UTC',
  ])
})

test('a notice of its own is told whole: the address, or what it looks like, stands at its end', () => {
  const message = `${'a sentence of the device that goes on. '.repeat(7)}(request ip: 203.0.113.9)`
  const event = { type: 'notice', level: 'error', code: 'key_refused', message } as const
  expect(noticeText(event, { count: 1, last: AT, now: AT }).text).toContain('203.0.113.9')
})
