// A provider without a sign of life: told once, an alarm while a position is open, and closed where the policy says so.

import { isTrial, shownStream } from '@keyside/protocol'
import { streamOf } from '../model/apply-stream.ts'
import { sentenceOf } from '../model/codes.ts'
import { providerOf } from '../model/provider.ts'
import type { Session } from '../model/session.ts'
import type { State } from '../model/state.ts'
import { startClosing } from './close-position.ts'
import { append, type DecisionContext, notice, notifyPosition } from './context.ts'

/** Three lives of a head. */
const SILENT_MS = 135_000
/** From here on it is an alarm while a position of the provider is open. */
const LOST_MS = 600_000
const LOOK_MS = 10_000

export function watchSilence(context: DecisionContext): undefined {
  const { closeOnSilenceMs } = context.environment.policy
  const isClosedAt = closeOnSilenceMs === 'never' ? Number.POSITIVE_INFINITY : closeOnSilenceMs
  for (const stream of followed(context)) {
    if (context.session.heard[stream] === undefined)
      hear(context, stream, unheardSince(context, stream))
    const since = silentFrom(context, stream)
    tellSilence(context, stream, since)
    if (context.environment.now - since >= Math.min(LOST_MS, isClosedAt))
      endureSilence(context, stream, isClosedAt)
  }
}

/** `at`, Unix ms: what the device is offline from now on is no silence. */
export function hear(context: DecisionContext, stream: string, at: number): undefined {
  const { session, environment } = context
  const heard = { at, offlineMs: offlineMs(session, environment.now) }
  context.session = { ...session, heard: { ...session.heard, [stream]: heard } }
}

/** Streams that were heard since the start, and those that hold something: they were heard before it. */
function followed({ portfolio, session }: State): readonly string[] {
  // A trial that has ended is not reported as silent.
  const names = new Set(Object.keys(session.heads).filter((name) => !isTrial(name)))
  for (const { stream } of Object.values(portfolio.positions)) names.add(stream)
  for (const name of names) if (portfolio.streams[name] === undefined) names.delete(name)
  return [...names]
}

/** Unix ms: from when on nothing was heard. The journal remembers it over restarts. */
export function unheardSince({ portfolio, session }: State, stream: string): number {
  const heard = session.heads[stream]?.at
  const { silentSince } = streamOf(portfolio, stream)
  // One that began ahead of the clock: the clock was set back.
  const isKnown = silentSince > 0 && silentSince <= session.lastDecisionAt
  return heard ?? (isKnown ? silentSince : session.started)
}

/**
 * Unix ms: from when on its provider counts as silent, if that is long enough ago. While the device was offline nobody
 * could be heard; and a gap that no replay fills is no better than silence.
 */
function silentFrom(state: State, stream: string): number {
  const { portfolio, session } = state
  const offline = offlineMs(session, session.lastDecisionAt)
  const heard = session.heard[stream] ?? { at: unheardSince(state, stream), offlineMs: offline }
  const unheard = heard.at + offline - heard.offlineMs
  const { missed } = streamOf(portfolio, stream)
  if (missed === null || missed.since > session.lastDecisionAt) return unheard
  const gap = missed.since + offline - (session.replays[stream]?.offlineMs ?? 0)
  return gap + SILENT_MS <= session.lastDecisionAt ? Math.min(unheard, gap) : unheard
}

/** Signals have been missing for so long that it may be somebody who holds back exits. */
export function isGapSilent(state: State, stream: string): boolean {
  return (
    streamOf(state.portfolio, stream).missed !== null &&
    silentFrom(state, stream) + SILENT_MS <= state.session.lastDecisionAt
  )
}

/** Unix ms. While something is held, policy may want it sold at any moment of a silence. */
export function silenceDue(state: State): readonly number[] {
  const { portfolio, session } = state
  const nextLook = session.priceWatch.evaluatedAt + LOOK_MS
  const moments: number[] = []
  for (const stream of followed(state)) {
    const { silentSince, missed } = streamOf(portfolio, stream)
    if (silentSince > 0 || session.offline.since > 0) moments.push(nextLook)
    else {
      moments.push(silentFrom(state, stream) + SILENT_MS)
      if (missed !== null) moments.push(Math.max(missed.since + SILENT_MS, nextLook))
    }
  }
  return moments
}

function tellSilence(context: DecisionContext, stream: string, since: number): undefined {
  const { silentSince } = streamOf(context.portfolio, stream)
  const isSilent = context.environment.now >= since + SILENT_MS
  if (!isSilent && silentSince > 0 && context.session.heads[stream] !== undefined) {
    append(context, { type: 'silence', stream, since: 0 })
    const code = 'stream_heard'
    notice(context, { level: 'info', code, message: `${shownStream(stream)}: ${sentenceOf(code)}` })
  }
  if (!isSilent || silentSince > 0) return
  append(context, { type: 'silence', stream, since })
  // For such a provider the trader has been told already.
  if (isOver(context, stream)) return
  const message = `${shownStream(stream)}: ${sentenceOf('stream_silent')}`
  notice(context, { level: 'warning', code: 'stream_silent', message })
}

function endureSilence(context: DecisionContext, stream: string, isClosedAt: number): undefined {
  const age = context.environment.now - silentFrom(context, stream)
  for (const [key, position] of Object.entries(context.portfolio.positions)) {
    if (position.stream !== stream) continue
    if (age >= LOST_MS && !isOver(context, stream))
      notifyPosition(context, position, { level: 'error', code: 'stream_lost' })
    if (age >= isClosedAt) startClosing(context, key, 'silence')
  }
}

function isOver({ portfolio }: State, stream: string): boolean {
  const status = portfolio.providers[providerOf(stream)]?.status
  return status === 'ended' || status === 'removed'
}

// Whether this device is offline: then nobody can be heard, and that is no silence of a provider.
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
