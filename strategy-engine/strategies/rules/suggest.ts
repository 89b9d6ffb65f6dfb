// "Did you mean": the known word nearest to a mistyped one.
import { nearestWord } from '@keyside/runtime/edits'
import { TIMEFRAME_NAMES, TIMEFRAMES } from '../../market/candle.ts'

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
  const near = nearestWord(word, known)
  if (near !== null) return `: did you mean "${near}"?`
  return known.length > 0 && known.length <= 13 ? `: known are ${known.join(', ')}` : ''
}
