// A head says where its stream stands: a sign of life, a gap detector, and the way out when an exit was missed.
import type { Head } from '@keyside/protocol'
import { streamOf } from '../model/apply.ts'
import { sentenceOf } from '../model/codes.ts'
import type { HeadSeen, Live } from '../model/state.ts'
import { isOnWayOut, startLeaving } from './close-position.ts'
import { record, type Turn } from './context.ts'
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
export function firstHeadDue({ heads, started }: Live, stream: string): number {
  return heads[stream] === undefined ? started + FIRST_HEAD_MS : 0
}

export function onHead(turn: Turn, head: Head): undefined {
  const known = turn.book.streams[head.sub]
  const refuse = (code: 'stream_unlisted' | 'head_behind' | 'sequence_jump') =>
    refuseInput(turn, { code, message: sentenceOf(code), stream: head.sub })
  if (known === undefined) {
    if (!turn.world.policy.streams.has(head.sub)) return refuse('stream_unlisted')
    baseline(turn, head, 0)
  }
  const stream = streamOf(turn.book, head.sub)
  // Sent again by a broker, or overtaken on the way.
  const last = turn.live.heads[head.sub]?.head
  if (last !== undefined && (head.iat < last.iat || isSame(head, last))) return
  if (head.seq < stream.seq) return head.iat > stream.iat ? refuse('head_behind') : undefined
  if (head.seq === stream.seq && head.hash !== stream.hash)
    return onEquivocation(turn, head.sub, head.seq)
  if (head.seq > stream.seq + MAX_AHEAD) return refuse('sequence_jump')
  see(turn, head)
  if (head.target.position === 'flat') supersedeEntries(turn, { ...head.target, stream: head.sub })
  if (head.seq > stream.seq) return
  if (stream.gap === 'open') baseline(turn, head, 0)
  makeUpExit(turn, head.sub)
}

/** The very same message again is no new sign of life. */
function isSame(head: Head, { iat, jti, seq, hash, target }: HeadSeen['head']): boolean {
  const { position, since } = head.target
  const isAsOld = head.iat === iat && head.jti === jti && head.seq === seq && head.hash === hash
  return isAsOld && position === target.position && since === target.since
}

function baseline(turn: Turn, head: HeadSeen['head'] & { sub: string }, missed: number): undefined {
  const { sub: stream, seq, hash, iat } = head
  record(turn, { type: 'baselined', stream, seq, hash, iat, missed })
}

function see(turn: Turn, { sub, seq, hash, target, iat, jti }: Head): undefined {
  const before = turn.live.heads[sub]
  const { now } = turn.world
  const ahead = seq > streamOf(turn.book, sub).seq
  const seen: HeadSeen = {
    at: now,
    head: { seq, hash, target, iat, jti },
    aheadSince: ahead ? before?.aheadSince || now : 0,
  }
  turn.live = { ...turn.live, heads: { ...turn.live.heads, [sub]: seen } }
}

/** What time alone makes of the heads: a gap that nobody filled, a provider that fell silent. */
export function watchHeads(turn: Turn): undefined {
  for (const [stream, seen] of Object.entries(turn.live.heads)) bridgeGap(turn, stream, seen)
  watchSilence(turn)
}

/** A missed entry is stale and stays missed; the stream goes on from the head. */
function bridgeGap(turn: Turn, stream: string, seen: HeadSeen): undefined {
  if (seen.aheadSince === 0) return
  const ours = streamOf(turn.book, stream).seq
  if (seen.head.seq > ours && turn.world.now < seen.aheadSince + OVERTAKE_MS) return
  const heads = { ...turn.live.heads, [stream]: { ...seen, aheadSince: 0 } }
  turn.live = { ...turn.live, heads }
  if (seen.head.seq <= ours) return
  const missed = seen.head.seq - ours
  baseline(turn, { ...seen.head, sub: stream }, missed)
  tellMissed(turn, stream, missed)
  makeUpExit(turn, stream)
}

/** The level, not the edge: flat is what the provider wants, whether the exit was lost or did not fill. */
function makeUpExit(turn: Turn, stream: string): undefined {
  const seen = turn.live.heads[stream]
  if (seen === undefined || seen.head.target.position !== 'flat') return
  const { market, since } = seen.head.target
  const key = `${stream} ${market}`
  const position = turn.book.positions[key]
  // Entries are not waited for: one at the exchange is taken back, one that asks the trader may ask for an hour.
  if (position === undefined || since <= position.seq || isOnWayOut(turn, key)) return
  startLeaving(turn, key, 'head')
}
