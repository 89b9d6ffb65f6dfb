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
  'notified',
] as const

export type Hop = (typeof HOPS)[number]

/** `id` is the signal's `jti`; `at` is when it happened, if that was before now. */
export type Trace = (hop: Hop, id: string, at?: number) => void

/** Unix milliseconds with a fraction, for hops that are shorter than one. */
export function instant(): number {
  return performance.timeOrigin + performance.now()
}

export const noTrace: Trace = () => undefined

/** Delay before the hops are written, ms: a signal is through by then. */
const WRITE_DELAY_MS = 20

/** Writes hops as log lines of level `trace`, delayed, because writing takes longer than some of the hops. */
export function logTrace(log: Logger): Trace {
  let pending: { hop: Hop; id: string; at: number }[] = []
  const write = () => {
    for (const line of pending) log.trace(line, 'hop')
    pending = []
  }
  return (hop, id, at = instant()) => {
    if (!log.isLevelEnabled('trace')) return
    if (pending.length === 0) setTimeout(write, WRITE_DELAY_MS)
    pending.push({ hop, id, at })
  }
}
