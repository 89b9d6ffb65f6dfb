// Whether a notice rings, comes without a sound, or not at all, now.

import type { Store } from '../store/open.ts'
import { readSettings, type Settings } from '../store/settings.ts'
import { minuteOfDay } from '../texts/zone.ts'
import { type Loudness, NOTICE_KINDS, type NoticeKind } from './notice-kinds.ts'

/** As the trader has chosen, quiet hours included. `now` in Unix ms. */
export function loudness(store: Store, kind: NoticeKind, now: number): Loudness {
  const settings = readSettings(store)
  const chosen = chosenFor(settings, kind)
  const isHushed = NOTICE_KINDS[kind].atNight === 'silent' && isQuiet(settings, now)
  return chosen === 'on' && isHushed ? 'silent' : chosen
}

/** Quiet hours aside. Notices that need a person are always sent, whatever was chosen. */
export function chosenFor({ notices }: Settings, kind: NoticeKind): Loudness {
  const { person, usual } = NOTICE_KINDS[kind]
  const chosen = notices[kind] ?? usual
  return person === 'needed' && chosen !== 'on' ? 'silent' : chosen
}

/** `now` in Unix ms. */
export function isQuiet({ quietHours, timeZone }: Settings, now: number): boolean {
  if (quietHours === null) return false
  const { from, to } = quietHours
  const minute = minuteOfDay(now, timeZone)
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to
}
