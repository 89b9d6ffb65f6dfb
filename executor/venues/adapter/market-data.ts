// Everything that the port asks of the market and nothing of the account: rules, quotes, liquidity, candles and the clock.
import type { Cancel, Clock, Logger } from '@keyside/runtime'
import type { Answered, Candle, Liquidity, MarketRules, Quote } from '../../core/model/exchange.ts'
import { ClockSkew } from './clock-skew.ts'
import type { VenueMarket } from './dialect.ts'
import { keepFresh } from './keep-fresh.ts'
import { type LiquidityPace, LiquidityWatch } from './liquidity.ts'
import type { MarketClient } from './market-client.ts'
import { Markets } from './markets.ts'
import { Quotes } from './quotes.ts'
import { sentence } from './reply.ts'
import { Watchlist } from './watchlist.ts'

/** How often the venue is asked, ms. */
export interface Pace extends LiquidityPace {
  readonly quotes: number
  readonly clock: number
  /** Their rules, and whether they are traded. */
  readonly markets: number
}

const PACE: Pace = {
  quotes: 1_000,
  books: 5_000,
  volumes: 60_000,
  clock: 60_000,
  // The rules of all markets weigh as much as the account, and those of each one that is gone too.
  markets: 60_000,
}

/** Measurements of the clock that may fail before its skew counts as not known. */
const CLOCK_MISSES = 3

export interface MarketDataOptions {
  readonly client: MarketClient
  /** For quotes that orders wait for; the same when left out. */
  readonly urgent?: MarketClient
  readonly clock: Clock
  readonly log: Pick<Logger, 'info' | 'warn'>
  readonly pace?: Partial<Pace> | undefined
}

/** Called when there are new ones. */
export interface Listeners {
  readonly onQuotes?: () => Promise<void>
  readonly onRules?: () => void
}

export class MarketData {
  /** Prices of markets that nobody trades here. */
  readonly watchlist: Watchlist
  readonly #client: MarketClient
  readonly #clock: Clock
  readonly #pace: Pace
  readonly #markets: Markets
  readonly #quotes: Quotes
  readonly #liquidity: LiquidityWatch
  readonly #skew: ClockSkew

  constructor({ client, urgent = client, clock, log, pace }: MarketDataOptions) {
    this.#client = client
    this.#clock = clock
    this.#pace = { ...PACE, ...pace }
    this.#markets = new Markets(client, log)
    const onGone = (gone: readonly VenueMarket[]) => this.#markets.markGone(gone)
    this.#quotes = new Quotes(urgent, clock, onGone)
    this.#liquidity = new LiquidityWatch(client, clock, onGone)
    this.watchlist = new Watchlist(client, clock, (market) => this.#markets.get(market))
    const longestMs = this.#pace.clock * CLOCK_MISSES
    this.#skew = new ClockSkew({ client: () => client, clock, longestMs })
  }

  /** Rules, and the clock before anything is signed. Rejects with `exchange_unreachable`. */
  async load(markets: readonly string[]): Promise<void> {
    await Promise.all([this.#markets.load(markets), this.#skew.measure()])
  }

  /** Quotes and liquidity of what is listed. Says why not; null when the quotes are fresh. */
  async refresh(): Promise<string | null> {
    const [failed] = await Promise.all([
      this.#quotes.refresh(this.listed()),
      this.#liquidity.refresh(this.listed()),
    ])
    return failed
  }

  keepFresh({
    onQuotes = async () => undefined,
    onRules = () => undefined,
  }: Listeners = {}): readonly Cancel[] {
    const clock = this.#clock
    const look = async () => {
      if ((await this.#quotes.refresh(this.listed())) === null) await onQuotes()
    }
    return [
      keepFresh(clock, this.#pace.quotes, look),
      keepFresh(clock, this.#pace.quotes, () => this.watchlist.refresh()),
      ...this.#liquidity.keepFresh(() => this.listed(), this.#pace),
      keepFresh(clock, this.#pace.markets, () => this.refreshRules().then(onRules)),
      keepFresh(clock, this.#pace.clock, () => this.measureClock()),
    ]
  }

  refreshRules(): Promise<void> {
    return this.#markets.refresh()
  }

  measureClock(): Promise<void> {
    return this.#skew.measure()
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

  rules(market: string): MarketRules | null {
    return this.#markets.rules(market)
  }

  quote(market: string): Quote | null {
    const entry = this.#markets.get(market)
    return entry === undefined ? this.watchlist.quote(market) : this.#quotes.get(entry)
  }

  liquidity(market: string): Liquidity | null {
    const entry = this.#markets.get(market)
    return entry === undefined ? null : this.#liquidity.get(entry)
  }

  async refreshQuote(market: string): Promise<Answered<Quote>> {
    const entry = this.market(market)
    if (entry.rules.status === 'gone')
      return { ok: false, message: `the exchange has no market ${market} now` }
    return this.#quotes.refreshOne(entry)
  }

  async candles(
    market: string,
    timeframe: string,
    limit: number,
    since?: number,
  ): Promise<Answered<readonly Candle[]>> {
    const entry = this.watchlist.get(market) ?? this.market(market)
    const question = this.#client.dialect.candles(entry, timeframe, limit, since)
    const reply = await this.#client.ask(question)
    if (reply.got === 'answer') return { ok: true, value: reply.value }
    return { ok: false, message: sentence(reply) }
  }

  skewMs(): number | null {
    return this.#skew.ms()
  }

  /** Of the venue as far as it is known, Unix ms. */
  time(): number {
    return this.#skew.time()
  }
}
