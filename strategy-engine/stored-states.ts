// When what markets remember is stored and read: read at a start, stored at a stop and seldom in between, so that after a
// crash too only the candles of some hours are missing. Nothing is written at a candle's close.
import { isBusy, type Logger } from '@keyside/runtime'
import { type Candle, TIMEFRAMES, type Timeframe } from './market/candle.ts'
import { type MarketState, type Remembering, readState, stateOf, whyNot } from './market-state.ts'
import type { Outbox } from './publish/outbox.ts'
import type { StateRows, StoredState } from './publish/state-rows.ts'

/** Of one market and timeframe, and of the others that its rules name. */
export interface Market {
  readonly name: string
  readonly market: string
  readonly timeframe: Timeframe
  readonly cohorts: readonly Remembering[]
  /** The last candle that all of its strategies are done with; null before the first. */
  readonly newest: Candle | null
}

/** Stored again when so many candles have closed since: fewer than one answer of an exchange holds. */
const STORED_EACH = 500
/** So many markets at once, some milliseconds. */
const AT_ONCE = 20

export interface StoredStatesOptions {
  readonly rows: StateRows
  readonly outbox: Outbox
  readonly log: Logger
}

export class StoredStates {
  readonly #options: StoredStatesOptions
  /** The candle of each market's stored state, Unix seconds. */
  readonly #stored = new Map<string, number>()

  constructor(options: StoredStatesOptions) {
    this.#options = options
  }

  readonly seqOf = (stream: string): number => this.#options.outbox.stream(stream)?.seq ?? 0

  /** Null where the strategies have to begin with history. */
  find(market: Market): MarketState | null {
    const [cohort, ...others] = market.cohorts
    if (cohort === undefined || others.length > 0) return null
    const stored = this.#options.rows.read(market.name)
    // An update of Keyside may reckon otherwise.
    if (stored === null || stored === 'other_version') return null
    const state = stored === 'damaged' ? null : readState(stored)
    const why = state === null ? 'it is damaged' : whyNot(state, cohort, this.seqOf)
    if (why !== null) this.unused(market, why)
    return why === null ? state : null
  }

  unused({ market, timeframe }: Market, why: string): void {
    const message = `the stored state is not used, because ${why}: all candles are gone through`
    this.#options.log.info({ market, timeframe }, message)
  }

  /** Stores some of those whose stored state is old. Only while nothing is being decided. */
  storeSome(markets: Iterable<Market>): void {
    const due: Market[] = []
    for (const market of markets) {
      if (this.#isDue(market)) due.push(market)
      if (due.length === AT_ONCE) break
    }
    if (due.length > 0) this.#store(due, (states) => this.#options.rows.store(states))
  }

  /** At a stop. */
  storeAll(markets: Iterable<Market>): void {
    this.#store([...markets], (states) => this.#options.rows.storeAll(states))
  }

  #isDue({ name, timeframe, newest }: Market): boolean {
    if (newest === null) return false
    const behind = newest.start - (this.#stored.get(name) ?? 0)
    return behind >= STORED_EACH * TIMEFRAMES[timeframe]
  }

  #store(
    markets: readonly Market[],
    write: (states: ReadonlyMap<string, StoredState>) => void,
  ): void {
    const states = new Map<string, StoredState>()
    for (const market of markets) {
      const state = this.#stateOf(market)
      if (state !== null) states.set(market.name, state)
    }
    try {
      write(states)
    } catch (error) {
      // They are stored another time, or all candles are gone through at the next start.
      if (!isBusy(error)) throw error
      return
    }
    for (const { name, newest } of markets) this.#stored.set(name, newest?.start ?? 0)
  }

  /** Strategies that began at different times have series of their own: they begin together at the next start. */
  #stateOf({ cohorts: [cohort, ...others], newest }: Market): StoredState | null {
    if (cohort === undefined || others.length > 0 || newest === null) return null
    return stateOf(cohort, newest, this.seqOf)
  }
}
