// Everything that the port asks of the market and nothing of the account: rules, quotes, liquidity, candles and the clock.
import { type Cancel, type Clock, KeysideError, type Logger } from '@keyside/runtime'
import type { MakeAgent } from '@keyside/runtime/web'
import type * as model from '../../core/model/exchange.ts'
import { ClockSkew } from '../adapter/clock-skew.ts'
import type { VenueMarket } from '../adapter/dialect.ts'
import { keepFresh } from '../adapter/keep-fresh.ts'
import { LiquidityWatch } from '../adapter/liquidity.ts'
import { LookedAt } from '../adapter/looked-at.ts'
import { Markets } from '../adapter/markets.ts'
import { Quotes } from '../adapter/quotes.ts'
import { sentence, unreachable } from '../adapter/reply.ts'
import { UnifiedClient } from './unified-client.ts'

/** How often the exchange is asked, ms. Its rules are those of all its markets at once. */
const PACE = {
  quotes: 1_000,
  books: 5_000,
  volumes: 60_000,
  clock: 60_000,
  markets: 1_800_000,
}
/** Measurements of the clock that may fail before its skew counts as not known. */
const CLOCK_MISSES = 3

export interface MarketDataOptions {
  /** ccxt's name of the exchange. */
  readonly venue: string
  readonly address?: string | undefined
  /** For one request, ms. */
  readonly timeoutMs: number
  readonly makeAgent?: MakeAgent | undefined
  readonly clock: Clock
  readonly log: Pick<Logger, 'info' | 'warn'>
  readonly pace?: Partial<typeof PACE> | undefined
}

/** Called when there are new ones. */
export interface Listeners {
  readonly onQuotes: () => Promise<void>
  readonly onRules: () => void
}

export class MarketData {
  readonly client: UnifiedClient
  readonly #venue: string
  readonly #clock: Clock
  readonly #pace: typeof PACE
  readonly #markets: Markets
  readonly #quotes: Quotes
  readonly #liquidity: LiquidityWatch
  readonly #skew: ClockSkew
  /** Prices of markets that nobody trades here. */
  readonly lookedAt: LookedAt
  #tellsTime: 'yes' | 'no' = 'yes'

  constructor({ venue, clock, log, pace, ...asked }: MarketDataOptions) {
    this.client = new UnifiedClient({ ...asked, id: venue, log })
    this.#venue = venue
    this.#clock = clock
    this.#pace = { ...PACE, ...pace }
    this.#markets = new Markets(this.client, log)
    const onGone = (gone: readonly VenueMarket[]) => this.#markets.markGone(gone)
    this.#quotes = new Quotes(this.client, clock, onGone)
    this.#liquidity = new LiquidityWatch(this.client, clock, onGone)
    this.lookedAt = new LookedAt(this.client, clock, (market) => this.#markets.get(market))
    const longestMs = this.#pace.clock * CLOCK_MISSES
    this.#skew = new ClockSkew({ client: () => this.client, clock, longestMs })
  }

  /** Rejects with `paper_venue_unfit` or `exchange_unreachable`. */
  async load(markets: readonly string[]): Promise<void> {
    await this.#requireFit()
    try {
      await this.#load(markets)
    } catch (error) {
      await this.#requireFit()
      throw error
    }
  }

  async #requireFit(): Promise<void> {
    const unfit = await this.client.unfit()
    if (unfit === null) return
    throw new KeysideError(
      'paper_venue_unfit',
      `paper cannot be traded on "${this.#venue}": ${unfit}. Write one like binance, kraken or coinbase as exchange.of in config.yaml`,
    )
  }

  async #load(markets: readonly string[]): Promise<void> {
    this.#tellsTime = (await this.client.tellsTime()) ? 'yes' : 'no'
    await Promise.all([this.#markets.load(markets), this.#skew.measure()])
    const [failed] = await Promise.all([
      this.#quotes.refresh(this.listed()),
      this.#liquidity.refresh(this.listed()),
    ])
    if (failed !== null) throw unreachable(failed)
  }

  keepFresh({ onQuotes, onRules }: Listeners): readonly Cancel[] {
    const clock = this.#clock
    const look = async () => {
      if ((await this.#quotes.refresh(this.listed())) === null) await onQuotes()
    }
    return [
      keepFresh(clock, this.#pace.quotes, look),
      keepFresh(clock, this.#pace.quotes, () => this.lookedAt.refresh()),
      ...this.#liquidity.keepFresh(() => this.listed(), this.#pace),
      keepFresh(clock, this.#pace.markets, () => this.#markets.refresh().then(onRules)),
      keepFresh(clock, this.#pace.clock, () => this.#skew.measure()),
    ]
  }

  close(): void {
    this.client.close()
  }

  listed(): readonly VenueMarket[] {
    return this.#markets.listed()
  }

  get(market: string): VenueMarket | undefined {
    return this.#markets.get(market)
  }

  /** Throws a RangeError for one that is not loaded. */
  market(market: string): VenueMarket {
    const entry = this.#markets.get(market)
    if (entry === undefined) throw new RangeError(`${market} is not among the loaded markets`)
    return entry
  }

  quote(market: string): model.Quote | null {
    const entry = this.#markets.get(market)
    return entry === undefined ? this.lookedAt.quote(market) : this.#quotes.get(entry)
  }

  liquidity(market: string): model.Liquidity | null {
    const entry = this.#markets.get(market)
    return entry === undefined ? null : this.#liquidity.get(entry)
  }

  refreshQuote(market: string): Promise<model.Answered<model.Quote>> {
    return this.#quotes.refreshOne(this.market(market))
  }

  async candles(
    market: string,
    timeframe: string,
    limit: number,
    since?: number,
  ): Promise<model.Answered<readonly model.Candle[]>> {
    const entry = this.lookedAt.get(market) ?? this.market(market)
    const question = this.client.dialect.candles(entry, timeframe, limit, since)
    const reply = await this.client.ask(question)
    if (reply.got !== 'answer') return { ok: false, message: sentence(reply) }
    return { ok: true, value: reply.value }
  }

  /** An exchange that does not tell its time is taken to have this device's. */
  skewMs(): number | null {
    return this.#tellsTime === 'no' ? 0 : this.#skew.ms()
  }

  /** Of the exchange as far as it is known, Unix ms. */
  time(): number {
    return this.#skew.time()
  }

  backoff(): model.Backoff | null {
    const backoff = this.client.backoff()
    return backoff && { why: backoff.why, until: Math.ceil(this.#clock.now() + backoff.ms) }
  }
}
