// A head says where its stream stands: a sign of life, a gap detector, and the way out when an exit was missed.
import type { Head } from '@keyside/protocol'
import { streamOf } from '../model/apply.ts'
import { sentenceOf } from '../model/codes.ts'
import type { HeadSeen, Session } from '../model/state.ts'
import { isSelling, startClosing } from './close-position.ts'
import { append, type DecisionContext } from './context.ts'
import { onEquivocation, tellMissed } from './receive-signal.ts'
import { refuseInput } from './refusals.ts'
import { MAX_AHEAD } from './sequence.ts'
import { watchSilence } from './silence.ts'
import { supersedeEntries } from './trading-state.ts'

/** A head may overtake the signal it speaks of by this much. */
export const OVERTAKE_MS = 2_000
/** Just after a start a head that the broker keeps may still be on its way. */
const FIRST_HEAD_MS = 10_000

/** Unix ms: so long an entry of a stream that was not heard since the start waits for its first head; 0 for others. */
export function firstHeadDue({ heads, started }: Session, stream: string): number {
  return heads[stream] === undefined ? started + FIRST_HEAD_MS : 0
}

export function onHead(context: DecisionContext, head: Head): undefined {
  const known = context.portfolio.streams[head.sub]
  const refuse = (code: 'stream_unlisted' | 'head_behind' | 'sequence_jump') =>
    refuseInput(context, { code, message: sentenceOf(code), stream: head.sub })
  if (known === undefined) {
    if (!context.environment.policy.streams.has(head.sub)) return refuse('stream_unlisted')
    baseline(context, head, 0)
  }
  const stream = streamOf(context.portfolio, head.sub)
  // Sent again by a broker, or overtaken on the way.
  const last = context.session.heads[head.sub]?.head
  if (last !== undefined && (head.iat < last.iat || isSame(head, last))) return
  if (head.seq < stream.seq) return head.iat > stream.iat ? refuse('head_behind') : undefined
  if (head.seq === stream.seq && head.hash !== stream.hash)
    return onEquivocation(context, head.sub, head.seq)
  if (head.seq > stream.seq + MAX_AHEAD) return refuse('sequence_jump')
  see(context, head)
  if (head.target.position === 'flat')
    supersedeEntries(context, { ...head.target, stream: head.sub })
  if (head.seq > stream.seq) return
  if (stream.gap === 'open') baseline(context, head, 0)
  makeUpExit(context, head.sub)
}

/** The very same message again is no new sign of life. */
function isSame(head: Head, { iat, jti, seq, hash, target }: HeadSeen['head']): boolean {
  const { position, since } = head.target
  const isAsOld = head.iat === iat && head.jti === jti && head.seq === seq && head.hash === hash
  return isAsOld && position === target.position && since === target.since
}

function baseline(
  context: DecisionContext,
  head: HeadSeen['head'] & { sub: string },
  missed: number,
): undefined {
  const { sub: stream, seq, hash, iat } = head
  append(context, { type: 'baselined', stream, seq, hash, iat, missed })
}

function see(context: DecisionContext, { sub, seq, hash, target, iat, jti }: Head): undefined {
  const before = context.session.heads[sub]
  const { now } = context.environment
  const ahead = seq > streamOf(context.portfolio, sub).seq
  const seen: HeadSeen = {
    at: now,
    head: { seq, hash, target, iat, jti },
    aheadSince: ahead ? before?.aheadSince || now : 0,
  }
  context.session = { ...context.session, heads: { ...context.session.heads, [sub]: seen } }
}

/** What time alone makes of the heads: a gap that nobody filled, a provider that fell silent. */
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
  baseline(context, { ...seen.head, sub: stream }, missed)
  tellMissed(context, stream, missed)
  makeUpExit(context, stream)
}

/** The level, not the edge: flat is what the provider wants, whether the exit was lost or did not fill. */
function makeUpExit(context: DecisionContext, stream: string): undefined {
  const seen = context.session.heads[stream]
  if (seen === undefined || seen.head.target.position !== 'flat') return
  const { market, since } = seen.head.target
  const key = `${stream} ${market}`
  const position = context.portfolio.positions[key]
  // Entries are not waited for: one at the exchange is taken back, one that asks the trader may ask for an hour.
  if (position === undefined || since <= position.seq || isSelling(context, key)) return
  startClosing(context, key, 'head')
}
