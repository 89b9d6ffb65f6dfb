// The pure venue behind the HTTP api: its market, and the ticks by which time passes.
import type { Clock } from '@keyside/runtime'
import {
  BookFills,
  decimals,
  type MarketSetup,
  type OrderEffects,
  type OrderEvent,
  type OrderRequest,
  Venue,
  type VenueBehavior,
  type Market as VenueMarket,
  type Order as VenueOrder,
} from '@keyside/venue'
import Big from 'big.js'
import type { Instrument } from '../market/instrument.ts'
import { type Market, tickAt } from '../market/market.ts'
import { TICK_MS } from '../market/wave.ts'
import type { AccountSetup } from './account.ts'
import type { Book } from './book.ts'
import { FEE_RATE, type RefusedWhy } from './filters.ts'

// After a long jump of the clock the oldest ticks are not walked: five hours are enough for any test.
const MAX_TICKS = 72_000

type Request = OrderRequest<Big>

export interface TradingEvent<R extends Request> extends OrderEvent<Big, R> {
  /** Of the cancel request, where there was one. */
  readonly cancelId: string | undefined
}

/** Of the first order and the first trade; each later one is one higher. */
export interface FirstNumbers {
  readonly order: bigint
  readonly trade: bigint
}

export interface TradingOptions<R extends Request> {
  readonly clock: Clock
  readonly market: Market
  readonly book: Book
  readonly accounts: readonly Pick<AccountSetup, 'name' | 'balances'>[]
  readonly onEvent: (event: TradingEvent<R>) => void
  readonly isTraded?: (symbol: string) => boolean
  readonly behavior?: Partial<VenueBehavior>
  /** The venue's rules for it. */
  readonly marketOf: (instrument: Instrument) => MarketSetup
  /** What is thrown, in the dialect's words. */
  readonly refused: (why: RefusedWhy) => Error
  readonly first?: FirstNumbers | undefined
}

export class Trading<R extends Request> {
  readonly venue: Venue<Big, R>
  readonly #refused: TradingOptions<R>['refused']
  readonly #clock: Clock
  #tick: number
  #cancelId: string | undefined

  constructor(options: TradingOptions<R>) {
    const { clock, market, book, accounts, onEvent, isTraded, first } = options
    const { behavior, marketOf, refused } = options
    const math = decimals()
    const fills = new BookFills(math, {
      price: ({ symbol }, now) => new Big(market.price(symbol, now)),
      book: (traded, now) => bookAt(book, instrumentOf(market, traded), tickAt(now)),
    })
    this.#refused = refused
    this.#clock = clock
    this.#tick = tickAt(clock.now())
    this.venue = new Venue<Big, R>(
      {
        math,
        markets: market.instruments.map(marketOf),
        fills,
        fees: { rate: FEE_RATE, rounding: 'down', takenFrom: 'everything' },
        first: first ?? { order: 1001n, trade: 1n },
        ...(isTraded && { isTraded }),
        ...(behavior && { behavior }),
      },
      (event) => onEvent({ ...event, cancelId: this.#cancelId }),
    )
    for (const { name, balances } of accounts)
      for (const [asset, amount] of Object.entries(balances))
        this.venue.wallet(name).deposit(asset, new Big(amount))
  }

  /** Lets time pass for resting orders and waiting stops. */
  advance(): void {
    const now = tickAt(this.#clock.now())
    const first = Math.max(this.#tick + 1, now - MAX_TICKS)
    this.#tick = now
    for (let tick = first; tick <= now && this.venue.open.size > 0; tick++)
      this.venue.advance(tick * TICK_MS)
  }

  /** Throws if a filter would refuse it; takes nothing. */
  check(request: R): void {
    const failed = this.venue.failedFilter(request, this.#clock.now())
    if (failed !== null) throw this.#refused(failed)
  }

  /** Throws, with nothing changed, if the order cannot be taken. */
  place(request: R, effects: OrderEffects): VenueOrder<Big, R> {
    this.advance()
    const submitted = this.venue.submit(request, this.#clock.now(), effects)
    if (submitted.outcome === 'rejected') throw this.#refused(submitted.reason)
    return submitted.order
  }

  /** Throws if it is not open any more. */
  cancel(order: VenueOrder<Big, R>, cancelId?: string): void {
    this.advance()
    this.#cancelId = cancelId
    const outcome = this.venue.cancel(order, this.#clock.now())
    this.#cancelId = undefined
    if (outcome === 'not_open') throw this.#refused('not_open')
  }
}

function bookAt(book: Book, instrument: Instrument, tick: number) {
  return { version: tick, ...book.at(instrument, tick) }
}

function instrumentOf(market: Market, { symbol }: VenueMarket<Big>): Instrument {
  const instrument = market.instruments.find((one) => one.symbol === symbol)
  if (instrument === undefined) throw new RangeError(`the sandbox market has no ${symbol}`)
  return instrument
}
