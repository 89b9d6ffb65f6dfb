// Whether a signal is the next of its stream, one we have, or a sign that something is missing or false.
import { GENESIS } from '@keyside/protocol'
import type { Stream } from '../model/provider.ts'

/** Furthest that a number may run ahead: one forged by a slip could close a stream for ever. */
export const MAX_AHEAD = 10_000

export type Sequence =
  | 'next'
  | 'repeat'
  | 'gap'
  | 'equivocation'
  | 'sequence_old'
  | 'sequence_jump'
  | 'sequence_unbased'

/**
 * `stream` is null before the first head or signal. Only number 1 needs no head: nothing can have come before it.
 * Any other first signal is refused, and the stream starts at the head that follows within 15 s.
 */
export function judgeSequence(
  stream: Pick<Stream, 'seq' | 'hash' | 'base' | 'floor'> | null,
  { seq, prev, hash, iat }: { seq: number; prev: string; hash: string; iat: number },
): Sequence {
  // Began anew: number 1 may be a very old one.
  if (stream?.base === 'awaited') return 'sequence_unbased'
  if (iat < (stream?.floor ?? 0)) return 'sequence_old'
  const { seq: last, hash: lastHash } = stream ?? { seq: 0, hash: GENESIS }
  if (stream === null && seq !== 1) return 'sequence_unbased'
  if (seq < last) return 'sequence_old'
  if (seq === last) return hash === lastHash ? 'repeat' : 'equivocation'
  // A signed `prev` that is not the signal we have proves that there are two with one number.
  if (seq === last + 1) return prev === lastHash ? 'next' : 'equivocation'
  return seq > last + MAX_AHEAD ? 'sequence_jump' : 'gap'
}
