// The hops of one signal, with times: what `keyside selftest` prints and `bench/hop` measures.
import type { Logger } from './log.ts'

export const HOPS = [
  'candle',
  'signal',
  'published',
  'received',
  'verified',
  'journaled',
  'policy',
  'approved',
  'sent',
  'accepted',
  'filled',
  'told',
] as const

export type Hop = (typeof HOPS)[number]

/** `id` is the signal's `jti`; `at` is when it happened, if that was before now. */
export type Trace = (hop: Hop, id: string, at?: number) => void

/** Unix milliseconds with a fraction, for hops that are shorter than one. */
export function instant(): number {
  return performance.timeOrigin + performance.now()
}

export const noTrace: Trace = () => undefined

/** Writes hops as log lines of level `trace`. */
export function logTrace(log: Logger): Trace {
  return (hop, id, at = instant()) => log.trace({ hop, id, at }, 'hop')
}
