// The executor's port on paper: a real exchange's public market, and an account that this device keeps. It has no key.
import type { Cancel, Clock } from '@keyside/runtime'
import type Big from 'big.js'
import type * as model from '../../core/model/exchange.ts'
import { KEPT_FOR_EVER } from '../../core/model/exchange.ts'
import type { VenueMarket } from '../adapter/dialect.ts'
import { MarketPort } from '../adapter/market-port.ts'
import {
  cancelOf,
  exchangeOrderOf,
  fillsOf,
  openOrdersOf,
  type PortOrder,
  rejectionCodeOf,
  requestOf,
  tradesOf,
} from '../adapter/model-port.ts'
import { isSendable, rejected } from '../adapter/orders.ts'
import { backoffUntil } from '../adapter/rate-limit.ts'
import { unreachable } from '../adapter/reply.ts'
import { type AccountOptions, PaperAccount } from './account.ts'
import type { PaperFaults } from './faults.ts'
import { MarketObserver, NOT_WRITTEN } from './market-observer.ts'
import { ACCOUNT, math } from './math.ts'
import { PublicMarket, type PublicMarketOptions } from './public-market.ts'

const TIMEOUT_MS = 10_000

export interface PaperOptions extends AccountOptions, Omit<PublicMarketOptions, 'timeoutMs'> {
  readonly faults: PaperFaults
  /** For one request, ms. */
  readonly timeoutMs?: number
}

export class PaperVenue extends MarketPort {
  readonly name: string
  readonly money = 'paper'
  /** An order waits for a look at the market, and is taken then or never. */
  readonly acceptanceWindowMs: number
  readonly viewLagMs = 0
  readonly retention = KEPT_FOR_EVER
  readonly wholeAccountFrom = 2
  readonly #options: PaperOptions
  protected readonly data: PublicMarket
  readonly #account: PaperAccount
  readonly #observer: MarketObserver
  readonly #timers: Cancel[] = []

  /** Throws `paper_in_use`, `paper_of_another`, `database_other` or `database_busy`. Nothing is asked before `start`. */
  constructor(options: PaperOptions) {
    const { venue, log, timeoutMs = TIMEOUT_MS } = options
    super()
    this.name = venue
    this.acceptanceWindowMs = 2 * timeoutMs
    this.#options = options
    this.#account = new PaperAccount(options)
    this.data = new PublicMarket({ ...options, timeoutMs })
    const { client } = this.data
    const now = () => this.data.time()
    this.#observer = new MarketObserver({ client, account: this.#account, now, log })
  }

  async start(markets: readonly string[], left: readonly string[] = []): Promise<void> {
    const open = [...this.#account.venue.open].map(({ request }) => request.market)
    await this.data.load([...markets, ...left, ...open])
    this.#useRules()
    for (const market of this.#withOrders()) {
      const missed = await this.#observer.catchUp(market)
      if (missed !== null) throw unreachable(missed)
    }
    this.#stopTimers()
    const onQuotes = async () => {
      for (const market of this.#withOrders())
        await this.#observer.look(market, this.quote(market.rules.market))
    }
    this.#timers.push(...this.data.keepFresh({ onQuotes, onRules: () => this.#useRules() }))
  }

  async stop(): Promise<void> {
    this.#stopTimers()
    this.data.client.close()
    this.#account.close()
  }

  #stopTimers(): void {
    for (const cancelTimer of this.#timers.splice(0)) cancelTimer()
  }

  #useRules(): void {
    this.#account.use(
      this.data.listed().map(({ rules, makerFee = rules.takerFee }) => {
        const { market: symbol, base, quote, tick, step, minAmount, maxAmount, minValue } = rules
        const fees = { maker: makerFee, taker: rules.takerFee }
        return { symbol, base, quote, tick, step, minAmount, maxAmount, minValue, fees }
      }),
    )
  }

  /** The markets where an order waits or rests, as far as the exchange has them. */
  #withOrders(): readonly VenueMarket[] {
    const names = new Set([...this.#account.venue.open].map(({ request }) => request.market))
    return this.data.listed().filter(({ rules }) => names.has(rules.market))
  }

  reachable(): boolean {
    return this.data.client.reachable
  }

  requestBudget(): 'free' {
    return 'free'
  }

  backoff(): model.Backoff | null {
    return backoffUntil(this.data.client.backoff(), this.#options.clock.now())
  }

  async refreshBalances(): Promise<model.Answered<readonly model.Balance[]>> {
    const wallet = this.#account.venue.wallet(ACCOUNT)
    const value = wallet.currencies.map((currency) => {
      const { free, held } = wallet.balance(currency)
      return { currency, free: math.value.format(free), used: math.value.format(held) }
    })
    return { ok: true, value }
  }

  async place(order: model.OrderRequest): Promise<model.Placed> {
    if (!isSendable(order))
      return rejected('order_malformed', 'the order is malformed and was not sent')
    const market = this.data.get(order.market)
    if (market === undefined)
      return rejected('exchange_market_unknown', `${order.market} is not among the loaded markets`)
    const { clock, faults } = this.#options
    const about = order.clientOrderId
    const fate = faults.fate({ kind: 'order', about }, clock.now())
    if (fate.arrivesAfter === null) return NO_ANSWER
    const taken = after(clock, fate.arrivesAfter, () => this.#take(market, order, fate.effects))
    if (fate.answer !== null) {
      // The outcome is dropped, as if the answer had been lost.
      const late = fate.arrivesAfter > (fate.answersAfter ?? 0)
      await (late ? after(clock, fate.answersAfter ?? 0, async () => undefined) : taken)
      return NO_ANSWER
    }
    return taken
  }

  /** It meets the book that is asked for now: the way to the exchange and back is its delay. */
  async #take(
    market: VenueMarket,
    order: model.OrderRequest,
    effects: PortOrder<Big>['effects'],
  ): Promise<model.Placed> {
    if (market.rules.status !== 'trading')
      return rejected('exchange_market_closed', `${order.market} is not traded now`)
    if (this.#account.find(order.clientOrderId) !== null) return ALREADY_THERE
    const seen = await this.#observer.see(market)
    if (!seen.ok) return rejected(seen.code, seen.message)
    const submitted = this.#submit(order, effects)
    if (submitted === null) return rejected(NOT_WRITTEN.code, NOT_WRITTEN.message)
    if (submitted.outcome === 'accepted')
      return { outcome: 'accepted', order: this.#shown(submitted.order) }
    const code = rejectionCodeOf(submitted.reason)
    if (code === 'unknown') return ALREADY_THERE
    return rejected(code, `the paper account refuses it: ${submitted.reason}`)
  }

  /** Null where the disk refuses: then it was never taken. */
  #submit(order: model.OrderRequest, effects: PortOrder<Big>['effects']) {
    try {
      return this.#account.change(order.market, (venue) =>
        venue.submit(requestOf(math, order, ACCOUNT), this.#observer.now(), effects),
      )
    } catch (error) {
      if (this.#account.state === 'open')
        this.#options.log.warn({ err: error }, NOT_WRITTEN.message)
      return null
    }
  }

  #shown(order: PortOrder<Big>): model.ExchangeOrder {
    const { venue } = this.#account
    const now = Number.POSITIVE_INFINITY
    const shown = exchangeOrderOf(venue, order, now)
    if (shown === null) throw new RangeError('an order of the account cannot be hidden')
    return { ...shown, fills: fillsOf(venue, order, now) }
  }

  async find(_market: string, clientOrderId: string): Promise<model.Lookup> {
    const order = this.#account.find(clientOrderId)
    return order === null
      ? { outcome: 'missing' }
      : { outcome: 'found', order: { ...this.#shown(order), fills: [] } }
  }

  async fills(_market: string, exchangeId: string): Promise<model.Answered<readonly model.Fill[]>> {
    const order = this.#account.order(exchangeId)
    if (order === null) return { ok: false, message: 'no such order' }
    return { ok: true, value: fillsOf(this.#account.venue, order, Number.POSITIVE_INFINITY) }
  }

  /** Asks for the market first: a fill may be faster. */
  async cancel(
    market: string,
    clientOrderId: string,
  ): Promise<model.Answered<'canceled' | 'not_open'>> {
    if (this.#account.find(clientOrderId) === null)
      return { ok: false, message: 'the exchange does not know this order' }
    const seen = await this.#observer.see(this.data.market(market))
    if (!seen.ok) return { ok: false, message: seen.message }
    const now = this.#observer.now()
    return this.#account.change(market, (venue) =>
      cancelOf(venue, { account: ACCOUNT, clientOrderId, now }),
    )
  }

  async openOrders(market: string | null): Promise<model.Answered<readonly model.ExchangeOrder[]>> {
    const asOf = Number.POSITIVE_INFINITY
    const value = openOrdersOf(this.#account.venue, { account: ACCOUNT, market, asOf })
    return { ok: true, value }
  }

  async trades(
    market: string,
    since: number,
  ): Promise<model.Answered<readonly model.AccountTrade[]>> {
    const asOf = Number.POSITIVE_INFINITY
    const all = tradesOf(this.#account.venue, { account: ACCOUNT, market, asOf })
    return { ok: true, value: all.filter(({ at }) => at >= since) }
  }

  /** Paper has no key. */
  useKeys(): Promise<model.Answered<model.KeyRights>> {
    return this.keyRights()
  }

  /** Paper has no key, so nothing beyond trading is possible. */
  async keyRights(): Promise<model.Answered<model.KeyRights>> {
    const created = this.#options.clock.now()
    const value = { trade: 'yes', withdraw: 'no', transfer: 'no', ipList: 'yes', created } as const
    return { ok: true, value }
  }
}

const NO_ANSWER: model.Placed = { outcome: 'unknown', message: 'no answer from the exchange' }
const ALREADY_THERE: model.Placed = {
  outcome: 'unknown',
  message: 'an order of that name is there already',
}

function after<T>(clock: Clock, ms: number, run: () => Promise<T>): Promise<T> {
  if (ms <= 0) return run()
  return new Promise((resolve, reject) => {
    clock.after(ms, () => void run().then(resolve, reject))
  })
}
