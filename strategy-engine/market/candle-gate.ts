// Checks candles from the exchange: impossible ones are refused, and one that was given is not replaced later.
import { type Candle, TIMEFRAMES } from './candle.ts'
import { columnsOf } from './candle-columns.ts'
import { findProblem } from './candle-problem.ts'
import type { Subscription } from './feed.ts'
import { corrected, refused } from './feed-troubles.ts'

/** How much a candle may be ahead of the exchange's time as it is known here, ms: that is measured, and never exact. */
const TOLERANCE_MS = 2_000
/** So many candles are remembered as they were given. */
const REMEMBERED = 5

export class CandleGate {
  readonly #subscription: Subscription
  readonly #exchangeNow: () => number
  /** Seconds. */
  readonly #length: number
  /** Those given last, by their start. */
  readonly #given = new Map<number, Candle>()
  /** What was told of candles, so that each is told once: the last few. */
  readonly #told = new Set<string>()

  constructor(subscription: Subscription, exchangeNow: () => number) {
    this.#subscription = subscription
    this.#exchangeNow = exchangeNow
    this.#length = TIMEFRAMES[subscription.timeframe]
  }

  /** False for an impossible candle. Another version of one that was given passes, and is told: it counts no more. */
  passes(candle: Candle): boolean {
    const given = this.#given.get(candle.start)
    if (given !== undefined && !isSame(given, candle)) {
      this.#tellOnce(`corrected ${candle.start}`, () => corrected(this.#subscription, candle.start))
      return true
    }
    const now = (this.#exchangeNow() + TOLERANCE_MS) / 1000 - this.#length
    const problem = findProblem(columnsOf([candle]), this.#length, now)
    if (problem === null) return true
    this.#tellOnce(`refused ${candle.start}`, () =>
      refused(this.#subscription, candle.start, problem.what),
    )
    return false
  }

  /** Oldest first, none twice; null in place of one that cannot be. */
  sift(candles: readonly Candle[]): { good: (Candle | null)[]; isWhole: boolean } {
    const sorted = candles.toSorted((a, b) => a.start - b.start)
    const good: (Candle | null)[] = []
    for (const [at, candle] of sorted.entries()) {
      const before = sorted[at - 1]
      if (before?.start !== candle.start) good.push(this.passes(candle) ? candle : null)
      // Of two that differ nobody knows which is right.
      else if (!isSame(before, candle)) good[good.length - 1] = this.#isTwice(candle)
    }
    return { good, isWhole: !good.includes(null) }
  }

  #isTwice({ start }: Candle): null {
    this.#tellOnce(`refused ${start}`, () =>
      refused(this.#subscription, start, 'is there twice, with other prices'),
    )
    return null
  }

  given(candle: Candle): void {
    this.#given.set(candle.start, candle)
    forgetOldest(this.#given.keys(), this.#given)
  }

  #tellOnce(what: string, trouble: () => Parameters<Subscription['onTrouble']>[0]): void {
    if (this.#told.has(what)) return
    this.#told.add(what)
    forgetOldest(this.#told.keys(), this.#told)
    this.#subscription.onTrouble(trouble())
  }
}

function forgetOldest<T>(
  keys: Iterator<T>,
  of: { readonly size: number; delete(key: T): boolean },
) {
  if (of.size <= REMEMBERED) return
  const { value, done } = keys.next()
  if (!done) of.delete(value)
}

/** Whatever the text of its numbers. */
export function isSame(one: Candle, other: Candle): boolean {
  return (['open', 'high', 'low', 'close', 'volume'] as const).every(
    (name) => Number(one[name]) === Number(other[name]),
  )
}
