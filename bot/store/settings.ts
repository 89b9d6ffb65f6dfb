// What the trader has chosen for the bot itself. None of it reaches the device's policy.
import { z } from 'zod'
import { NUMBER_FORMATS } from '../texts/style.ts'
import { clockText } from '../texts/zone.ts'
import type { Store } from './open.ts'

/** Minutes since midnight, in the trader's time zone. */
const minute = z.int().min(0).max(1439)

const settings = z.strictObject({
  /** IANA name, such as Europe/Berlin. */
  timeZone: z.string().min(1).max(64).default('UTC'),
  numbers: z.enum(NUMBER_FORMATS).default('1,234.56'),
  /** Quiet hours: only what needs a person at once rings. `from` may be later than `to`, over midnight. Null for none. */
  quietHours: z.strictObject({ from: minute, to: minute }).nullable().default(null),
  /** When the summary of a day is sent, with the digest; null for never. */
  daily: minute.nullable().default(null),
  /** `day` from 1 for Monday to 7. */
  weekly: z
    .strictObject({ day: z.int().min(1).max(7), at: minute })
    .nullable()
    .default(null),
  /** Trials that end with their first alert. */
  tellOnce: z.array(z.string()).max(64).default([]),
  /** By kind of notice; those that were never chosen are not there. */
  notices: z.record(z.string(), z.enum(['on', 'silent', 'digest', 'off'])).default({}),
})

export type Settings = z.infer<typeof settings>

/** Stored settings that cannot be read count as not chosen. */
export function readSettings(store: Store): Settings {
  const row = store.prepare('SELECT value FROM settings').get()
  const written = settings.safeParse(row === undefined ? {} : parsed(String(row['value'])))
  return written.success ? written.data : settings.parse({})
}

export function changeSettings(store: Store, change: Partial<Settings>): Settings {
  const next = settings.parse({ ...readSettings(store), ...change })
  store.prepare('INSERT OR REPLACE INTO settings VALUES (1, ?)').run(JSON.stringify(next))
  return next
}

/** For whoever sends them: times of day as "08:00" in `zone`. */
export function summarySettings(store: Store) {
  const { daily, weekly, timeZone } = readSettings(store)
  return {
    daily: daily === null ? ('off' as const) : clockText(daily),
    weekly: weekly === null ? ('off' as const) : { day: weekly.day, at: clockText(weekly.at) },
    zone: timeZone,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
