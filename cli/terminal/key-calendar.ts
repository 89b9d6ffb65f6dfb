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
/** RFC 5545 section 3.1, octets; all of it is ASCII. */
const LINE = 75

/** `now` in Unix ms. Days that are over are left out. */
export function keyCalendar(key: CalendarKey, now: number): string {
  const days = AGE_DAYS.filter((days) => key.created + days * DAY_MS >= now)
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Keyside//keyside keys calendar//EN',
    ...days.flatMap((age) => eventOf(key, age, now)),
    'END:VCALENDAR',
  ]
  return lines.map((line) => `${folded(line)}\r\n`).join('')
}

function eventOf({ account, exchange, created }: CalendarKey, age: number, now: number): string[] {
  const last = AGE_DAYS.at(-1) ?? age
  const what = `the exchange key of account ${account} (${exchange})`
  const summary = age < last ? `${what} is ${age} days old` : `Replace ${what}: ${age} days old`
  return [
    'BEGIN:VEVENT',
    // The same for the same key: a calendar that is read again shows it once.
    `UID:${day(created)}-${age}-${account}-${exchange}@keyside`,
    `DTSTAMP:${day(now)}T${new Date(now).toISOString().slice(11, 19).replaceAll(':', '')}Z`,
    `DTSTART;VALUE=DATE:${day(created + age * DAY_MS)}`,
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
