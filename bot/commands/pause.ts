// What to pause, and for how long. Words that say neither are told, and then nothing is paused.
import { pauseOver, pauseUnread, resumeUnread } from '../texts/chat.ts'
import { type Html, html } from '../texts/html.ts'
import { styleNow } from '../texts/style.ts'
import { nextTimeAt } from '../texts/zone.ts'
import type { CommandSpec } from './command-spec.ts'

/** A command to the device, or the reply that there is none. */
export type Read = CommandSpec | Html

const DAY_MS = 86_400_000
const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: DAY_MS }
const SPAN = /^([1-9]\d{0,3})(m|h|d)$/
const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)$/
/** As the device takes it: a stream, a market, or its coin. */
const NAME = /^[a-z0-9][a-z0-9:/-]{0,64}$/

/** `sent` and `now` in Unix ms. Pausing needs no second question: it only makes it safer, and is ended as quickly. */
export function readPause(words: readonly string[], sent: number, now: number): Read {
  const when = words.findIndex((word) => word === 'until' || word === 'for' || SPAN.test(word))
  const what = when < 0 ? words : words.slice(0, when)
  const until = when < 0 ? undefined : momentOf(words.slice(when), sent)
  const name = nameOf(what)
  if (until === null || name === null) return pauseUnread
  if (until !== undefined && until <= now) return pauseOver
  const seconds = until === undefined ? {} : { until: Math.ceil(until / 1000) }
  return {
    instruction: { do: 'pause', ...name, ...seconds },
    done: html`Done.`,
    evenIfOld: true,
  }
}

export function readResume(words: readonly string[]): Read {
  const name = nameOf(words)
  if (name === null) return resumeUnread
  return { instruction: { do: 'resume', ...name }, done: html`Done.` }
}

/** Null for what cannot be one. */
function nameOf([what, ...others]: readonly string[]): { what?: string } | null {
  if (what === undefined) return {}
  return NAME.test(what) && others.length === 0 ? { what } : null
}

/** Unix ms, counted from when the message was sent; the next time a clock shows that in the owner's zone; null for what says no time. */
function momentOf(words: readonly string[], sent: number): number | null {
  const [first = '', second = '', ...others] = words
  const isLed = first === 'until' || first === 'for'
  if (isLed ? others.length > 0 : words.length > 1) return null
  const [, count = '', unit = ''] = SPAN.exec(isLed ? second : first) ?? []
  const span = Number(count) * (UNITS_MS[unit] ?? 0)
  if (span > 0) return first === 'until' ? null : sent + span
  const [, hour, minute] = first === 'until' ? (CLOCK.exec(second) ?? []) : []
  if (hour === undefined || minute === undefined) return null
  return nextTimeAt(sent, Number(hour) * 60 + Number(minute), styleNow().timeZone)
}
