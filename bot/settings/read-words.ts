// The words behind /settings: which setting, and what it is to be.
import type { Settings } from '../store/settings.ts'
import { NUMBER_FORMATS } from '../texts/style.ts'
import { findZone } from '../texts/zone.ts'
import { choicesOf, isNoticeKind, LOUDNESSES, type NoticeKind } from './notice-kinds.ts'

export type Change = Partial<Omit<Settings, 'notices'>> & {
  readonly notice?: { readonly kind: NoticeKind; readonly loudness: Settings['notices'][string] }
}

const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)$/
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/** Null for what says no setting, or what it cannot be. `words` in lower case. */
export function readChange([name = '', ...words]: readonly string[]): Change | null {
  const [first = '', second = '', ...others] = words
  if (others.length > 0) return null
  if (name === 'weekly')
    return first === 'off' && second === '' ? { weekly: null } : weekly(first, second)
  if (name === 'numbers') return numbers(words.join(' '))
  if (second !== '') return null
  if (name === 'timezone') return zoneOf(first)
  if (name === 'quiet') return quiet(first)
  if (name === 'daily') return first === 'off' ? { daily: null } : daily(first)
  return isNoticeKind(name) ? notice(name, first) : null
}

function zoneOf(word: string): Change | null {
  const timeZone = findZone(word)
  return timeZone === null ? null : { timeZone }
}

function numbers(words: string): Change | null {
  const found = NUMBER_FORMATS.find((format) => format === words)
  return found === undefined ? null : { numbers: found }
}

function quiet(word: string): Change | null {
  if (word === 'off') return { quietHours: null }
  const [from, to, ...others] = word.split('-').map(minuteOf)
  if (from == null || to == null || from === to || others.length > 0) return null
  return { quietHours: { from, to } }
}

function daily(word: string): Change | null {
  const at = minuteOf(word)
  return at === null ? null : { daily: at }
}

function weekly(day: string, clock: string): Change | null {
  const at = minuteOf(clock)
  const place = DAYS.indexOf(day.slice(0, 3))
  return at === null || place < 0 ? null : { weekly: { day: place + 1, at } }
}

function notice(kind: NoticeKind, word: string): Change | null {
  const loudness = LOUDNESSES.find((one) => one === word)
  if (loudness === undefined || !choicesOf(kind).includes(loudness)) return null
  return { notice: { kind, loudness } }
}

/** Since midnight. */
function minuteOf(word: string): number | null {
  const [, hour, minute] = CLOCK.exec(word) ?? []
  return hour === undefined || minute === undefined ? null : Number(hour) * 60 + Number(minute)
}
