// A head says where each stream of a plan stands: a sign of life, a gap detector, and the way out when an exit was missed.
import { type Head, streamName } from '@keyside/protocol'
import { streamOf } from '../model/apply-stream.ts'
import { sentenceOf } from '../model/codes.ts'
import type { Order } from '../model/order.ts'
import type { HeadSeen, Session, StreamHead } from '../model/session.ts'
import { HEAD_LIFE_MS } from '../risk/rules/timing.ts'
import { isSelling, startClosing } from './close-position.ts'
import { append, type DecisionContext } from './context.ts'
import { isRevoked, nameKeyset } from './providers.ts'
import { MAX_AHEAD, onEquivocation, tellMissed } from './receive-signal.ts'
import { refuseInput } from './refusals.ts'
import { hear, watchSilence } from './silence.ts'
import { supersedeEntries } from './trading-state.ts'

/** A head may overtake the signal it speaks of by this much. */
export const OVERTAKE_MS = 2_000
/** Just after a start a head that the broker keeps may still be on its way, and a busy engine sends signals first. */
const AWAITED_HEAD_MS = 10_000

/**
 * Unix ms: so long an entry waits for the head of a stream that was silent, or not heard since the start, when the entry
 * came; 0 for one whose sign of life was there.
 */
export function headDue(
  { heads, started }: Session,
  { stream, at }: Pick<Order, 'stream' | 'at'>,
): number {
  const heard = heads[stream]?.at
  if (heard !== undefined && at - heard <= HEAD_LIFE_MS) return 0
  return Math.max(started, at) + AWAITED_HEAD_MS
}

/** Of a stream that policy follows, or that was followed: a plan has others too. */
export function onHead(
  context: DecisionContext,
  { provider, kid, claims }: { readonly provider: string; readonly kid: string; claims: Head },
): undefined {
  const { sub: plan, streams, iat, jti, keyset } = claims
  if (isRevoked(context.portfolio, provider, kid)) {
    refuseInput(context, {
      code: 'key_revoked',
      message: `${provider}: ${sentenceOf('key_revoked')}`,
    })
    return
  }
  nameKeyset(context, provider, { version: keyset, kid })
  for (const [name, seq, hash, position, since] of streams) {
    const stream = streamName(provider, name)
    const isKnown = context.portfolio.streams[stream] !== undefined
    if (isKnown || context.environment.policy.streams.has(stream))
      onStreamHead(context, stream, { plan, seq, hash, position, since, iat, jti, kid })
  }
}

function onStreamHead(context: DecisionContext, name: string, head: StreamHead): undefined {
  const refuse = (code: 'head_behind' | 'sequence_jump') =>
    refuseInput(context, { code, message: sentenceOf(code), stream: name })
  if (context.portfolio.streams[name]?.base !== 'known') baseline(context, name, head, 0)
  const stream = streamOf(context.portfolio, name)
  // Sent again by a broker, or overtaken on the way.
  const last = context.session.heads[name]?.head
  if (last !== undefined && (head.iat < last.iat || isSame(head, last))) return
  if (head.seq < stream.seq) return head.iat > stream.iat ? refuse('head_behind') : undefined
  if (head.seq === stream.seq && head.hash !== stream.hash)
    return onEquivocation(context, name, head)
  if (head.seq > stream.seq + MAX_AHEAD) return refuse('sequence_jump')
  see(context, name, head)
  if (head.position === 'flat') supersedeEntries(context, { stream: name, since: head.since })
  if (head.seq > stream.seq) return
  if (stream.gap === 'open') baseline(context, name, head, 0)
  makeUpExit(context, name)
}

/** The same message again is not a new sign of life. */
function isSame(head: StreamHead, last: StreamHead): boolean {
  const isAsOld =
    head.iat === last.iat &&
    head.jti === last.jti &&
    head.seq === last.seq &&
    head.hash === last.hash
  return isAsOld && head.position === last.position && head.since === last.since
}

function baseline(
  context: DecisionContext,
  stream: string,
  { seq, hash, iat, kid }: StreamHead,
  missed: number,
): undefined {
  append(context, { type: 'baselined', stream, kid, seq, hash, iat, missed })
}

function see(context: DecisionContext, stream: string, head: StreamHead): undefined {
  const before = context.session.heads[stream]
  const { now } = context.environment
  const ahead = head.seq > streamOf(context.portfolio, stream).seq
  const seen: HeadSeen = { at: now, head, aheadSince: ahead ? before?.aheadSince || now : 0 }
  const { session } = context
  context.session = { ...session, heads: { ...session.heads, [stream]: seen } }
  hear(context, stream, now)
}

/** What follows from time alone: a gap that was not filled, a provider that fell silent. */
export function watchHeads(context: DecisionContext): undefined {
  for (const [stream, seen] of Object.entries(context.session.heads))
    bridgeGap(context, stream, seen)
  watchSilence(context)
}

/** A missed entry is stale and stays missed; the stream goes on from the head. */
function bridgeGap(context: DecisionContext, stream: string, seen: HeadSeen): undefined {
  if (seen.aheadSince === 0) return
  const ours = streamOf(context.portfolio, stream).seq
  if (seen.head.seq > ours && context.environment.now < seen.aheadSince + OVERTAKE_MS) return
  const heads = { ...context.session.heads, [stream]: { ...seen, aheadSince: 0 } }
  context.session = { ...context.session, heads }
  if (seen.head.seq <= ours) return
  const missed = seen.head.seq - ours
  baseline(context, stream, seen.head, missed)
  tellMissed(context, stream, missed)
  makeUpExit(context, stream)
}

/** The head says that the provider wants to be flat, whether the exit signal was lost or its order did not fill. */
function makeUpExit(context: DecisionContext, stream: string): undefined {
  const seen = context.session.heads[stream]
  if (seen === undefined || seen.head.position !== 'flat') return
  for (const [key, position] of Object.entries(context.portfolio.positions)) {
    if (position.stream !== stream || seen.head.since <= position.seq) continue
    // Entries are not waited for: one at the exchange is taken back, one that asks the trader may ask for an hour.
    if (!isSelling(context, key)) startClosing(context, key, 'head')
  }
}
