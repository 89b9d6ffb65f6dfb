// Whether this device is offline: then nobody can be heard, and that is no silence of a provider.
import type { Session } from '../model/state.ts'
import type { DecisionContext } from './context.ts'

/**
 * The exchange does not answer, and neither does the home broker, unless that is on this machine and says nothing of the
 * network. Called in each decision.
 */
export function watchOffline(context: DecisionContext): undefined {
  const { now, exchange, homeLink } = context.environment
  const isOffline = !exchange.reachable && homeLink !== 'up'
  const { since } = context.session.offline
  if (isOffline === since > 0) return
  const offline = isOffline
    ? { ...context.session.offline, since: now }
    : { since: 0, totalMs: offlineMs(context.session, now) }
  context.session = { ...context.session, offline }
}

/** How long it was offline in this session so far, ms. */
export function offlineMs({ offline }: Pick<Session, 'offline'>, now: number): number {
  return offline.totalMs + (offline.since > 0 ? Math.max(now - offline.since, 0) : 0)
}
