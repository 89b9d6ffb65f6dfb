// Notices about the connection to the exchange: once per ban or clock error; an outage alarm that repeats while a
// position or order is open, and one notice when the exchange answers again.
import { sentenceOf } from '../model/codes.ts'
import { isWorking } from '../model/order-table.ts'
import type { Session } from '../model/session.ts'
import type { Portfolio, State } from '../model/state.ts'
import { type DecisionContext, notice } from './context.ts'
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

/** Called at the end of each decision. */
export function watchConnection(context: DecisionContext): undefined {
  const { backoff, skewMs } = context.environment.exchange
  const { connection } = context.session
  const ban = backoff?.why === 'banned' ? 'told' : 'none'
  const clock = clockOf(connection.clock, skewMs)
  if (ban === 'told' && connection.ban === 'none')
    tell(context, 'error', 'exchange_banned', `until ${timeOf(backoff?.until ?? 0)}`)
  if (clock === 'off' && connection.clock === 'right')
    tell(context, 'warning', 'clock_off', `${skewMs} ms from the exchange's`)
  context.session = {
    ...context.session,
    connection: { ban, clock, pausedUntil: backoff?.until ?? 0, lost: lostNow(context) },
  }
}

function clockOf(
  before: Session['connection']['clock'],
  skewMs: number | null,
): Session['connection']['clock'] {
  if (skewMs === null) return before
  if (Math.abs(skewMs) >= CLOCK_OFF_MS) return 'off'
  return Math.abs(skewMs) <= CLOCK_RIGHT_MS ? 'right' : before
}

/** Says so where something is at stake. */
function lostNow(context: DecisionContext): Session['connection']['lost'] {
  const { now, exchange } = context.environment
  const { lost } = context.session.connection
  if (exchange.reachable) {
    if (lost.toldAt > lost.since) tell(context, 'info', 'exchange_back', `since ${timeOf(now)}`)
    return { since: 0, toldAt: 0 }
  }
  if (lost.since === 0) return { since: now, toldAt: now }
  if (!isAtStake(context.portfolio) || now < alarmDue(lost)) return lost
  tell(context, 'error', 'exchange_unreachable', `since ${timeOf(lost.since)}`)
  return { ...lost, toldAt: now }
}

function isAtStake({ positions, orders }: Portfolio): boolean {
  return (
    Object.keys(positions).length > 0 || Object.values(orders).some(({ state }) => isWorking(state))
  )
}

function alarmDue({ since, toldAt }: Session['connection']['lost']): number {
  return toldAt + (toldAt - since < LONG_LOST_MS ? LOST_MS : LONG_PAUSE_MS)
}

function tell(
  context: DecisionContext,
  level: 'info' | 'warning' | 'error',
  code: string,
  detail: string,
): undefined {
  notice(context, { level, code, message: `${sentenceOf(code)} (${detail})` })
}

/** What waits for the end of a pause goes the moment that it is over. Unix ms. */
export function connectionDue({ portfolio, session: { connection } }: State): readonly number[] {
  const { pausedUntil, lost } = connection
  return [
    ...(pausedUntil === 0 ? [] : [pausedUntil]),
    ...(lost.since === 0 || !isAtStake(portfolio) ? [] : [alarmDue(lost)]),
  ]
}
