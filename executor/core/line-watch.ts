// What the trader is told about the line to the exchange, once for each time that it is so: a ban, and a clock that is off.
import { sentenceOf } from '../codes.ts'
import type { Live, State } from './state.ts'
import { timeOf } from './time-of.ts'
import { notice, type Turn } from './turn.ts'

/** The exchange refuses what is stamped more than 1 s ahead of it; at 2 s policy stops entries. */
const CLOCK_OFF_MS = 1_000
/** A difference that wavers about 1 s is told once. */
const CLOCK_RIGHT_MS = 500

/** Called at the end of each turn. */
export function watchLine(turn: Turn): undefined {
  const { pause, skewMs } = turn.world.exchange
  const { line } = turn.live
  const ban = pause?.why === 'banned' ? 'told' : 'none'
  const clock = clockOf(line.clock, skewMs)
  if (ban === 'told' && line.ban === 'none')
    tell(turn, 'error', 'exchange_banned', `until ${timeOf(pause?.until ?? 0)}`)
  if (clock === 'off' && line.clock === 'right')
    tell(turn, 'warning', 'clock_off', `${skewMs} ms from the exchange's`)
  turn.live = { ...turn.live, line: { ban, clock, pausedUntil: pause?.until ?? 0 } }
}

function clockOf(before: Live['line']['clock'], skewMs: number | null): Live['line']['clock'] {
  if (skewMs === null) return before
  if (Math.abs(skewMs) >= CLOCK_OFF_MS) return 'off'
  return Math.abs(skewMs) <= CLOCK_RIGHT_MS ? 'right' : before
}

function tell(turn: Turn, level: 'warning' | 'error', code: string, detail: string): undefined {
  notice(turn, { level, code, message: `${sentenceOf(code)} (${detail})` })
}

/** What waits for the end of a pause goes the moment that it is over. Unix ms. */
export function lineDue({ live: { line } }: State): readonly number[] {
  return line.pausedUntil === 0 ? [] : [line.pausedUntil]
}
