// When a summary is due, in the trader's own days: a day there has 23 or 25 hours where clocks are put forward or back.

/** `day` from 1 for Monday to 7; none for each day. */
export interface When {
  /** "08:00". */
  readonly at: string
  readonly day?: number
  /** IANA name. */
  readonly zone: string
}

/**
 * The last moment at which it was due, at `now` or before it. A time that clocks skip that day is due as much later as they
 * are put forward; one that comes twice is due the first time. Unix ms.
 */
export function lastDue(when: When, now: number): number {
  let date = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(when.zone).toPlainDate()
  // A day more than a week: today's may still be ahead.
  for (let tries = 0; tries <= 8; tries += 1) {
    const due = momentOf(date, when)
    if (due <= now && isDay(date, when)) return due
    date = date.subtract({ days: 1 })
  }
  throw new Error('no day of the week came by')
}

/** The one before `due`, Unix ms. */
export function dueBefore(when: When, due: number): number {
  return lastDue(when, due - 1)
}

function momentOf(date: Temporal.PlainDate, { at, zone: timeZone }: When): number {
  return date.toZonedDateTime({ timeZone, plainTime: at }).epochMilliseconds
}

function isDay({ dayOfWeek }: Temporal.PlainDate, { day }: When): boolean {
  return day === undefined || dayOfWeek === day
}
