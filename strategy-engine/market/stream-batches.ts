// Keeps streams of candles open: many markets with one message, messages one after another, and over again when they break off.
import type { Cancel, Clock, Logger } from '@keyside/runtime'
import type { Timeframe } from './candle.ts'

export interface Streamed {
  readonly market: string
  readonly timeframe: Timeframe
}

export interface StreamBatchesOptions {
  /** How many one message may ask for. */
  readonly most: number
  /** Resolves when something is heard of one of them. */
  readonly hear: (wanted: readonly Streamed[]) => Promise<unknown>
  /** Those that the exchange has: one that it does not have would spoil the message for all. Rejects when it cannot be asked. */
  readonly listed: (wanted: readonly Streamed[]) => Promise<readonly Streamed[]>
  readonly clock: Clock
  readonly log: Logger
}

/** What is wanted within so long goes with one message, ms. */
const GATHER_MS = 20
/** From one message to the next: venues cut who sends more than five a second. */
const PACE_MS = 250
/** From one look at a stream to the next: what it brings in between is heard all the same, ms. */
const LOOK_MS = 1_000
const RECONNECT_MS = 1_000
const MAX_RECONNECT_MS = 30_000
/** A market that the exchange does not have may be listed later. */
const UNLISTED_MS = 60_000

export class StreamBatches {
  readonly #options: StreamBatchesOptions
  readonly #over = new AbortController()
  #gathered: Set<Streamed> | undefined
  #nextAt = 0

  constructor(options: StreamBatchesOptions) {
    this.#options = options
  }

  follow(wanted: Streamed): Cancel {
    const batch = this.#open()
    batch.add(wanted)
    return () => void batch.delete(wanted)
  }

  stop(): void {
    this.#over.abort()
  }

  #open(): Set<Streamed> {
    if (this.#gathered !== undefined && this.#gathered.size < this.#options.most)
      return this.#gathered
    const batch = new Set<Streamed>()
    this.#gathered = batch
    const now = this.#options.clock.now()
    // A clock that was set back must not delay anything.
    const wait = Math.min(Math.max(this.#nextAt - now, GATHER_MS), 3_600_000)
    this.#nextAt = now + wait + PACE_MS
    void this.#pause(wait).then(() => {
      if (this.#gathered === batch) this.#gathered = undefined
      return this.#keepOpen(batch)
    })
    return batch
  }

  /** Until nobody wants any of them. */
  async #keepOpen(batch: ReadonlySet<Streamed>): Promise<void> {
    const { clock, log } = this.#options
    const isOver = () => batch.size === 0 || this.#over.signal.aborted
    let failed = RECONNECT_MS
    let listed: readonly Streamed[] = []
    let askAt = Number.NEGATIVE_INFINITY
    while (!isOver()) {
      try {
        if (clock.now() >= askAt) {
          listed = await this.#options.listed([...batch])
          askAt = clock.now() + UNLISTED_MS
        }
        const wanted = listed.filter((one) => batch.has(one))
        if (wanted.length > 0) await this.#options.hear(wanted)
        failed = RECONNECT_MS
        await this.#pause(wanted.length > 0 ? LOOK_MS : UNLISTED_MS)
      } catch (error) {
        if (isOver()) return
        const [first] = batch
        const told = { err: error, market: first?.market, others: batch.size - 1 }
        // Once for each time that they are gone.
        if (failed === RECONNECT_MS)
          log.warn(told, 'live candles broke off, asking for them instead')
        else log.debug(told, 'no live candles yet')
        askAt = Number.NEGATIVE_INFINITY
        await this.#pause(failed)
        failed = Math.min(2 * failed, MAX_RECONNECT_MS)
      }
    }
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#over
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const end = () => {
        cancel()
        signal.removeEventListener('abort', end)
        resolve()
      }
      const cancel = this.#options.clock.after(ms, end)
      signal.addEventListener('abort', end)
    })
  }
}
