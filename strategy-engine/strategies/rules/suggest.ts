// "Did you mean": the known word nearest to a mistyped one.
import { editsBetween } from '@keyside/runtime/edits'
import { TIMEFRAME_NAMES, TIMEFRAMES } from '../../market/candle.ts'

const MAX_WORD = 40
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }

/** A sentence's end: the timeframe nearest in length, of those that there are. */
export function timeframeHint(text: string): string {
  const [, count = '', unit = ''] = /^(\d{1,6})\s*([smhdw])[a-z]{0,9}$/i.exec(text) ?? []
  const seconds = Number(count) * (SECONDS[unit.toLowerCase()] ?? 0)
  if (!(seconds > 0)) return `: known are ${TIMEFRAME_NAMES.join(', ')}`
  const away = (name: keyof typeof TIMEFRAMES) => Math.abs(Math.log(TIMEFRAMES[name] / seconds))
  const near = TIMEFRAME_NAMES.reduce((best, name) => (away(name) < away(best) ? name : best))
  return TIMEFRAMES[near] === seconds
    ? `: did you mean "${near}"?`
    : `: the nearest is "${near}" of ${TIMEFRAME_NAMES.join(', ')}`
}

/** A sentence's end: the nearest known word, or the known ones if they are few; empty where neither helps. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  if (near !== null) return `: did you mean "${near}"?`
  return known.length > 0 && known.length <= 13 ? `: known are ${known.join(', ')}` : ''
}

/** Null when nothing is near enough to be meant. */
function nearest(word: string, known: readonly string[]): string | null {
  if (word.length > MAX_WORD) return null
  const typed = simple(word)
  let best: { name: string; distance: number } | null = null
  for (const name of known) {
    // Each letter more or less is an edit.
    if (Math.abs(name.length - word.length) > word.length / 3 + 1) continue
    const away = editsBetween(typed, simple(name))
    if (best === null || away < best.distance) best = { name, distance: away }
  }
  const most = Math.ceil(Math.min(word.length, best?.name.length ?? 0) / 3)
  return best !== null && best.distance <= most ? best.name : null
}

/** Case and joining signs are no difference. */
function simple(word: string): string {
  return word.toLowerCase().replace(/[_\- ]/g, '')
}
