// A clock that was set back: due times would lie hours ahead, so everything that a restart may forget is forgotten.
// A clock that leapt ahead, or a device that slept: it could hear nobody in that time, so the silence proves nothing.
import { isWorking } from '../model/order-table.ts'
import { EMPTY_SESSION } from '../model/session.ts'
import type { DecisionContext } from './context.ts'
import { beginReconciling } from './reconcile.ts'

/** Time synchronisation moves a clock back by less. */
const STEERED_MS = 1_000

/** Longer than the longest wait between two decisions of a device that is awake. */
const SLEPT_MS = 150_000
/** The same while an order is at the exchange: it is asked about every 15 s at least. */
const SLEPT_BESIDE_ORDER_MS = 30_000

export function watchClock(context: DecisionContext): undefined {
  const { now } = context.environment
  const { lastDecisionAt, refusals, alarms } = context.session
  if (now < lastDecisionAt - STEERED_MS) {
    // Alarms become due at once: a clock that is set back again and again must not delay them.
    const due = Object.fromEntries(Object.keys(alarms).map((id) => [id, now]))
    context.session = { ...EMPTY_SESSION, alarms: due, refusals: { ...refusals, since: now } }
    beginReconciling(context)
  } else if (lastDecisionAt > 0 && now > lastDecisionAt + longestWait(context)) {
    const { offline } = context.session
    const slept = offline.since > 0 ? 0 : now - lastDecisionAt
    context.session = {
      ...context.session,
      heads: {},
      lasting: {},
      wokeAt: now,
      offline: { ...offline, totalMs: offline.totalMs + slept },
    }
    beginReconciling(context)
  }
  context.session = { ...context.session, lastDecisionAt: now }
}

function longestWait({ portfolio }: DecisionContext): number {
  const isAsked = Object.values(portfolio.orders).some(({ state }) => isWorking(state))
  return isAsked ? SLEPT_BESIDE_ORDER_MS : SLEPT_MS
}
