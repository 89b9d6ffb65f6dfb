// Binance spot behind the executor's port.
import type { Cancel, Clock, Logger } from '@keyside/runtime'
import type * as model from '../core/model/exchange.ts'
import { Allowance } from './allowance.ts'
import { accountTradeAnswer, candleAnswer, orderAnswer } from './answers.ts'
import { askBalances, orThrow } from './balances.ts'
import { cancel } from './cancel.ts'
import { fillsOf } from './fills.ts'
import { find, list } from './find.ts'
import { keepFresh } from './keep-fresh.ts'
import { type ApiKeys, normalizeKeys } from './keys.ts'
import { Line, RECEIVE_WINDOW_MS } from './line.ts'
import { type LiquidityPace, LiquidityWatch } from './liquidity.ts'
import { fromOrder, fromTrade, type VenueMarket } from './map.ts'
import { Markets } from './markets.ts'
import { place } from './place.ts'
import type * as port from './port.ts'
import { Quotes } from './quotes.ts'
import { sentence, unreachable } from './reply.ts'
import { keyRights } from './rights.ts'
import { measureSkew } from './skew.ts'
import { type SandboxSecret, Stakes } from './stakes.ts'

/** How often the exchange is asked, ms. */
export interface Pace extends LiquidityPace {
  /** For one unit of ccxt's weights, which is 5 of the venue's. */
  readonly requests: number
  readonly quotes: number
  readonly clock: number
  /** Their rules, and whether they are traded. */
  readonly markets?: number
}

/** 60 ms keep questions within 5 000 of the 6 000 of weight a minute that the venue allows one address. */
const PACE: Pace = {
  requests: 60,
  quotes: 1_000,
  books: 5_000,
  volumes: 60_000,
  clock: 60_000,
}

/** The rules of all markets weigh as much as the account, and those of each one that is gone too. */
const MARKETS_MS = 60_000

/** Measurements of the clock that may fail before its skew counts as not known. */
const CLOCK_MISSES = 3

/** Longer than the venue's own 10 s for its back end, so that its answer is seen. */
const TIMEOUT_MS = 15_000

export interface BinanceOptions {
  readonly keys: ApiKeys
  readonly address?: string
  /** Without it no address can prove that it is a sandbox. */
  readonly sandbox?: SandboxSecret
  readonly clock: Clock
  readonly log: Pick<Logger, 'info' | 'warn'>
  /** For one request, ms; 15 000 by default. */
  readonly timeoutMs?: number
  readonly pace?: Pace
}

/** Throws a KeysideError `exchange_key_malformed`. Nothing is loaded or asked before the first call. */
export function createBinance(options: BinanceOptions): port.Exchange {
  return new Binance(options)
}

class Binance implements port.Exchange {
  readonly name = 'binance'
  readonly acceptanceWindowMs: number
  readonly #clock: Clock
  readonly #pace: Pace
  readonly #allowance = new Allowance()
  readonly #line: Line
  /**
   * For orders, cancels and the quotes they wait for. ccxt lets requests wait their turn, and a few searches for unknown
   * orders would hold up a stop for seconds; an order that waits past its window would even look as if never placed.
   */
  readonly #quickLine: Line
  readonly #markets: Markets
  readonly #quotes: Quotes
  readonly #liquidity: LiquidityWatch
  readonly #stakes: Stakes
  readonly #timers: Cancel[] = []
  #measuring = false
  #skew: { readonly ms: number; readonly at: number } | null = null

  constructor(options: BinanceOptions) {
    const { keys, address, clock, log, timeoutMs = TIMEOUT_MS, pace = PACE } = options
    this.#clock = clock
    this.#pace = pace
    const line = {
      allowance: this.#allowance,
      keys: normalizeKeys(keys),
      timeoutMs,
      requestMs: pace.requests,
      exchangeTime: () => clock.now() + (this.#skew?.ms ?? 0),
      onUntimely: () => void this.#measureSkew(),
      log,
      ...(address === undefined ? {} : { address }),
    }
    this.#line = new Line({ ...line, thrift: 'slows_down' })
    this.#quickLine = new Line({ ...line, thrift: 'never_slow' })
    this.#markets = new Markets(this.#line, log)
    const lose = (gone: readonly VenueMarket[]) => this.#markets.lose(gone)
    this.#quotes = new Quotes(this.#quickLine, clock, lose)
    this.#liquidity = new LiquidityWatch(this.#line, clock, lose)
    const { sandbox } = options
    const there = { ...(address !== undefined && { address }), ...(sandbox && { sandbox }) }
    this.#stakes = new Stakes({ ...there, clock, log })
    this.acceptanceWindowMs = RECEIVE_WINDOW_MS + timeoutMs
  }

  get live(): 'yes' | 'no' {
    return this.#stakes.live
  }

  async start(markets: readonly string[], left: readonly string[] = []): Promise<void> {
    await this.#stakes.enter()
    // The clock before anything is signed.
    await Promise.all([this.#markets.load([...markets, ...left]), this.#measureSkew()])
    const [failed] = await Promise.all([
      this.#refreshQuotes(),
      this.#askBalances().then(orThrow),
      this.#liquidity.refresh(this.#markets.listed()),
    ])
    if (failed !== null) throw unreachable(failed)
    for (const cancelTimer of this.#timers.splice(0)) cancelTimer()
    this.#timers.push(
      this.#stakes.keepFresh(),
      keepFresh(this.#clock, this.#pace.quotes, () => this.#refreshQuotes()),
      ...this.#liquidity.keepFresh(() => this.#markets.listed(), this.#pace),
      keepFresh(this.#clock, this.#pace.markets ?? MARKETS_MS, () => this.#markets.refresh()),
      keepFresh(this.#clock, this.#pace.clock, () => this.#measureSkew()),
    )
  }

  async stop(): Promise<void> {
    for (const cancelTimer of this.#timers.splice(0)) cancelTimer()
    this.#stakes.close()
    this.#line.close()
    this.#quickLine.close()
  }

  rules(market: string): model.MarketRules | null {
    return this.#markets.rules(market)
  }

  quote(market: string): model.Quote | null {
    const entry = this.#markets.get(market)
    return entry === undefined ? null : this.#quotes.get(entry)
  }

  liquidity(market: string): model.Liquidity | null {
    const entry = this.#markets.get(market)
    return entry === undefined ? null : this.#liquidity.get(entry)
  }

  async refreshQuote(market: string): Promise<model.Answered<model.Quote>> {
    const entry = this.#market(market)
    if (entry.rules.status === 'gone')
      return { ok: false, message: `the exchange has no market ${market} now` }
    return this.#quotes.refreshOne(entry)
  }

  async refreshBalances(): Promise<model.Answered<readonly model.Balance[]>> {
    const reply = await this.#askBalances()
    if (reply.got !== 'answer') return { ok: false, message: sentence(reply) }
    return { ok: true, value: reply.body }
  }

  skewMs(): number | null {
    const skew = this.#skew
    const longest = this.#pace.clock * CLOCK_MISSES
    return skew === null || this.#clock.now() - skew.at > longest ? null : skew.ms
  }

  reachable(): boolean {
    return this.#line.reachable && this.#quickLine.reachable
  }

  pause(): model.Pause | null {
    const pause = this.#allowance.pause(performance.now())
    return pause && { why: pause.why, until: Math.ceil(this.#clock.now() + pause.ms) }
  }

  async candles(
    market: string,
    timeframe: string,
    limit: number,
  ): Promise<model.Answered<readonly model.Candle[]>> {
    const { id: symbol } = this.#market(market)
    const question = { symbol, interval: timeframe, limit: String(limit) }
    const listed = await list(this.#line, candleAnswer, (api) => api.publicGetKlines(question))
    if (!listed.ok) return listed
    const value = listed.rows.map(
      ([start, open, high, low, close]): model.Candle => [start / 1000, open, high, low, close],
    )
    return { ok: true, value }
  }

  async place(order: model.WireOrder): Promise<model.Placed> {
    const placed = await place(this.#quickLine, this.#markets.get(order.market), order)
    // Seen here first: what else is wanted there is refused on this device.
    if (placed.outcome === 'turned_down' && placed.code === 'exchange_market_closed')
      void this.#markets.refresh()
    return placed
  }

  async find(market: string, clientOrderId: string): Promise<model.Lookup> {
    return find(this.#line, this.#market(market).id, clientOrderId)
  }

  async fills(market: string, exchangeId: string): Promise<model.Answered<readonly model.Fill[]>> {
    return fillsOf(this.#line, this.#market(market).id, exchangeId)
  }

  async cancel(
    market: string,
    clientOrderId: string,
  ): Promise<model.Answered<'canceled' | 'not_open'>> {
    return cancel(this.#quickLine, this.#market(market).id, clientOrderId)
  }

  async openOrders(market: string): Promise<model.Answered<readonly model.ExchangeOrder[]>> {
    const { id: symbol } = this.#market(market)
    const listed = await list(this.#line, orderAnswer, (api) =>
      api.privateGetOpenOrders({ symbol }),
    )
    return listed.ok ? { ok: true, value: listed.rows.map(fromOrder) } : listed
  }

  /** Not from a starting point on: the venue would list the oldest of the first day. */
  async trades(
    market: string,
    since: number,
  ): Promise<model.Answered<readonly model.AccountTrade[]>> {
    const { id: symbol } = this.#market(market)
    const question = { symbol, limit: '1000' }
    const listed = await list(this.#line, accountTradeAnswer, (api) =>
      api.privateGetMyTrades(question),
    )
    if (!listed.ok) return listed
    const fresh = listed.rows.filter(({ time }) => time >= since)
    return {
      ok: true,
      value: fresh.map((row) => ({
        ...fromTrade(row),
        exchangeId: row.orderId,
        side: row.isBuyer ? 'buy' : 'sell',
      })),
    }
  }

  async keyRights(): Promise<model.Answered<port.KeyRights>> {
    if (this.#timers.length === 0) await this.#stakes.enter()
    return keyRights(this.#line)
  }

  #market(market: string): VenueMarket {
    const entry = this.#markets.get(market)
    if (entry === undefined) throw new RangeError(`${market} is not among the loaded markets`)
    return entry
  }

  /** Why not; null when they are fresh. */
  #refreshQuotes(): Promise<string | null> {
    return this.#quotes.refresh(this.#markets.listed())
  }

  #askBalances() {
    const rules = this.#markets.listed().map((market) => market.rules)
    return askBalances(this.#line, new Set(rules.flatMap(({ base, quote }) => [base, quote])))
  }

  async #measureSkew(): Promise<void> {
    if (this.#measuring) return
    this.#measuring = true
    const ms = await measureSkew(this.#line, this.#clock)
    if (ms !== null) this.#skew = { ms, at: this.#clock.now() }
    this.#measuring = false
  }
}
