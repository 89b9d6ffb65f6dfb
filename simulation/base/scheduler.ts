// Simulated time: the next event runs when the one before it is wholly done.
import type { Cancel, Clock } from '../../runtime/index.ts'

interface Scheduled {
  readonly at: number
  readonly order: number
  readonly run: () => void
  state: 'due' | 'canceled'
}

export class Scheduler {
  readonly #heap: Scheduled[] = []
  #now: number
  #order = 0

  constructor(start: number) {
    this.#now = start
  }

  /** Unix ms, the true time: the exchange's and the engine's. */
  now(): number {
    return this.#now
  }

  after(ms: number, run: () => void): Cancel {
    this.#order += 1
    const one: Scheduled = { at: this.#now + ms, order: this.#order, run, state: 'due' }
    this.#push(one)
    return () => {
      one.state = 'canceled'
    }
  }

  every(ms: number, run: () => void): Cancel {
    return repeat(this, ms, run)
  }

  /** Runs one event and every promise that follows from it. False when the next one is later than `end`. */
  async step(end: number): Promise<boolean> {
    const next = this.#pop()
    if (next === undefined || next.at > end) {
      if (next !== undefined) this.#push(next)
      this.#now = end
      return false
    }
    this.#now = next.at
    next.run()
    await drained()
    return true
  }

  #push(one: Scheduled): void {
    const heap = this.#heap
    heap.push(one)
    let at = heap.length - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!swapped(heap, above, at)) return
      at = above
    }
  }

  #pop(): Scheduled | undefined {
    for (;;) {
      const first = this.#takeFirst()
      if (first === undefined || first.state === 'due') return first
    }
  }

  #takeFirst(): Scheduled | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return first
    heap[0] = last
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      if (left >= heap.length) return first
      const least = left + 1 < heap.length && isBefore(heap, left + 1, left) ? left + 1 : left
      if (!swapped(heap, at, least)) return first
      at = least
    }
  }
}

function isBefore(heap: readonly Scheduled[], a: number, b: number): boolean {
  const [one, other] = [heap[a], heap[b]]
  if (one === undefined || other === undefined) return false
  return one.at === other.at ? one.order < other.order : one.at < other.at
}

/** Brings the earlier of the two to `above`. */
function swapped(heap: Scheduled[], above: number, below: number): boolean {
  const [upper, lower] = [heap[above], heap[below]]
  if (upper === undefined || lower === undefined || !isBefore(heap, below, above)) return false
  heap[above] = lower
  heap[below] = upper
  return true
}

/** No real time passes in a run, so after one turn of the loop every promise has had its say. */
export function drained(): Promise<void> {
  return new Promise((done) => setImmediate(done))
}

/** The next time is set before `run`, which may cancel it. */
export function repeat(clock: Pick<Clock, 'after'>, ms: number, run: () => void): Cancel {
  let cancel: Cancel = () => undefined
  const again = () => {
    cancel = clock.after(ms, again)
    run()
  }
  cancel = clock.after(ms, again)
  return () => cancel()
}
