// The executor's port to a venue: what is the same for all of them. What differs is in the dialect.
import type { Decimal } from '@keyside/protocol'
import type { Cancel, Clock, Logger } from '@keyside/runtime'
import type { MakeAgent } from '@keyside/runtime/web'
import Big from 'big.js'
import type * as model from '../../core/model/exchange.ts'
import { canTakeAway } from '../../core/model/key-warnings.ts'
import { type ApiKeys, normalizeKeys } from './api-keys.ts'
import { askWhetherItBorrows, refuseBorrowing } from './borrowing.ts'
import type { Dialect, VenueMarket } from './dialect.ts'
import { fillsOf, type Rows, tradesSince } from './fills.ts'
import { MarketData, type Pace } from './market-data.ts'
import { MarketPort } from './market-port.ts'
import { allOpenOrders, cancel, find, openOrders, place, rejected } from './orders.ts'
import { OutageLog } from './outage-log.ts'
import { backoffUntil, RateLimitBudget } from './rate-limit.ts'
import { RealMoney, type SandboxSecret } from './real-money.ts'
import { orThrow, type Reply, sentence, unreachable } from './reply.ts'
import { RestClient, type VenueNetwork } from './rest-client.ts'

export interface VenueOptions {
  readonly keys: ApiKeys
  /** Where the venue is instead of its usual place. */
  readonly address?: string
  readonly network?: VenueNetwork
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

export class VenueAdapter extends MarketPort {
  readonly name: string
  readonly acceptanceWindowMs: number
  readonly viewLagMs: number
  readonly retention: model.Retention
  readonly wholeAccountFrom: number
  readonly #clock: Clock
  readonly #budget: RateLimitBudget
  readonly #client: RestClient
  /**
   * For orders, cancels and the quotes they wait for. ccxt lets requests wait their turn, and a few searches for unknown
   * orders would hold up a stop for seconds; an order that waits past its window would even look as if never placed.
   */
  readonly #urgent: RestClient
  protected readonly data: MarketData
  readonly #money: RealMoney
  readonly #timers: Cancel[] = []
  #keys: ApiKeys

  /** Throws a KeysideError `exchange_key_malformed`. Nothing is loaded or asked before the first call. */
  constructor(dialect: Dialect, options: VenueOptions) {
    const { keys, address, network, makeAgent, sandbox, clock, log } = options
    const { timeoutMs = dialect.timeoutMs, unitMs = dialect.limits.unitMs } = options
    super()
    this.name = dialect.name
    this.#keys = normalizeKeys(keys, dialect)
    this.acceptanceWindowMs = dialect.receiveWindowMs + timeoutMs
    this.viewLagMs = dialect.viewLagMs
    this.retention = dialect.retention
    this.wholeAccountFrom = dialect.wholeAccountFrom
    this.#clock = clock
    this.#budget = new RateLimitBudget(dialect.limits)
    const client = {
      dialect,
      budget: this.#budget,
      keys: this.#keys,
      timeoutMs,
      unitMs,
      exchangeTime: () => this.data.time(),
      onUntimely: () => void this.data.measureClock(),
      log,
      outageLog: new OutageLog(log),
      makeAgent,
      ...(address !== undefined && { address }),
      ...(network !== undefined && { network }),
    }
    this.#client = new RestClient({ ...client, priority: 'normal' })
    this.#urgent = new RestClient({ ...client, priority: 'urgent' })
    const { pace } = options
    this.data = new MarketData({ client: this.#client, urgent: this.#urgent, clock, log, pace })
    const there = { ...(address !== undefined && { address }), ...(sandbox && { sandbox }) }
    this.#money = new RealMoney({ ...there, makeAgent, clock, log })
  }

  get money(): model.Money {
    return this.#money.realMoney === 'no' ? 'sandbox' : 'real'
  }

  async start(markets: readonly string[], left: readonly string[] = []): Promise<void> {
    await this.#money.enter()
    await this.data.load([...markets, ...left])
    const [failed] = await Promise.all([
      this.data.refresh(),
      // A refused key is reported as such, and not as an account that did not answer.
      this.#askBalances()
        .then(orThrow)
        .then(() => refuseBorrowing(this.#client)),
    ])
    if (failed !== null) throw unreachable(failed)
    for (const cancelTimer of this.#timers.splice(0)) cancelTimer()
    this.#timers.push(this.#money.keepFresh(), ...this.data.keepFresh())
  }

  async stop(): Promise<void> {
    for (const cancelTimer of this.#timers.splice(0)) cancelTimer()
    this.#money.close()
    this.#client.close()
    this.#urgent.close()
  }

  async refreshBalances(): Promise<model.Answered<readonly model.Balance[]>> {
    const reply = await this.#askBalances()
    if (reply.got === 'answer') return { ok: true, value: reply.value }
    const { refusals } = this.#client.dialect
    const isKey =
      reply.got === 'refusal' && refusals.rejection(reply.refusal) === 'exchange_key_refused'
    const message = sentence(reply)
    return isKey ? { ok: false, message, code: 'exchange_key_refused' } : { ok: false, message }
  }

  reachable(): boolean {
    return this.#client.reachable && this.#urgent.reachable
  }

  backoff(): model.Backoff | null {
    return backoffUntil(this.#budget.backoff(performance.now()), this.#clock.now())
  }

  requestBudget(): 'free' | 'tight' {
    return this.#budget.state(performance.now())
  }

  async place(order: model.OrderRequest): Promise<model.Placed> {
    const market = this.data.get(order.market)
    const { triggerPrice } = order
    // Any other order is sent at once: a wait here would let all other requests go first.
    if (market !== undefined && triggerPrice !== undefined) {
      const wrong = await this.#wrongSided(market, order.side, triggerPrice)
      if (wrong !== null) return wrong
    }
    const placed = await place(this.#urgent, market, order)
    // Seen here first: what else is wanted there is refused on this device.
    if (placed.outcome === 'rejected' && placed.code === 'exchange_market_closed')
      void this.data.refreshRules()
    return placed
  }

  /** Where the venue would take a stop for the other direction, its side is proved before it is sent. */
  async #wrongSided(
    market: VenueMarket,
    side: model.OrderRequest['side'],
    triggerPrice: Decimal,
  ): Promise<model.Placed | null> {
    if (this.#client.dialect.wrongSidedStop === 'refused') return null
    const quote = await this.data.refreshQuote(market.rules.market)
    if (!quote.ok) return rejected('order_not_sent', quote.message)
    const { bid, ask } = quote.value
    const isReached =
      side === 'sell' ? new Big(triggerPrice).gte(bid) : new Big(triggerPrice).lte(ask)
    return isReached
      ? rejected('exchange_stop_would_trigger', 'the price is through the stop: it was not sent')
      : null
  }

  async find(market: string, clientOrderId: string, exchangeId = ''): Promise<model.Lookup> {
    return find(this.#client, this.data.market(market), clientOrderId, exchangeId)
  }

  async fills(
    market: string,
    exchangeId: string,
    since = 0,
  ): Promise<model.Answered<readonly model.Fill[]>> {
    const age = { since, now: this.data.time() }
    return fillsOf(this.#client, this.data.market(market), exchangeId, age)
  }

  async cancel(
    market: string,
    clientOrderId: string,
    kind: model.VenueOrderKind,
  ): Promise<model.Answered<'canceled' | 'not_open'>> {
    return cancel(this.#urgent, this.data.market(market), clientOrderId, kind)
  }

  async openOrders(
    market: string | null,
    rows: Rows = 'all',
  ): Promise<model.Answered<readonly model.ExchangeOrder[]>> {
    if (market !== null) return openOrders(this.#client, this.data.market(market), rows)
    const all = await allOpenOrders(this.#client)
    if (!all.ok) return all
    const loaded = new Map(this.data.listed().map(({ id, rules }) => [id, rules.market]))
    const value = all.value.map((order) => {
      const { market: id = '' } = order
      return { ...order, market: loaded.get(id) ?? id }
    })
    return { ...all, value }
  }

  async trades(
    market: string,
    since: number,
    rows: Rows = 'all',
  ): Promise<model.Answered<readonly model.AccountTrade[]>> {
    return tradesSince(this.#client, this.data.market(market), since, rows)
  }

  async keyRights(): Promise<model.Answered<model.KeyRights>> {
    if (this.#timers.length === 0) await this.#money.enter()
    return this.#rightsOf(this.#client, this.#keys)
  }

  async useKeys(given: ApiKeys): Promise<model.Answered<model.KeyRights>> {
    const keys = normalizeKeys(given, this.#client.dialect)
    const trial = this.#client.with(keys)
    const rights = await this.#rightsOf(trial, keys).finally(() => trial.close())
    if (!rights.ok) return rights
    if (canTakeAway(rights.value)) return { ok: false, message: 'it may withdraw or transfer' }
    if (rights.value.trade === 'no') return { ok: false, message: 'it may not trade' }
    this.#keys = keys
    await Promise.all([this.#client.useKeys(keys), this.#urgent.useKeys(keys)])
    return rights
  }

  /** The age of a key that the venue does not tell is that of its being here. */
  async #rightsOf(
    client: RestClient,
    { added }: ApiKeys,
  ): Promise<model.Answered<model.KeyRights>> {
    const reply = await client.ask(client.dialect.keyRights())
    if (reply.got === 'answer') {
      const borrows = await askWhetherItBorrows(client)
      if (!borrows.ok) return borrows
      const age = added === undefined ? {} : { created: added }
      const borrow = borrows.value === 'never' ? {} : { borrow: borrows.value }
      return { ok: true, value: { ...age, ...reply.value, ...borrow } }
    }
    const refused = { ok: false, message: sentence(reply) } as const
    return reply.got === 'refusal' ? { ...refused, code: 'exchange_key_refused' } : refused
  }

  #askBalances(): Promise<Reply<readonly model.Balance[]>> {
    const rules = this.data.listed().map((market) => market.rules)
    const currencies = new Set(rules.flatMap(({ base, quote }) => [base, quote]))
    return this.#client.ask(this.#client.dialect.balances(currencies))
  }
}
