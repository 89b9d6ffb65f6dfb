// The order book the market makes around its price, and what takers have eaten of it.
import Big from 'big.js'
import type { Instrument } from '../market/instrument.ts'
import type { Market } from '../market/market.ts'
import { hashText, noise } from '../market/noise.ts'
import { TICK_MS } from '../market/wave.ts'
import type { Side } from './order.ts'

export interface Level {
  readonly price: Big
  readonly quantity: Big
}

export interface BookSide {
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
}

export interface Depth {
  /** Levels on each side. */
  readonly levels: number
  /** Base amount on each level; without it about 50 000 of the quote asset, more or less with the market's mood. */
  readonly quantity: string | undefined
}

const DEFAULT_DEPTH: Depth = { levels: 50, quantity: undefined }
const LEVEL_NOTIONAL = 50_000
const HALF_SPREAD = 0.00005
const LEVEL_GAP = 0.0001

export class Book {
  readonly #market: Market
  readonly #depths = new Map<string, Depth>()
  // What was taken is back with the next tick: keyed by symbol, holding the tick it is about.
  readonly #eaten = new Map<string, { tick: number; byPrice: Map<string, Big> }>()

  constructor(market: Market) {
    this.#market = market
  }

  setDepth(symbol: string, depth: Partial<Depth>): void {
    this.#depths.set(symbol, { ...DEFAULT_DEPTH, ...depth })
  }

  /** As the market made it, best levels first. */
  at(instrument: Instrument, tick: number): BookSide {
    const price = new Big(this.#market.price(instrument.symbol, tick * TICK_MS))
    const mood = this.#market.mood(instrument.symbol, tick)
    const half = steps(price.times(HALF_SPREAD).times(mood.spread), instrument.tickSize)
    const gap = steps(price.times(LEVEL_GAP), instrument.tickSize)
    const { levels } = this.#depth(instrument)
    const side = (sign: 1 | -1) =>
      Array.from({ length: levels }, (_, i) => ({
        price: price.plus(half.plus(gap.times(i)).times(sign)),
        quantity: this.#quantity(instrument, price.div(mood.depth), tick, i * sign),
      })).filter((level) => level.price.gt(0))
    return { bids: side(-1), asks: side(1) }
  }

  /** What an order of that side can take now, best levels first. */
  offers(instrument: Instrument, tick: number, side: Side): Level[] {
    const { bids, asks } = this.at(instrument, tick)
    const eaten = this.#eaten.get(instrument.symbol)
    const levels = [...(side === 'BUY' ? asks : bids)]
    if (eaten === undefined || eaten.tick !== tick) return levels
    return levels
      .map(({ price, quantity }) => ({
        price,
        quantity: quantity.minus(eaten.byPrice.get(price.toFixed()) ?? 0),
      }))
      .filter((level) => level.quantity.gt(0))
  }

  eat(instrument: Instrument, tick: number, price: Big, quantity: Big): void {
    let eaten = this.#eaten.get(instrument.symbol)
    if (eaten === undefined || eaten.tick !== tick) {
      eaten = { tick, byPrice: new Map() }
      this.#eaten.set(instrument.symbol, eaten)
    }
    const key = price.toFixed()
    eaten.byPrice.set(key, (eaten.byPrice.get(key) ?? new Big(0)).plus(quantity))
  }

  #depth(instrument: Instrument): Depth {
    return this.#depths.get(instrument.symbol) ?? DEFAULT_DEPTH
  }

  #quantity(instrument: Instrument, price: Big, tick: number, place: number): Big {
    const { quantity } = this.#depth(instrument)
    if (quantity !== undefined) return new Big(quantity)
    const share = 0.5 + noise(hashText(instrument.symbol) + place, tick)
    const lots = new Big(LEVEL_NOTIONAL).div(price).times(share).div(instrument.stepSize)
    return lots.round(0, Big.roundUp).times(instrument.stepSize)
  }
}

function steps(distance: Big, tickSize: string): Big {
  return distance.div(tickSize).round(0, Big.roundUp).times(tickSize)
}
