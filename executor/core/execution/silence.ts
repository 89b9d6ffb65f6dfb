// A provider that has fallen silent: told, alarmed about while he holds something, and sold where the policy says so.

import { streamOf } from '../model/apply.ts'
import { sentenceOf } from '../model/codes.ts'
import type { State } from '../model/state.ts'
import { startLeaving } from './close-position.ts'
import { notice, record, type Turn } from './context.ts'
import { say } from './notify.ts'

/** Three lives of a head. */
const SILENT_MS = 135_000
/** From here on it is an alarm for whoever holds something. */
const LOST_MS = 600_000
const LOOK_MS = 10_000

export function watchSilence(turn: Turn): undefined {
  for (const stream of followed(turn)) {
    tellSilence(turn, stream)
    endureSilence(turn, stream)
  }
}

/** Streams that were heard since the start, and those that hold something: they were heard before it. */
function followed({ book, live }: State): readonly string[] {
  const holding = Object.values(book.positions).map(({ stream }) => stream)
  const names = new Set([...Object.keys(live.heads), ...holding])
  return [...names].filter((stream) => book.streams[stream] !== undefined)
}

/** Unix ms: from when on nothing was heard. The journal remembers it over restarts. */
export function silentFrom({ book, live }: State, stream: string): number {
  const heard = live.heads[stream]?.at
  const { silentSince } = streamOf(book, stream)
  // One that began ahead of the clock: the clock was set back.
  const isKnown = silentSince > 0 && silentSince <= live.lastTurn
  return heard ?? (isKnown ? silentSince : live.started)
}

/** Unix ms. While something is held, policy may want it sold at any moment of a silence. */
export function silenceDue(state: State): readonly number[] {
  return followed(state).map((stream) =>
    streamOf(state.book, stream).silentSince === 0
      ? silentFrom(state, stream) + SILENT_MS
      : state.live.watch.lookedAt + LOOK_MS,
  )
}

function tellSilence(turn: Turn, stream: string): undefined {
  const since = silentFrom(turn, stream)
  const { silentSince } = streamOf(turn.book, stream)
  const isSilent = turn.world.now >= since + SILENT_MS
  if (!isSilent && silentSince > 0 && turn.live.heads[stream] !== undefined)
    record(turn, { type: 'silence', stream, since: 0 })
  if (!isSilent || silentSince > 0) return
  record(turn, { type: 'silence', stream, since })
  const message = `${stream}: ${sentenceOf('stream_silent')}`
  notice(turn, { level: 'warning', code: 'stream_silent', message })
}

function endureSilence(turn: Turn, stream: string): undefined {
  const { flattenAfterMs } = turn.world.policy
  const age = turn.world.now - silentFrom(turn, stream)
  for (const [key, position] of Object.entries(turn.book.positions)) {
    if (position.stream !== stream) continue
    if (age >= LOST_MS) say(turn, position, { level: 'error', code: 'stream_lost' })
    if (flattenAfterMs !== 'never' && age >= flattenAfterMs) startLeaving(turn, key, 'silence')
  }
}
