// The port `Exchange` over the simulated venue: every answer takes time, and the faults decide what becomes of it.
import type {
  AccountTrade,
  Answered,
  Balance,
  ExchangeOrder,
  Fill,
  Liquidity,
  Lookup,
  OrderRequest,
  Placed,
  Quote,
} from '../executor/core/model/exchange.ts'
import { QuietExchange } from '../executor/testing/quiet-exchange.ts'
import {
  exchangeOrderOf,
  fillsOf,
  openOrdersOf,
  tradesOf,
} from '../executor/venues/adapter/model-port.ts'
import { KeysideError } from '../runtime/index.ts'
import { balancesAt, type RequestFate, type VenueRequest } from '../venue/index.ts'
import type { Random } from './base/random.ts'
import { decimal, PRICE_PLACES, priceUnits } from './base/units.ts'
import { MeasuredSkew } from './device-clock.ts'
import { ACCEPTANCE_WINDOW_MS, MAX_LAG_MS } from './faults.ts'
import type { TakenOrder } from './ground-truth.ts'
import { MARKETS } from './market.ts'
import { type FalseAnswer, RequestFaults } from './request-faults.ts'
import type { Simulation } from './simulation.ts'
import { ACCOUNT, nameOf, type SimulatedVenue } from './venue.ts'

/** The adapter asks for quotes every second, for the clock every minute. */
const QUOTE_MS = 1_000
const SKEW_MS = 60_000
/** Of a new order, where they are found late at all. */
const LATE_CHANCE = 0.3

export interface ExchangeOptions {
  readonly simulation: Simulation
  readonly venue: SimulatedVenue
  /** The device's clock. */
  readonly now: () => number
  /** What it showed at a true time. */
  readonly clockAt: (at: number) => number
  /** Called before anything leaves the device and when an answer comes; false when the process is gone. */
  readonly survives: (where: string) => boolean
  readonly onTaken: (order: TakenOrder) => void
  readonly onCancel: (clientOrderId: string) => void
}

export class SimulatedExchange extends QuietExchange {
  override readonly money = 'real'
  readonly acceptanceWindowMs = ACCEPTANCE_WINDOW_MS
  override readonly viewLagMs: number
  readonly #options: ExchangeOptions
  readonly #random: Random
  readonly #faults: RequestFaults
  readonly #skew: MeasuredSkew
  #quotesFrom = 0
  #stopSkew: () => void = () => undefined

  constructor(options: ExchangeOptions) {
    super()
    this.#options = options
    this.viewLagMs = options.venue.viewLagMs
    this.retention = { ...this.retention, unfilledMs: options.venue.keptMs }
    this.#random = options.simulation.random
    this.#faults = new RequestFaults(options.simulation)
    this.#skew = new MeasuredSkew(options.simulation, options.now)
  }

  override async start(): Promise<void> {
    if (this.#faults.isOut())
      throw new KeysideError('exchange_unreachable', 'the simulated exchange is out of reach')
    this.#quotesFrom = this.#true()
    this.measureSkew()
    this.#stopSkew = this.#options.simulation.scheduler.every(SKEW_MS, () => this.measureSkew())
  }

  override async stop(): Promise<void> {
    this.#stopSkew()
  }

  measureSkew(): void {
    if (!this.#faults.isOut()) this.#skew.measure()
  }

  #true(): number {
    return this.#options.simulation.scheduler.now()
  }

  rules(market: string) {
    return this.#options.venue.rules(market)
  }

  /** As if asked for every second: the last whole second before an outage. */
  quote(market: string): Quote | null {
    const out = this.#options.simulation.faultWindows
      .periods('outage')
      .find(({ from, to }) => from <= this.#true() && this.#true() < to)
    const asked = Math.max(this.#quotesFrom, Math.min(this.#true(), out?.from ?? this.#true()))
    const at = asked - (asked % QUOTE_MS)
    const { venue, clockAt } = this.#options
    const price = venue.market(market)
    return {
      bid: decimal(price.bid(at), PRICE_PLACES),
      ask: decimal(price.ask(at), PRICE_PLACES),
      at: clockAt(at),
    }
  }

  /** Large markets, looked at whenever the quote is. */
  liquidity(market: string): Liquidity | null {
    const quote = this.quote(market)
    if (quote === null) return null
    const { ask, at } = quote
    return { volume: '2000000000', volumeAt: at, asks: [[ask, '1000000']], asksAt: at }
  }

  override refreshQuote(market: string): Promise<Answered<Quote>> {
    return this.#read<Answered<Quote>>(`quote ${market}`, () => {
      const quote = this.quote(market)
      return quote === null ? notOk() : { ok: true, value: quote }
    })
  }

  refreshBalances() {
    const { amount, value } = this.#options.venue.core.math
    const bases = new Set(MARKETS.map(({ base }) => base))
    return this.#read<Answered<readonly Balance[]>>('balances', () => ({
      ok: true,
      value: balancesAt(this.#options.venue.core, ACCOUNT, this.asOf()).map(
        ({ currency, free, held }) => {
          const unit = bases.has(currency) ? amount : value
          return { currency, free: unit.format(free), used: unit.format(held) }
        },
      ),
    }))
  }

  override skewMs(): number | null {
    return this.#skew.ms()
  }

  override reachable(): boolean {
    return !this.#faults.isOut()
  }

  override candles() {
    const rows = [[1, '1', '2', '1', '2']] as const
    return this.#read<Answered<typeof rows>>('candles', () => ({ ok: true, value: rows }))
  }

  place(order: OrderRequest): Promise<Placed> {
    const { now } = this.#options
    const [stamped, sentAt] = [now(), this.#true()]
    return this.travel<Placed>(
      { kind: 'order', about: nameOf(order) },
      (fate) => this.#take(order, fate, { stamped, sentAt }),
      (answer, name) => (answer === 'no_funds' ? NO_FUNDS : { outcome: 'unknown', message: name }),
    )
  }

  #take(
    order: OrderRequest,
    { answer, effects }: RequestFate<FalseAnswer>,
    { stamped, sentAt }: { stamped: number; sentAt: number },
  ): Placed {
    const { simulation, onTaken } = this.#options
    const venue = this.#options.venue
    const now = this.#true()
    // The venue's gateway has the order at once, even if matching it takes long.
    const arrived = answer === null ? now : sentAt + 20
    venue.partialFillRate = this.#faults.strength('thin')
    if (order.triggerPrice !== undefined && this.#random.chance(this.#faults.strength('passed')))
      this.#passTrigger(order)
    const hiddenMs = this.#hidden()
    const accepted = venue.accept(order, {
      stamped,
      arrived,
      now,
      effects: { ...effects, hiddenMs },
    })
    if (!accepted.ok) {
      simulation.note(`exchange refuses ${nameOf(order)}: ${accepted.code}`)
      const { code } = accepted
      if (accepted.proof === 'no') return { outcome: 'unknown', message: code }
      return { outcome: 'rejected', code, message: code }
    }
    simulation.note(`exchange takes ${nameOf(order)}, ${accepted.order.status}`)
    if (accepted.order.triggersOn === 'rise') simulation.fault('stop taken on the wrong side')
    onTaken(venue.truth.order(String(accepted.order.id)))
    // Its own answer hides nothing.
    const shown = now + hiddenMs
    const view = exchangeOrderOf(venue.core, accepted.order, shown)
    if (view === null) throw new Error('an order that was taken is not to be seen')
    const fills = this.#faults.jumbled(fillsOf(venue.core, accepted.order, shown))
    return { outcome: 'accepted', order: { ...view, fills } }
  }

  /** The price has fallen below the stop's trigger while it was on its way. */
  #passTrigger({ market, triggerPrice = '0' }: OrderRequest): void {
    const fallen = Math.floor(priceUnits(triggerPrice) * (1 - this.#random.part() / 100))
    this.#options.venue.market(market).fallTo(fallen, this.#true())
    this.#options.simulation.fault('price past the trigger')
  }

  find(_: string, clientOrderId: string): Promise<Lookup> {
    return this.#read<Lookup>(
      `find ${clientOrderId.slice(0, 6)}`,
      () => {
        const { core } = this.#options.venue
        const order = this.#options.venue.find(clientOrderId)
        const view = order === undefined ? null : exchangeOrderOf(core, order, this.asOf())
        return view === null ? { outcome: 'missing' } : { outcome: 'found', order: view }
      },
      () => ({ outcome: 'unknown', message: 'no answer' }),
    )
  }

  fills(_: string, exchangeId: string): Promise<Answered<readonly Fill[]>> {
    return this.#read<Answered<readonly Fill[]>>(`fills of ${exchangeId}`, () => {
      const order = this.#options.venue.core.order(BigInt(exchangeId))
      if (order === undefined) return notOk()
      return {
        ok: true,
        value: this.#faults.jumbled(fillsOf(this.#options.venue.core, order, this.asOf())),
      }
    })
  }

  cancel(_: string, clientOrderId: string): Promise<Answered<'canceled' | 'not_open'>> {
    return this.travel<Answered<'canceled' | 'not_open'>>(
      { kind: 'cancel', about: `cancel ${clientOrderId.slice(0, 6)}` },
      () => {
        this.#options.onCancel(clientOrderId)
        return this.#options.venue.cancel(clientOrderId, this.#true())
      },
      notOk,
    )
  }

  openOrders(market: string | null) {
    return this.#read<Answered<readonly ExchangeOrder[]>>(
      `open orders of ${market ?? 'all markets'}`,
      () => {
        const about = { account: ACCOUNT, market, asOf: this.asOf() }
        return { ok: true, value: openOrdersOf(this.#options.venue.core, about) }
      },
    )
  }

  trades(market: string, since: number) {
    return this.#read<Answered<readonly AccountTrade[]>>(`trades of ${market}`, () => {
      const about = { account: ACCOUNT, market, asOf: this.asOf() }
      return {
        ok: true,
        value: tradesOf(this.#options.venue.core, about).filter(({ at }) => at >= since),
      }
    })
  }

  /** How long a new order is not found, ms: only where orders are found late. */
  #hidden(): number {
    const late = this.viewLagMs - MAX_LAG_MS
    const { simulation } = this.#options
    if (late <= 0 || this.#true() >= simulation.healed || !this.#random.chance(LATE_CHANCE))
      return 0
    const hidden = this.#random.between(Math.floor(late / 2), late)
    simulation.trouble('order found late', '', hidden)
    return hidden
  }

  /** The true time that an answer shows, Unix ms. */
  protected asOf(): number {
    return this.#faults.asOf()
  }

  #read<T>(about: string, ask: () => T, failed: () => T = () => notOk() as T): Promise<T> {
    return this.travel<T>({ kind: 'query', about }, ask, failed)
  }

  protected travel<T>(
    request: VenueRequest,
    arrive: (fate: RequestFate<FalseAnswer>) => T,
    instead: (answer: FalseAnswer, fault: string) => T,
  ): Promise<T> {
    return this.#faults.travel(request, { arrive, instead, survives: this.#options.survives })
  }
}

const NO_FUNDS: Placed = {
  outcome: 'rejected',
  code: 'exchange_funds_insufficient',
  message: 'Account has insufficient balance for requested action.',
}

const notOk = () => ({ ok: false, message: 'no answer' }) as const
