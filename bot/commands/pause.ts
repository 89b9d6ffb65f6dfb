// What to pause, and for how long. If the words cannot be read, the reply says so and nothing is paused.
import { pauseOver, pauseUnread, resumeUnread } from '../texts/chat.ts'
import { styleNow } from '../texts/style.ts'
import { nextTimeAt } from '../texts/zone.ts'
import { ask, isName, type Read, readSpan } from './words.ts'

const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)$/

/** `sent` and `now` in Unix ms. Pausing needs no second question: it only makes it safer, and is ended as quickly. */
export function readPause(words: readonly string[], sent: number, now: number): Read {
  const when = words.findIndex(
    (word) => word === 'until' || word === 'for' || readSpan(word) !== null,
  )
  const what = when < 0 ? words : words.slice(0, when)
  const until = when < 0 ? undefined : momentOf(words.slice(when), sent)
  const name = nameOf(what)
  if (until === null || name === null) return pauseUnread
  if (until !== undefined && until <= now) return pauseOver
  const seconds = until === undefined ? {} : { until: Math.ceil(until / 1000) }
  return { ...ask({ do: 'pause', ...name, ...seconds }), evenIfOld: true }
}

export function readResume(words: readonly string[]): Read {
  const name = nameOf(words)
  if (name === null) return resumeUnread
  return ask({ do: 'resume', ...name })
}

/** Null for what cannot be one. */
function nameOf([what, ...others]: readonly string[]): { what?: string } | null {
  if (what === undefined) return {}
  return isName(what) && others.length === 0 ? { what } : null
}

/** Unix ms, counted from when the message was sent; the next time a clock shows that in the owner's zone; null for what says no time. */
function momentOf(words: readonly string[], sent: number): number | null {
  const [first = '', second = '', ...others] = words
  const isLed = first === 'until' || first === 'for'
  if (isLed ? others.length > 0 : words.length > 1) return null
  const span = readSpan(isLed ? second : first)
  if (span !== null) return first === 'until' ? null : sent + span * 1000
  const [, hour, minute] = first === 'until' ? (CLOCK.exec(second) ?? []) : []
  if (hour === undefined || minute === undefined) return null
  return nextTimeAt(sent, Number(hour) * 60 + Number(minute), styleNow().timeZone)
}
