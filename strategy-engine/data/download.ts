// Candles of the past from an exchange into a home: only what is not there yet, kept every few seconds.
import { type Clock, KeysideError } from '@keyside/runtime'
import { TIMEFRAMES } from '../market/candle.ts'
import { findProblem } from '../market/candle-problem.ts'
import type { CandleFile } from './candle-file.ts'
import { type CandleSet, lockCandleSet, readCandleSet, writeCandleSet } from './candle-store.ts'
import { between, type CandleColumns, columnsOfRows, newColumns } from './columns.ts'
import { type CandleSource, interrupted, type Row } from './exchange-candles.ts'
import { gapsOf, type StoredGap, storedGaps } from './gaps.ts'
import { writeMarketRules } from './market-rules.ts'
import { joinCandles, mergeCandles } from './merge.ts'
import { outside, type Span, union } from './spans.ts'

export interface DownloadOptions {
  readonly home: string
  readonly set: CandleSet
  readonly source: CandleSource
  /** Of another server than the exchange's own. */
  readonly address: string | null
  /** Unix seconds; the first candle that is stored where it is left out. */
  readonly from?: number | undefined
  /** Unix seconds, not included; now where it is left out. */
  readonly to?: number | undefined
  readonly clock: Clock
  /** Ends it after the answer that is awaited; what came is kept. */
  readonly signal: AbortSignal
  readonly onProgress: (progress: Progress) => void
}

export interface Progress {
  /** Of the time that was to be asked for, 0 to 1. */
  readonly share: number
  readonly added: number
  /** Up to where, Unix seconds. */
  readonly at: number
}

export interface Downloaded {
  readonly state: 'complete' | 'stopped'
  /** What was asked for, Unix seconds. */
  readonly from: number
  readonly to: number
  /** Stored within it now, and how many of them are new. */
  readonly candles: number
  readonly added: number
  /** Start of the first one within it; null where there is none. */
  readonly first: number | null
  /** Start of the last one within it. */
  readonly last: number | null
  readonly gaps: readonly StoredGap[]
  /** Candles that cannot be, which were left out. */
  readonly refused: readonly { readonly start: number; readonly what: string }[]
}

/** A candle counts as closed this long after its end, as in the live feed, seconds. */
const SETTLE_S = 0.5
/** What is missing may still come for this long, seconds. */
const LATE_S = 3_600
/** Clocks differ: a candle is from the future when it opens later than this, seconds. */
const AHEAD_S = 5
const SAVE_MS = 5_000
const TRIES = 6

/**
 * Throws `candles_missing` (no start was given and there is none), `candles_locked`, `candles_conflict` (what is there
 * came from another address), `download_interrupted`, and what reading the file throws. What came before is kept.
 */
export async function downloadCandles(options: DownloadOptions): Promise<Downloaded> {
  const unlock = lockCandleSet(options.home, options.set)
  try {
    return await new Download(options).run()
  } finally {
    unlock()
  }
}

class Download {
  readonly #options: DownloadOptions
  readonly #length: number
  #file: CandleFile
  #pages: CandleColumns[] = []
  #asked: Span[] = []
  #added = 0
  #savedAt: number
  readonly #refused: { start: number; what: string }[] = []
  /** The exchange's time less this machine's, ms. */
  #offset = 0

  constructor(options: DownloadOptions) {
    const { home, set, address, clock } = options
    this.#options = options
    this.#length = TIMEFRAMES[set.timeframe]
    this.#file = readCandleSet(home, set) ?? {
      ...set,
      address,
      asked: [],
      columns: newColumns(0),
    }
    this.#savedAt = clock.now()
    if (this.#file.address !== address)
      throw new KeysideError(
        'candles_conflict',
        `the candles of ${set.market} ${set.timeframe} that are here came from ${this.#file.address ?? `${set.exchange} itself`}, not from ${address ?? `${set.exchange} itself`}: use another KEYSIDE_HOME, or delete them`,
      )
  }

  async run(): Promise<Downloaded> {
    const { source, clock, signal } = this.#options
    const asked = clock.now()
    const time = await this.#withRetry(() => source.time())
    if (time !== null) this.#offset = time - (asked + clock.now()) / 2
    const { rules } = source
    if (rules !== null)
      writeMarketRules(this.#options.home, { ...rules, read: Math.floor(this.#now()) })
    const whole = this.#whole()
    const spans = outside(whole, union([...this.#file.asked, ...this.#runs()]))
    const total = spans.reduce((sum, [from, to]) => sum + to - from, 0)
    let done = 0
    try {
      for (const [from, to] of spans)
        for (let at = from; at < to && !signal.aborted; ) {
          const next = await this.#page(at, to)
          done += next - at
          at = next
          this.#options.onProgress({ share: done / total, added: this.#added, at })
          if (clock.now() - this.#savedAt >= SAVE_MS) this.#save()
        }
    } finally {
      this.#save()
    }
    return this.#result(whole, done < total ? 'stopped' : 'complete')
  }

  #now(): number {
    return (this.#options.clock.now() + this.#offset) / 1000
  }

  /** On starts of candles; only what has closed. */
  #whole(): Span {
    const { set, from, to } = this.#options
    const first = from ?? this.#file.columns.start[0]
    if (first === undefined)
      throw new KeysideError(
        'candles_missing',
        `there are no candles of ${set.market} ${set.timeframe} of ${set.exchange} to go on from: say where to begin, such as --from 2024-01-01`,
      )
    const length = this.#length
    const closed = Math.floor((this.#now() - SETTLE_S) / length) * length
    const begin = Math.ceil(first / length) * length
    const end = Math.min(closed, Math.ceil((to ?? closed) / length) * length)
    return [begin, Math.max(begin, end)]
  }

  /** What is stored, as spans. */
  #runs(): Span[] {
    const { start, length } = this.#file.columns
    const [first, last] = [start[0], start[length - 1]]
    if (first === undefined || last === undefined) return []
    const holes = gapsOf(this.#file.columns, this.#length).map(({ from, to }): Span => [from, to])
    return outside([first, last + this.#length], holes)
  }

  /** One answer; where the next one is to begin. */
  async #page(at: number, to: number): Promise<number> {
    const { source } = this.#options
    const rows = await this.#withRetry(() => source.page(at))
    const believed = this.#believed(rows)
    const columns = between(believed, at, to)
    const last = columns.start[columns.length - 1]
    const settled = Math.floor((this.#now() - LATE_S) / this.#length) * this.#length
    if (last === undefined) {
      // An answer that begins later says that there is nothing before; an empty one only that its own stretch is empty.
      const isBeyond = Number(believed.start[believed.length - 1]) >= to
      const next = isBeyond ? to : Math.min(to, at + source.pageSize * this.#length)
      this.#asked.push([at, Math.min(next, settled)])
      return next
    }
    this.#pages.push(columns)
    this.#added += columns.length
    this.#asked.push([at, last + this.#length])
    return last + this.#length
  }

  /** Without the candles that cannot be, which are noted. */
  #believed(rows: readonly Row[]): CandleColumns {
    const left = [...rows]
    for (;;) {
      const columns = columnsOfRows(left)
      const problem = findProblem(columns, this.#length, this.#now() + AHEAD_S)
      if (problem === null) return columns
      this.#refused.push({ start: columns.start[problem.index] ?? Number.NaN, what: problem.what })
      left.splice(problem.index, 1)
    }
  }

  async #withRetry<T>(ask: () => Promise<T>): Promise<T> {
    const { source, clock, signal } = this.#options
    for (let tries = 1; ; tries++)
      try {
        return await ask()
      } catch (error) {
        if (!source.isPassing(error) || tries === TRIES || signal.aborted)
          throw interrupted(source.name, error)
        await new Promise<void>((resolve) => {
          const cancel = clock.after(500 * 2 ** tries, resolve)
          signal.addEventListener('abort', () => {
            cancel()
            resolve()
          })
        })
      }
  }

  #save(): void {
    this.#savedAt = this.#options.clock.now()
    if (this.#asked.length === 0) return
    const { columns } = mergeCandles(this.#file.columns, joinCandles(this.#pages))
    const refused = union(
      this.#refused
        .map(({ start }) => Math.floor(start / this.#length) * this.#length)
        .filter(Number.isFinite)
        .map((start): Span => [start, start + this.#length]),
    )
    const asked = union([...this.#file.asked, ...this.#asked]).flatMap((span) =>
      outside(span, refused),
    )
    this.#file = { ...this.#file, columns, asked }
    this.#pages = []
    this.#asked = []
    writeCandleSet(this.#options.home, this.#file)
    this.#savedAt = this.#options.clock.now()
  }

  #result([from, to]: Span, state: Downloaded['state']): Downloaded {
    const columns = between(this.#file.columns, from, to)
    return {
      state,
      from,
      to,
      candles: columns.length,
      added: this.#added,
      first: columns.start[0] ?? null,
      last: columns.start[columns.length - 1] ?? null,
      gaps: storedGaps(columns, this.#length, this.#file.asked),
      refused: this.#refused,
    }
  }
}
