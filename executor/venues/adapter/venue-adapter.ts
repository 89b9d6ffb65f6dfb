// The executor's port to a venue: what is the same for all of them. What differs is in the dialect.
import type { Cancel, Clock, Logger } from '@keyside/runtime'
import type { MakeAgent } from '@keyside/runtime/web'
import Big from 'big.js'
import type * as model from '../../core/model/exchange.ts'
import { type ApiKeys, normalizeKeys } from './api-keys.ts'
import { refuseBorrowing } from './borrowing.ts'
import { ClockSkew } from './clock-skew.ts'
import type { Dialect, VenueMarket } from './dialect.ts'
import { keepFresh } from './keep-fresh.ts'
import { type LiquidityPace, LiquidityWatch } from './liquidity.ts'
import { LookedAt } from './looked-at.ts'
import { Markets } from './markets.ts'
import { cancel, fillsOf, find, openOrders, place, rejected, tradesSince } from './orders.ts'
import { Quotes } from './quotes.ts'
import { RateLimitBudget } from './rate-limit.ts'
import { RealMoney, type SandboxSecret } from './real-money.ts'
import { orThrow, type Reply, sentence, unreachable } from './reply.ts'
import { RestClient } from './rest-client.ts'

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

export interface VenueOptions {
  readonly keys: ApiKeys
  /** Where the venue is instead of its usual place. */
  readonly address?: string
  /** Where it goes through a proxy. */
  readonly makeAgent?: MakeAgent | undefined
  /** Without it no address can prove that it is a sandbox. */
  readonly sandbox?: SandboxSecret
  readonly clock: Clock
  readonly log: Pick<Logger, 'info' | 'warn'>
  /** For one request, ms. */
  readonly timeoutMs?: number
  /** For one unit of ccxt's weights, ms. */
  readonly unitMs?: number
  readonly pace?: Partial<Pace>
}

export class VenueAdapter {
  readonly name: string
  readonly acceptanceWindowMs: number
  readonly viewLagMs: number
  readonly wholeAccountFrom: number
  readonly #clock: Clock
  readonly #pace: Pace
  readonly #budget: RateLimitBudget
  readonly #client: RestClient
  /**
   * For orders, cancels and the quotes they wait for. ccxt lets requests wait their turn, and a few searches for unknown
   * orders would hold up a stop for seconds; an order that waits past its window would even look as if never placed.
   */
  readonly #urgent: RestClient
  readonly #markets: Markets
  readonly #quotes: Quotes
  readonly #liquidity: LiquidityWatch
  readonly #lookedAt: LookedAt
  readonly #money: RealMoney
  readonly #skew: ClockSkew
  readonly #timers: Cancel[] = []

  /** Throws a KeysideError `exchange_key_malformed`. Nothing is loaded or asked before the first call. */
  constructor(dialect: Dialect, options: VenueOptions) {
    const { keys, address, makeAgent, sandbox, clock, log } = options
    const { timeoutMs = dialect.timeoutMs, unitMs = dialect.limits.unitMs } = options
    this.name = dialect.name
    this.acceptanceWindowMs = dialect.receiveWindowMs + timeoutMs
    this.viewLagMs = dialect.viewLagMs
    this.wholeAccountFrom = dialect.wholeAccountFrom
    this.#clock = clock
    this.#pace = { ...PACE, ...options.pace }
    this.#budget = new RateLimitBudget(dialect.limits)
    this.#skew = new ClockSkew({
      client: () => this.#client,
      clock,
      longestMs: this.#pace.clock * CLOCK_MISSES,
    })
    const client = {
      dialect,
      budget: this.#budget,
      keys: normalizeKeys(keys, dialect),
      timeoutMs,
      unitMs,
      exchangeTime: () => this.#skew.time(),
      onUntimely: () => void this.#skew.measure(),
      log,
      makeAgent,
      ...(address === undefined ? {} : { address }),
    }
    this.#client = new RestClient({ ...client, priority: 'normal' })
    this.#urgent = new RestClient({ ...client, priority: 'urgent' })
    this.#markets = new Markets(this.#client, log)
    const onGone = (gone: readonly VenueMarket[]) => this.#markets.markGone(gone)
    this.#quotes = new Quotes(this.#urgent, clock, onGone)
    this.#lookedAt = new LookedAt(this.#client, clock, (market) => this.#markets.get(market))
    this.#liquidity = new LiquidityWatch(this.#client, clock, onGone)
    const there = { ...(address !== undefined && { address }), ...(sandbox && { sandbox }) }
    this.#money = new RealMoney({ ...there, makeAgent, clock, log })
  }

  get money(): model.Money {
    return this.#money.realMoney === 'no' ? 'sandbox' : 'real'
  }

  async start(markets: readonly string[], left: readonly string[] = []): Promise<void> {
    await this.#money.enter()
    // The clock before anything is signed.
    await Promise.all([this.#markets.load([...markets, ...left]), this.#skew.measure()])
    const [failed] = await Promise.all([
      this.#refreshQuotes(),
      this.#askBalances().then(orThrow),
      refuseBorrowing(this.#client),
      this.#liquidity.refresh(this.#markets.listed()),
    ])
    if (failed !== null) throw unreachable(failed)
    for (const cancelTimer of this.#timers.splice(0)) cancelTimer()
    this.#timers.push(
      this.#money.keepFresh(),
      keepFresh(this.#clock, this.#pace.quotes, () => this.#refreshQuotes()),
      keepFresh(this.#clock, this.#pace.quotes, () => this.#lookedAt.refresh()),
      ...this.#liquidity.keepFresh(() => this.#markets.listed(), this.#pace),
      keepFresh(this.#clock, this.#pace.markets, () => this.#markets.refresh()),
      keepFresh(this.#clock, this.#pace.clock, () => this.#skew.measure()),
    )
  }

  async stop(): Promise<void> {
    for (const cancelTimer of this.#timers.splice(0)) cancelTimer()
    this.#money.close()
    this.#client.close()
    this.#urgent.close()
  }

  rules(market: string): model.MarketRules | null {
    return this.#markets.rules(market)
  }

  quote(market: string): model.Quote | null {
    const entry = this.#markets.get(market)
    return entry === undefined ? this.#lookedAt.quote(market) : this.#quotes.get(entry)
  }

  watch(markets: readonly string[]): void {
    this.#lookedAt.want(markets)
  }

  lookUp(market: string): Promise<model.LookedUp> {
    return this.#lookedAt.lookUp(market)
  }

  symbols(): Promise<model.Answered<readonly string[]>> {
    return this.#lookedAt.symbols()
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
    return { ok: true, value: reply.value }
  }

  skewMs(): number | null {
    return this.#skew.ms()
  }

  reachable(): boolean {
    return this.#client.reachable && this.#urgent.reachable
  }

  backoff(): model.Backoff | null {
    const backoff = this.#budget.backoff(performance.now())
    return backoff && { why: backoff.why, until: Math.ceil(this.#clock.now() + backoff.ms) }
  }

  async candles(
    market: string,
    timeframe: string,
    limit: number,
    since?: number,
  ): Promise<model.Answered<readonly model.Candle[]>> {
    const { dialect } = this.#client
    const entry = this.#lookedAt.get(market) ?? this.#market(market)
    return this.#client.answer(dialect.candles(entry, timeframe, limit, since))
  }

  async place(order: model.OrderRequest): Promise<model.Placed> {
    const market = this.#markets.get(order.market)
    const stop = await this.#wrongSided(market, order)
    if (stop !== null) return stop
    const placed = await place(this.#urgent, market, order)
    // Seen here first: what else is wanted there is refused on this device.
    if (placed.outcome === 'rejected' && placed.code === 'exchange_market_closed')
      void this.#markets.refresh()
    return placed
  }

  /** Where the venue would take a stop for the other direction, its side is proved before it is sent. */
  async #wrongSided(
    market: VenueMarket | undefined,
    { side, triggerPrice }: model.OrderRequest,
  ): Promise<model.Placed | null> {
    if (market === undefined || triggerPrice === undefined) return null
    if (this.#client.dialect.wrongSidedStop === 'refused') return null
    const quote = await this.#quotes.refreshOne(market)
    if (!quote.ok) return rejected('order_not_sent', quote.message)
    const { bid, ask } = quote.value
    const isReached =
      side === 'sell' ? new Big(triggerPrice).gte(bid) : new Big(triggerPrice).lte(ask)
    return isReached
      ? rejected('exchange_stop_would_trigger', 'the price is through the stop: it was not sent')
      : null
  }

  async find(market: string, clientOrderId: string): Promise<model.Lookup> {
    return find(this.#client, this.#market(market), clientOrderId)
  }

  async fills(market: string, exchangeId: string): Promise<model.Answered<readonly model.Fill[]>> {
    return fillsOf(this.#client, this.#market(market), exchangeId)
  }

  async cancel(
    market: string,
    clientOrderId: string,
    kind: model.VenueOrderKind,
  ): Promise<model.Answered<'canceled' | 'not_open'>> {
    return cancel(this.#urgent, this.#market(market), clientOrderId, kind)
  }

  async openOrders(market: string | null): Promise<model.Answered<readonly model.ExchangeOrder[]>> {
    return openOrders(this.#client, market === null ? null : this.#market(market))
  }

  async trades(
    market: string,
    since: number,
  ): Promise<model.Answered<readonly model.AccountTrade[]>> {
    return tradesSince(this.#client, this.#market(market), since)
  }

  async keyRights(): Promise<model.Answered<model.KeyRights>> {
    if (this.#timers.length === 0) await this.#money.enter()
    const reply = await this.#client.ask(this.#client.dialect.keyRights())
    if (reply.got === 'answer') return { ok: true, value: reply.value }
    const refused = { ok: false, message: sentence(reply) } as const
    return reply.got === 'refusal' ? { ...refused, code: 'exchange_key_refused' } : refused
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

  #askBalances(): Promise<Reply<readonly model.Balance[]>> {
    const rules = this.#markets.listed().map((market) => market.rules)
    const currencies = new Set(rules.flatMap(({ base, quote }) => [base, quote]))
    return this.#client.ask(this.#client.dialect.balances(currencies))
  }
}
