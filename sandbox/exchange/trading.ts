// The pure venue behind the HTTP face: its market, its filters in the dialect's words, and the ticks by which time passes.
import type { Clock } from '@keyside/runtime'
import {
  BookFills,
  decimals,
  type FilterName,
  type MarketSetup,
  type OrderEffects,
  type OrderEvent,
  type Refusal,
  Venue,
  type Market as VenueMarket,
  type Order as VenueOrder,
} from '@keyside/venue'
import Big from 'big.js'
import type { Instrument } from '../market/instrument.ts'
import { type Market, tickAt } from '../market/market.ts'
import { TICK_MS } from '../market/wave.ts'
import type { AccountSetup } from './account.ts'
import type { Book } from './book.ts'
import { type ExchangeError, refuse } from './errors.ts'
import { FEE_RATE, FILTER_NAMES, MAX_OPEN_ORDERS, MAX_STOP_ORDERS, PRICE_BAND } from './filters.ts'
import type { SpotRequest } from './order-request.ts'

// After a long jump of the clock the oldest ticks are not walked: five hours are enough for any test.
const MAX_TICKS = 72_000

export type Order = VenueOrder<Big, SpotRequest>

export interface TradingEvent extends OrderEvent<Big, SpotRequest> {
  /** Of the cancel request, where there was one. */
  readonly cancelId: string | undefined
}

/** Of the first order and the first trade; each later one is one higher. */
export interface FirstNumbers {
  readonly order: bigint
  readonly trade: bigint
}

export interface TradingOptions {
  readonly clock: Clock
  readonly market: Market
  readonly book: Book
  readonly accounts: readonly Pick<AccountSetup, 'name' | 'balances'>[]
  readonly onEvent: (event: TradingEvent) => void
  readonly isTraded?: (symbol: string) => boolean
  readonly first?: FirstNumbers | undefined
}

export class Trading {
  readonly venue: Venue<Big, SpotRequest>
  readonly #clock: Clock
  #tick: number
  #cancelId: string | undefined

  constructor({ clock, market, book, accounts, onEvent, isTraded, first }: TradingOptions) {
    const math = decimals()
    const fills = new BookFills(math, {
      price: ({ symbol }, now) => new Big(market.price(symbol, now)),
      book: (traded, now) => bookAt(book, instrumentOf(market, traded), tickAt(now)),
    })
    this.#clock = clock
    this.#tick = tickAt(clock.now())
    this.venue = new Venue<Big, SpotRequest>(
      {
        math,
        markets: market.instruments.map(marketSetup),
        fills,
        fees: { rate: FEE_RATE, rounding: 'down', takenFrom: 'everything' },
        first: first ?? { order: 1001n, trade: 1n },
        ...(isTraded && { isTraded }),
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

  /** Throws an ExchangeError if a filter would refuse it; takes nothing. */
  check(request: SpotRequest): void {
    const failed = this.venue.failedFilter(request, this.#clock.now())
    if (failed !== null) throw refuse('filter_failed', FILTER_NAMES[failed])
  }

  /** Throws an ExchangeError, with nothing changed, if the order cannot be taken. */
  place(request: SpotRequest, effects: OrderEffects): Order {
    this.advance()
    const submitted = this.venue.submit(request, this.#clock.now(), effects)
    if (submitted.outcome === 'rejected') throw refusalOf(submitted.reason)
    return submitted.order
  }

  /** Throws an ExchangeError if it is not open any more. */
  cancel(order: Order, cancelId: string): void {
    this.advance()
    this.#cancelId = cancelId
    const outcome = this.venue.cancel(order, this.#clock.now())
    this.#cancelId = undefined
    if (outcome === 'not_open') throw refuse('cancel_rejected')
  }
}

function refusalOf(reason: Refusal): ExchangeError {
  if (reason === 'duplicate_client_order_id') return refuse('duplicate_order')
  if (reason === 'stop_would_trigger') return refuse('would_trigger')
  if (reason === 'no_balance') return refuse('no_balance')
  return refuse('filter_failed', FILTER_NAMES[reason satisfies FilterName])
}

function bookAt(book: Book, instrument: Instrument, tick: number) {
  return { version: tick, ...book.at(instrument, tick) }
}

function instrumentOf(market: Market, { symbol }: VenueMarket<Big>): Instrument {
  const instrument = market.instruments.find((one) => one.symbol === symbol)
  if (instrument === undefined) throw new RangeError(`the sandbox market has no ${symbol}`)
  return instrument
}

function marketSetup(instrument: Instrument): MarketSetup {
  const { symbol, base, quote, tickSize, stepSize } = instrument
  return {
    symbol,
    base,
    quote,
    tick: tickSize,
    step: stepSize,
    maxAmount: instrument.maxQuantity,
    maxMarketAmount: instrument.maxMarketQuantity,
    maxPrice: '1000000',
    minValue: instrument.minNotional,
    priceBand: PRICE_BAND,
    maxOrders: MAX_OPEN_ORDERS,
    maxStops: MAX_STOP_ORDERS,
  }
}
