// A seeded market: the same seed and the same pushes give the same prices and candles, whenever they are asked for.
import Big from 'big.js'
import { type Candle, type CandleQuery, type Interval, nextOpen, opensOf } from './candle.ts'
import type { DrivePoint } from './drives.ts'
import {
  createInstrument,
  INSTRUMENTS,
  type Instrument,
  type InstrumentSetup,
  places,
} from './instrument.ts'
import type { BookConditions } from './path.ts'
import { PriceProcess } from './price-process.ts'
import { TICK_MS, type WaveShape } from './wave.ts'

export interface MarketOptions {
  readonly seed: number
  /**
   * For tests: a wave instead of a market like life. An amplitude of 0 is one that moves by command only (leave noise at
   * 0 then).
   */
  readonly wave?: WaveShape
  readonly instruments?: readonly InstrumentSetup[]
}

export interface Trade {
  /** Also the trade's number. */
  readonly tick: number
  readonly time: number
  readonly price: string
  readonly quantity: string
}

export const DEMO_WAVE: WaveShape = { periodMs: 100_000, amplitude: 0.01, noise: 0.00002 }
export const CALM: WaveShape = { periodMs: 100_000, amplitude: 0, noise: 0 }

const DAY_MS = 86_400_000

interface Listing {
  readonly instrument: Instrument
  readonly process: PriceProcess
}

export class Market {
  readonly #listings: ReadonlyMap<string, Listing>

  constructor(options: MarketOptions) {
    const instruments = (options.instruments ?? INSTRUMENTS).map(createInstrument)
    this.#listings = new Map(
      instruments.map((instrument) => [
        instrument.symbol,
        { instrument, process: new PriceProcess(instrument, options.wave, options.seed) },
      ]),
    )
  }

  get instruments(): readonly Instrument[] {
    return [...this.#listings.values()].map((listing) => listing.instrument)
  }

  has(symbol: string): boolean {
    return this.#listings.has(symbol)
  }

  /** Price of the newest trade at a Unix time in ms. Throws a RangeError for a symbol it does not have. */
  price(symbol: string, at: number): string {
    const { instrument, process } = this.#listing(symbol)
    return priceText(instrument, process.at(tickAt(at)))
  }

  /** The one trade of each tick from `first` to `last`, both included. */
  trades(symbol: string, first: number, last: number): Trade[] {
    const { instrument, process } = this.#listing(symbol)
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => ({
      tick: first + i,
      time: (first + i) * TICK_MS,
      price: priceText(instrument, process.at(first + i)),
      quantity: quantityText(instrument, process.volume(first + i, first + i)),
    }))
  }

  /** How wide and how deep its book is at a tick. */
  conditions(symbol: string, tick: number): BookConditions {
    return this.#listing(symbol).process.conditions(tick)
  }

  /** Candles in order of time, the running one included; none begins after `now`. */
  candles(symbol: string, interval: Interval, query: CandleQuery, now: number): Candle[] {
    const opens = opensOf(interval, query, now)
    return opens.map((open) => this.candle(symbol, open, nextOpen(interval, open) - open, now))
  }

  /** What happened from `openTime` on for `length` ms, as far as `now`; both on the 250 ms grid. */
  candle(symbol: string, openTime: number, length: number, now: number): Candle {
    const { instrument, process } = this.#listing(symbol)
    const first = openTime / TICK_MS
    const last = Math.min((openTime + length) / TICK_MS - 1, tickAt(now))
    const [open, close] = [process.at(first), process.at(last)]
    const { high, low } = process.range(first, last)
    const volume = process.volume(first, last)
    const middle = new Big(open).plus(high).plus(low).plus(close).div(4)
    return {
      openTime,
      closeTime: openTime + length - 1,
      open: priceText(instrument, open),
      high: priceText(instrument, high),
      low: priceText(instrument, low),
      close: priceText(instrument, close),
      volume: quantityText(instrument, volume),
      quoteVolume: quoteText(instrument, middle.times(volume)),
      firstTrade: first,
      trades: last - first + 1,
      closed: now >= openTime + length,
    }
  }

  /** The 24 hours that end now, on the grid of the trades. */
  lastDay(symbol: string, now: number): Candle {
    return this.candle(symbol, (tickAt(now - DAY_MS) + 1) * TICK_MS, DAY_MS, now)
  }

  /** Multiplies the price from the next trade on, for good. */
  nudge(symbol: string, factor: number, now: number): void {
    this.drive(symbol, [{ afterMs: 0, factor }], now)
  }

  /** Leads the price along a path from `now` on; its own course goes on underneath. */
  drive(symbol: string, path: readonly DrivePoint[], now: number): void {
    this.#listing(symbol).process.drives.add(now, path)
  }

  #listing(symbol: string): Listing {
    const listing = this.#listings.get(symbol)
    if (listing === undefined) throw new RangeError(`the sandbox market has no ${symbol}`)
    return listing
  }
}

export function tickAt(ms: number): number {
  return Math.floor(ms / TICK_MS)
}

function priceText(instrument: Instrument, units: number): string {
  return new Big(units).times(instrument.tickSize).toFixed(places(instrument.tickSize))
}

function quantityText(instrument: Instrument, lots: number): string {
  return new Big(lots).times(instrument.stepSize).toFixed(places(instrument.stepSize))
}

function quoteText(instrument: Instrument, product: Big): string {
  return product.times(instrument.tickSize).times(instrument.stepSize).toFixed(8, Big.roundDown)
}
