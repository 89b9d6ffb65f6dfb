// What the trader is told about the line to the exchange. Once for each time that it is so: a ban, and a clock that is off.
// Again and again, while something of his is there: that nobody answers; and then that somebody does.
import { sentenceOf } from '../model/codes.ts'
import { isLive } from '../model/order-table.ts'
import type { Book, Live, State } from '../model/state.ts'
import { notice, type Turn } from './context.ts'
import { timeOf } from './inputs.ts'

/** Early enough to do something about it: at 2 s policy stops entries. */
const CLOCK_OFF_MS = 1_000
/** A difference that wavers about 1 s is told once. */
const CLOCK_RIGHT_MS = 500
/** Without an answer for so long, and again after each such time. */
const LOST_MS = 60_000
/** In the end it is told less often. */
const LONG_LOST_MS = 3_600_000
const LONG_PAUSE_MS = 600_000

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
  turn.live = {
    ...turn.live,
    line: { ban, clock, pausedUntil: pause?.until ?? 0, lost: lostNow(turn) },
  }
}

function clockOf(before: Live['line']['clock'], skewMs: number | null): Live['line']['clock'] {
  if (skewMs === null) return before
  if (Math.abs(skewMs) >= CLOCK_OFF_MS) return 'off'
  return Math.abs(skewMs) <= CLOCK_RIGHT_MS ? 'right' : before
}

/** Says so where something is at stake. */
function lostNow(turn: Turn): Live['line']['lost'] {
  const { now, exchange } = turn.world
  const { lost } = turn.live.line
  if (exchange.reachable) {
    if (lost.toldAt > lost.since) tell(turn, 'info', 'exchange_back', `since ${timeOf(now)}`)
    return { since: 0, toldAt: 0 }
  }
  if (lost.since === 0) return { since: now, toldAt: now }
  if (!isAtStake(turn.book) || now < alarmDue(lost)) return lost
  tell(turn, 'error', 'exchange_unreachable', `since ${timeOf(lost.since)}`)
  return { ...lost, toldAt: now }
}

function isAtStake({ positions, orders }: Book): boolean {
  return (
    Object.keys(positions).length > 0 || Object.values(orders).some(({ state }) => isLive(state))
  )
}

function alarmDue({ since, toldAt }: Live['line']['lost']): number {
  return toldAt + (toldAt - since < LONG_LOST_MS ? LOST_MS : LONG_PAUSE_MS)
}

function tell(
  turn: Turn,
  level: 'info' | 'warning' | 'error',
  code: string,
  detail: string,
): undefined {
  notice(turn, { level, code, message: `${sentenceOf(code)} (${detail})` })
}

/** What waits for the end of a pause goes the moment that it is over. Unix ms. */
export function lineDue({ book, live: { line } }: State): readonly number[] {
  const { pausedUntil, lost } = line
  return [
    ...(pausedUntil === 0 ? [] : [pausedUntil]),
    ...(lost.since === 0 || !isAtStake(book) ? [] : [alarmDue(lost)]),
  ]
}
