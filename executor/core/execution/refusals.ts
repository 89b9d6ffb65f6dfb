// Every refusal is told, but nobody can fill the chat or the disk with them: so many a minute, then one that counts the rest.
import type { ReportEvent } from '@keyside/protocol'
import type { Live } from '../model/state.ts'
import { notice, oneLine, record, report, type Turn } from './context.ts'

/** Refusals told in one minute. */
export const REFUSALS_A_MINUTE = 20
const MINUTE_MS = 60_000

type Refusal = Omit<Extract<ReportEvent, { type: 'refusal' }>, 'type'>

/** True when it was told and not only counted. */
export function tellRefusal(turn: Turn, refusal: Refusal): boolean {
  const window = currentWindow(turn)
  const full = window.told >= REFUSALS_A_MINUTE
  const refusals = full
    ? { ...window, kept: window.kept + 1 }
    : { ...window, told: window.told + 1 }
  turn.live = { ...turn.live, refusals }
  if (!full) report(turn, { type: 'refusal', ...refusal, message: oneLine(refusal.message) })
  return !full
}

/** For what a stranger can send without end: beyond the limit not even the journal keeps it. */
export function refuseInput(turn: Turn, refusal: Refusal, topic?: string): undefined {
  if (!tellRefusal(turn, refusal)) return
  record(turn, {
    type: 'refused',
    code: refusal.code,
    message: oneLine(refusal.message),
    ...(topic !== undefined && { topic }),
    ...(refusal.signal !== undefined && { jti: refusal.signal }),
  })
}

/** When the summary is due, Unix ms; null when there is nothing to sum up. */
export function summaryDue({ refusals }: Live): number | null {
  return refusals.kept === 0 ? null : refusals.since + MINUTE_MS
}

export function sumUp(turn: Turn): undefined {
  const due = summaryDue(turn.live)
  if (due === null || turn.world.now < due) return
  const { kept } = turn.live.refusals
  notice(turn, {
    level: 'warning',
    code: 'refusals_many',
    message: `${kept} more messages were refused in the last minute: somebody floods this device, or a strategy has run wild`,
  })
  turn.live = { ...turn.live, refusals: { since: turn.world.now, told: 0, kept: 0 } }
}

function currentWindow(turn: Turn): Live['refusals'] {
  const { refusals } = turn.live
  const over = turn.world.now - refusals.since >= MINUTE_MS
  return over && refusals.kept === 0 ? { since: turn.world.now, told: 0, kept: 0 } : refusals
}
