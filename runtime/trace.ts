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

/** `id` is the signal's `jti`. */
export type Trace = (hop: Hop, id: string) => void

export const noTrace: Trace = () => undefined

/** Writes hops as log lines of level `trace`; `at` is Unix milliseconds with a fraction. */
export function logTrace(log: Logger): Trace {
  return (hop, id) => log.trace({ hop, id, at: performance.timeOrigin + performance.now() }, 'hop')
}
