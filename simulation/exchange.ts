// The port `Exchange` over the simulated venue: every answer takes time, and the faults decide what becomes of it.
import type {
  AccountTrade,
  Answered,
  Balance,
  ExchangeOrder,
  Fill,
  Liquidity,
  Lookup,
  Placed,
  Quote,
  WireOrder,
} from '../executor/core/model/exchange.ts'
import type { Exchange } from '../executor/venues/port.ts'
import { KeysideError } from '../runtime/index.ts'
import { balancesOf, openOrdersOf, tradesOf } from './account.ts'
import {
  ACCEPTANCE_WINDOW_MS,
  lateBy,
  MAX_LAG_MS,
  PLACE_FAULTS,
  type PlaceFault,
  READ_FAULTS,
  shuffled,
} from './faults.ts'
import { MARKETS } from './market.ts'
import type { Random } from './random.ts'
import type { Simulation } from './simulation.ts'
import { decimal, PRICE_PLACES } from './units.ts'
import { fillsOf, type Venue, type VenueOrder, viewOf } from './venue.ts'

/** The adapter asks for quotes every second, for the clock every minute. */
const QUOTE_MS = 1_000
const SKEW_MS = 60_000
const SKEW_LIFE_MS = 180_000

export interface ExchangeOptions {
  readonly simulation: Simulation
  readonly venue: Venue
  /** The device's clock. */
  readonly now: () => number
  /** What it showed at a true time. */
  readonly clockAt: (at: number) => number
  /** Called before anything leaves the device and when an answer comes; false when the process is gone. */
  readonly survives: (where: string) => boolean
  readonly onTaken: (order: VenueOrder) => void
  readonly onCancel: (clientOrderId: string) => void
}

export class SimulatedExchange implements Exchange {
  readonly name = 'binance'
  readonly live = 'yes'
  readonly acceptanceWindowMs = ACCEPTANCE_WINDOW_MS
  readonly viewLagMs = 0
  readonly #options: ExchangeOptions
  readonly #random: Random
  #skew: { ms: number; at: number } | null = null
  #quotesFrom = 0
  #stopSkew: () => void = () => undefined

  constructor(options: ExchangeOptions) {
    this.#options = options
    this.#random = options.simulation.random
  }

  async start(): Promise<void> {
    if (this.#isOut())
      throw new KeysideError('exchange_unreachable', 'the simulated exchange is out of reach')
    this.#quotesFrom = this.#true()
    this.measureSkew()
    this.#stopSkew = this.#options.simulation.scheduler.every(SKEW_MS, () => this.measureSkew())
  }

  async stop(): Promise<void> {
    this.#stopSkew()
  }

  measureSkew(): void {
    if (this.#isOut()) return
    const error = this.#random.between(-40, 40)
    const now = this.#options.now()
    this.#skew = { ms: this.#true() - now + error, at: now }
  }

  #true(): number {
    return this.#options.simulation.scheduler.now()
  }

  #isOut(): boolean {
    return this.#strength('outage') > 0
  }

  #strength(kind: 'outage' | 'orders' | 'reads' | 'lag' | 'poor'): number {
    return this.#options.simulation.faultWindows.strength(kind, this.#true())
  }

  rules(market: string) {
    return MARKETS.find((one) => one.market === market) ?? null
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

  refreshQuote(market: string): Promise<Answered<Quote>> {
    const value = () => this.quote(market)
    return this.#read<Answered<Quote>>(`quote ${market}`, () => {
      const quote = value()
      return quote === null ? notOk() : { ok: true, value: quote }
    })
  }

  refreshBalances() {
    return this.#read<Answered<readonly Balance[]>>('balances', () => ({
      ok: true,
      value: balancesOf(this.#options.venue, this.#asOf()),
    }))
  }

  skewMs(): number | null {
    if (this.#skew === null || Math.abs(this.#options.now() - this.#skew.at) > SKEW_LIFE_MS)
      return null
    return this.#skew.ms
  }

  reachable(): boolean {
    return !this.#isOut()
  }

  pause() {
    return null
  }

  candles() {
    const rows = [[1, '1', '2', '1', '2']] as const
    return this.#read<Answered<typeof rows>>('candles', () => ({ ok: true, value: rows }))
  }

  place(order: WireOrder): Promise<Placed> {
    const { simulation, survives } = this.#options
    if (!survives('before the order leaves')) return new Promise(() => undefined)
    simulation.count('orders')
    if (this.#random.chance(this.#strength('poor'))) return this.#turnDown(order)
    if (this.#isOut()) return this.#fault(order, 'connect refused')
    if (this.#random.chance(this.#strength('orders')))
      return this.#fault(order, this.#random.pick(PLACE_FAULTS).name)
    const stamped = this.#options.now()
    return this.#answer(this.#trip(), () => {
      const taken = this.#take(order, stamped, this.#true())
      return () => taken
    })
  }

  #turnDown(order: WireOrder): Promise<Placed> {
    return this.#trouble('turned down', nameOf(order), this.#trip(), () => ({
      outcome: 'turned_down',
      code: 'exchange_funds_insufficient',
      message: 'Account has insufficient balance for requested action.',
    }))
  }

  #fault(order: WireOrder, name: string): Promise<Placed> {
    const { scheduler } = this.#options.simulation
    const fault = PLACE_FAULTS.find((one) => one.name === name) as PlaceFault
    const [stamped, arrived] = [this.#options.now(), this.#true()]
    const trip = this.#trip()
    const taken = { yes: trip, rejected: trip, late: lateBy(this.#random), no: 0 }[fault.taken]
    const as = fault.taken === 'rejected' ? 'rejected' : 'taken'
    if (fault.taken !== 'no')
      scheduler.after(taken, () => void this.#take(order, stamped, arrived + 20, as))
    const heard = this.#random.between(...fault.heardAfter)
    return this.#trouble(
      name,
      nameOf(order),
      heard,
      () => ({ outcome: 'unknown', message: name }),
      taken,
    )
  }

  #take(
    order: WireOrder,
    stamped: number,
    arrived: number,
    as: 'taken' | 'rejected' = 'taken',
  ): Placed {
    const { venue, simulation } = this.#options
    venue.thinness = simulation.faultWindows.strength('thin', this.#true())
    const accepted = venue.accept(order, { stamped, arrived, now: this.#true(), as })
    if (!accepted.ok) {
      simulation.note(`exchange refuses ${nameOf(order)}: ${accepted.code}`)
      const { code } = accepted
      if (accepted.proof === 'no') return { outcome: 'unknown', message: code }
      return { outcome: 'turned_down', code, message: code }
    }
    simulation.note(`exchange takes ${nameOf(order)}, ${accepted.order.state}`)
    this.#options.onTaken(accepted.order)
    const now = this.#true()
    const fills = this.#jumbled(fillsOf(accepted.order, now))
    return { outcome: 'accepted', order: { ...viewOf(accepted.order, now), fills } }
  }

  find(_: string, clientOrderId: string): Promise<Lookup> {
    return this.#read<Lookup>(
      `find ${clientOrderId.slice(0, 6)}`,
      () => {
        const asOf = this.#asOf()
        const order = this.#options.venue.find(clientOrderId, asOf)
        if (order === undefined) return { outcome: 'missing' }
        return { outcome: 'found', order: viewOf(order, asOf) }
      },
      () => ({ outcome: 'unknown', message: 'no answer' }),
    )
  }

  fills(_: string, exchangeId: string): Promise<Answered<readonly Fill[]>> {
    return this.#read<Answered<readonly Fill[]>>(`fills of ${exchangeId}`, () => {
      const order = this.#options.venue.orders.find((one) => one.exchangeId === exchangeId)
      if (order === undefined) return notOk()
      return { ok: true, value: this.#jumbled(fillsOf(order, this.#asOf())) }
    })
  }

  #jumbled(fills: Fill[]): Fill[] {
    if (this.#strength('lag') === 0 || fills.length === 0) return fills
    const { simulation } = this.#options
    const twice = this.#random.chance(0.5)
    if (twice) simulation.fault('fills twice')
    if (fills.length > 1) simulation.fault('fills out of order')
    return shuffled(this.#random, twice ? [...fills, ...fills] : fills)
  }

  cancel(_: string, clientOrderId: string): Promise<Answered<'canceled' | 'not_open'>> {
    return this.#read<Answered<'canceled' | 'not_open'>>(
      `cancel ${clientOrderId.slice(0, 6)}`,
      () => {
        this.#options.onCancel(clientOrderId)
        const outcome = this.#options.venue.cancel(clientOrderId, this.#true())
        return outcome === 'unheard_of' ? notOk() : { ok: true, value: outcome }
      },
    )
  }

  openOrders(market: string) {
    return this.#read<Answered<readonly ExchangeOrder[]>>(`open orders of ${market}`, () => ({
      ok: true,
      value: openOrdersOf(this.#options.venue, market, this.#asOf()),
    }))
  }

  trades(market: string, since: number) {
    return this.#read<Answered<readonly AccountTrade[]>>(`trades of ${market}`, () => ({
      ok: true,
      value: tradesOf(this.#options.venue, market, { since, asOf: this.#asOf() }),
    }))
  }

  async keyRights() {
    const no = 'no' as const
    return {
      ok: true,
      value: { trade: 'yes', withdraw: no, transfer: no, ipList: 'yes' },
    } as const
  }

  /** How far back the truth is that this answer shows. */
  #asOf(): number {
    const lags = this.#random.chance(this.#strength('lag'))
    if (!lags) return this.#true()
    const lag = this.#random.between(0, MAX_LAG_MS)
    this.#options.simulation.trouble('seen late', '', lag)
    return this.#true() - lag
  }

  #trip(): number {
    return this.#random.between(3, 120)
  }

  #read<T>(what: string, ask: () => T, failed: () => T = () => notOk() as T): Promise<T> {
    const { simulation, survives } = this.#options
    if (!survives('before a question leaves')) return new Promise(() => undefined)
    const faulty = this.#isOut() || this.#random.chance(this.#strength('reads'))
    if (!faulty)
      return this.#answer(this.#trip(), () => {
        const answer = ask()
        return () => answer
      })
    const fault = this.#isOut() ? READ_FAULTS[0] : this.#random.pick(READ_FAULTS)
    if (fault === undefined) throw new Error('there are no faults')
    if (fault.reached === 'yes') simulation.scheduler.after(this.#trip(), () => void ask())
    return this.#trouble(fault.name, what, this.#random.between(...fault.heardAfter), failed)
  }

  /** The request arrives, and after as long again the answer is here. */
  #answer<T>(trip: number, arrive: () => () => T): Promise<T> {
    const { simulation, survives } = this.#options
    const { scheduler } = simulation
    return new Promise((done) => {
      scheduler.after(trip, () => {
        const answer = arrive()
        scheduler.after(trip, () => survives('in flight') && done(answer()))
      })
    })
  }

  #trouble<T>(
    name: string,
    about: string,
    heardAfter: number,
    answer: () => T,
    lasts = 0,
  ): Promise<T> {
    const { simulation, survives } = this.#options
    simulation.trouble(name, about, Math.max(heardAfter, lasts))
    return new Promise((done) => {
      simulation.scheduler.after(heardAfter, () => survives('in flight') && done(answer()))
    })
  }
}

function notOk() {
  return { ok: false, message: 'no answer' } as const
}

export function nameOf({ clientOrderId, side, type }: WireOrder): string {
  return `${clientOrderId.slice(0, 6)} ${side} ${type}`
}
