// Clock times in the trader's zone, by the IANA database that Node brings.

const FORMATS = new Map<string, Intl.DateTimeFormat>()

interface Wall {
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** As people there call it, such as CET; GMT+3 where they have no name for it. */
  readonly zone: string
}

/** What a clock on the wall shows there. `at` in Unix ms. Throws a RangeError for a zone that does not exist. */
export function wallClock(at: number, timeZone: string): Wall {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  )
  const number = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type))
  return {
    year: number('year'),
    month: number('month'),
    day: number('day'),
    hour: number('hour'),
    minute: number('minute'),
    second: number('second'),
    zone: named(at, timeZone, parts.get('timeZoneName') ?? timeZone),
  }
}

/** The names of American zones are known in American English alone. */
function named(at: number, timeZone: string, british: string): string {
  if (!british.startsWith('GMT')) return british
  const parts = formatOf(timeZone, 'en-US').formatToParts(at)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? british
}

/** Since midnight there. `at` in Unix ms. */
export function minuteOfDay(at: number, timeZone: string): number {
  const { hour, minute } = wallClock(at, timeZone)
  return hour * 60 + minute
}

/** The next moment after `after` at which clocks there show it, Unix ms; one that is skipped that day is shown an hour later. */
export function nextTimeAt(after: number, minute: number, timeZone: string): number {
  const start = after - (after % MINUTE_MS) + MINUTE_MS
  const [first, second] = [0, 1].map((days) => {
    const ahead = (minute - minuteOfDay(start, timeZone) + DAY_MINUTES) % DAY_MINUTES
    const guess = start + (ahead + days * DAY_MINUTES) * MINUTE_MS
    // Clocks may have been put forward or back in between.
    const off = wrapped(minute - minuteOfDay(guess, timeZone))
    const put = guess + off * MINUTE_MS
    return minuteOfDay(put, timeZone) === minute ? put : guess
  })
  if (first === undefined || second === undefined) throw new Error('there is no next day')
  return first > after ? first : second
}

const MINUTE_MS = 60_000
const DAY_MINUTES = 1440

/** Between half a day back and half a day ahead. */
function wrapped(minutes: number): number {
  return ((minutes + DAY_MINUTES * 1.5) % DAY_MINUTES) - DAY_MINUTES / 2
}

/** "08:00"; minutes since midnight. */
export function clockText(minutes: number): string {
  const two = (count: number) => String(count).padStart(2, '0')
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

/** The IANA name as the database writes it, whatever case it is given in; null for none. */
export function findZone(name: string): string | null {
  try {
    return /^[A-Za-z]/.test(name)
      ? new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
      : null
  } catch {
    return null
  }
}

function formatOf(timeZone: string, language = 'en-GB'): Intl.DateTimeFormat {
  const key = `${language} ${timeZone}`
  const known = FORMATS.get(key)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat(language, {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    timeZoneName: 'short',
  })
  FORMATS.set(key, made)
  return made
}
