// The reminders of an exchange key's age as a calendar (RFC 5545): a day each, and nothing of the key itself.
import { AGE_DAYS } from '@keyside/executor'
import { KeysideError } from '@keyside/runtime'

export interface CalendarKey {
  readonly account: string
  /** Name of the exchange. */
  readonly exchange: string
  /** Unix ms. */
  readonly created: number
}

/** As the exchange tells it, or as it was added here. Throws `key_age_unknown`. */
export function createdOf(told: number | undefined, added: number | undefined): number {
  const created = told ?? added
  if (created !== undefined) return created
  throw new KeysideError(
    'key_age_unknown',
    'neither the exchange nor this device knows how old the key is: replace it (keyside keys rotate), and it is known from then on',
  )
}

const DAY_MS = 86_400_000
const LAST = Math.max(...AGE_DAYS)
/** RFC 5545 section 3.1, octets; all of it is ASCII. */
const LINE = 75

/** `now` in Unix ms. Days that are over are left out; where all are it is due today, and a calendar without a day is none. */
export function keyCalendar(key: CalendarKey, now: number): string {
  const { created } = key
  const ahead = AGE_DAYS.filter((age) => created + age * DAY_MS >= now)
  const events = ahead.map((age) => eventOf(key, { age, at: created + age * DAY_MS }, now))
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Keyside//keyside keys calendar//EN',
    ...(events.length > 0 ? events.flat() : eventOf(key, { age: LAST, at: now }, now)),
    'END:VCALENDAR',
  ]
  return lines.map((line) => `${folded(line)}\r\n`).join('')
}

function eventOf(
  { account, exchange, created }: CalendarKey,
  { age, at }: { age: number; at: number },
  now: number,
): string[] {
  const what = `the exchange key of account ${account} (${exchange})`
  const summary =
    age < LAST
      ? `${what} is ${age} days old`
      : `Replace ${what}: ${at > created + age * DAY_MS ? 'over ' : ''}${age} days old`
  return [
    'BEGIN:VEVENT',
    // The same for the same key: a calendar that is read again shows it once.
    `UID:${day(created)}-${age}-${account}-${exchange}@keyside`,
    `DTSTAMP:${day(now)}T${new Date(now).toISOString().slice(11, 19).replaceAll(':', '')}Z`,
    `DTSTART;VALUE=DATE:${day(at)}`,
    `SUMMARY:${capital(summary)}`,
    `DESCRIPTION:Make a new one at the exchange\\, then run: keyside keys rotate --account ${account}`,
    'TRANSP:TRANSPARENT',
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'TRIGGER:PT9H',
    `DESCRIPTION:${capital(summary)}`,
    'END:VALARM',
    'END:VEVENT',
  ]
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10).replaceAll('-', '')
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** A line that goes on begins with a blank, which counts. */
function folded(line: string): string {
  const parts = [line.slice(0, LINE)]
  for (let at = LINE; at < line.length; at += LINE - 1)
    parts.push(` ${line.slice(at, at + LINE - 1)}`)
  return parts.join('\r\n')
}
