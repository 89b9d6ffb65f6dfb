import { expect, test } from 'vitest'
import { openStore } from '../store/open.ts'
import { changeSettings, readSettings, summarySettings } from '../store/settings.ts'
import { findZone, minuteOfDay, nextTimeAt } from '../texts/zone.ts'
import { isQuiet, loudness } from './loudness.ts'
import { choicesOf, NOTICE_KINDS, type NoticeKind } from './notice-kinds.ts'

const NOON = Date.UTC(2026, 10, 12, 12)
const NIGHT = Date.UTC(2026, 10, 12, 23)
const KINDS = Object.keys(NOTICE_KINDS) as NoticeKind[]

test('what needs a person is never off, whatever is stored', () => {
  const store = openStore(':memory:')
  changeSettings(store, { notices: Object.fromEntries(KINDS.map((kind) => [kind, 'off'])) })
  for (const kind of KINDS) {
    const { person } = NOTICE_KINDS[kind]
    expect([kind, loudness(store, kind, NOON)]).toEqual([
      kind,
      person === 'needed' ? 'silent' : 'off',
    ])
    expect(choicesOf(kind).includes('off')).toBe(person === 'not_needed')
  }
})

test('quiet hours go over midnight, in the zone of the trader, and urgent things ring through', () => {
  const store = openStore(':memory:')
  changeSettings(store, { timeZone: 'Asia/Tokyo', quietHours: { from: 22 * 60, to: 7 * 60 } })
  // 21:00 in Tokyo, and 08:00.
  expect([loudness(store, 'fill', NOON), loudness(store, 'fill', NIGHT)]).toEqual(['on', 'on'])
  changeSettings(store, { timeZone: 'Europe/Berlin' })
  expect([loudness(store, 'fill', NOON), loudness(store, 'fill', NIGHT)]).toEqual(['on', 'silent'])
  expect(loudness(store, 'urgent', NIGHT)).toBe('on')
  changeSettings(store, { quietHours: { from: 12 * 60, to: 14 * 60 } })
  expect([isQuiet(readSettings(store), NOON), isQuiet(readSettings(store), NIGHT)]).toEqual([
    true,
    false,
  ])
})

test('settings outlive the bot, and what cannot be read counts as not chosen', () => {
  const store = openStore(':memory:')
  expect(readSettings(store).timeZone).toBe('UTC')
  changeSettings(store, { numbers: '1.234,56' })
  changeSettings(store, { daily: 485, weekly: { day: 1, at: 0 } })
  expect(readSettings(store).numbers).toBe('1.234,56')
  const zone = 'UTC'
  expect(summarySettings(store)).toEqual({ daily: '08:05', weekly: { day: 1, at: '00:00' }, zone })
  store.exec(`UPDATE settings SET value = '{"timeZone":7}'`)
  expect(readSettings(store)).toMatchObject({ timeZone: 'UTC', numbers: '1,234.56' })
})

test('a time of day comes once a day there, also when clocks are put forward or back', () => {
  for (const zone of ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe']) {
    let at = Date.UTC(2026, 2, 1, 3, 17)
    for (let day = 0; day < 400; day += 1) {
      const next = nextTimeAt(at, 8 * 60, zone)
      expect(minuteOfDay(next, zone)).toBe(8 * 60)
      expect(next - at).toBeGreaterThan(0)
      expect(next - at).toBeLessThanOrEqual(25 * 3_600_000)
      at = next
    }
  }
  // 02:30 is skipped in Berlin on 29 March 2026.
  const skipped = nextTimeAt(Date.UTC(2026, 2, 28, 12), 150, 'Europe/Berlin')
  expect(new Date(skipped).toISOString()).toBe('2026-03-29T01:30:00.000Z')
})

test('a zone is known by its IANA name in any case, and by nothing else', () => {
  expect(findZone('europe/berlin')).toBe('Europe/Berlin')
  expect(findZone('utc')).toBe('UTC')
  for (const name of ['', 'Berlin', '+02:00', 'Europe/Nowhere', '../etc'])
    expect(findZone(name)).toBeNull()
})
