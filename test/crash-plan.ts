// What happens in each run of the crash test: drawn from one seed, so that a red run can be had again.
import type { ExchangeFaultName } from '@keyside/sandbox'

export const RUNS = 60
/** Streams, each on a market of its own: a market that waits for an unknown order holds up no other. */
export const STREAMS = 15

export const FAULTS: readonly { name: ExchangeFaultName; ms?: number }[] = [
  { name: 'accept-then-hang' },
  { name: '500-after-accept' },
  { name: '503-after-accept' },
  { name: 'reset-after-accept' },
  { name: 'hidden', ms: 1_500 },
  { name: 'slow-accept', ms: 300 },
]

export interface Run {
  readonly number: number
  /** Index of its stream. */
  readonly stream: number
  readonly kind: 'entry' | 'exit'
  readonly approval: 'asked' | 'not_asked'
  /** From the card to the answer, ms. */
  readonly answerAfter: number
  readonly stop: 'with' | 'without'
  readonly fault: (typeof FAULTS)[number] | null
  /** Before the signal, while the executor is up or after it was killed. */
  readonly published: 'up' | 'down'
  /** From the signal to the kill, ms. */
  readonly killAfter: number
  /** From the new start to a second kill, ms; null for none. */
  readonly killAgainAfter: number | null
}

/** Uniform in [0, 1): mulberry32. */
export function chances(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Each stream enters and exits, twice; a third of all runs are entries that need a yes. */
export function planRuns(seed: number): Run[] {
  const chance = chances(seed)
  return Array.from({ length: RUNS }, (_, number) => {
    const stream = number % STREAMS
    const round = Math.floor(number / STREAMS)
    const kind = round % 2 === 0 ? 'entry' : 'exit'
    return {
      number,
      stream,
      kind,
      approval: kind === 'entry' && stream % 3 !== 0 ? 'asked' : 'not_asked',
      answerAfter: chance() * 80,
      stop: stream % 5 === 4 ? 'without' : 'with',
      fault: chance() < 1 / 3 ? pick(FAULTS, chance()) : null,
      published: chance() < 1 / 12 ? 'down' : 'up',
      // Most of a life's steps are in its first tenth of a second.
      killAfter: 400 * chance() ** 2.2,
      killAgainAfter: chance() < 1 / 5 ? 200 + 1_800 * chance() : null,
    }
  })
}

function pick<T>(list: readonly T[], chance: number): T {
  const one = list[Math.floor(chance * list.length)]
  if (one === undefined) throw new RangeError(`no element at ${chance} of ${list.length}`)
  return one
}
