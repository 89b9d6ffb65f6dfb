// The order book that the market makes around its price.
import type { Level } from '@keyside/venue'
import Big from 'big.js'
import type { Instrument } from '../market/instrument.ts'
import type { Market } from '../market/market.ts'
import { hashText, noise } from '../market/noise.ts'
import { TICK_MS } from '../market/wave.ts'

export interface BookSides {
  readonly bids: readonly Level<Big>[]
  readonly asks: readonly Level<Big>[]
}

export interface Depth {
  /** Levels on each side. */
  readonly levels: number
  /** Base amount on each level; without it about 50 000 of the quote asset, more or less by the market's conditions. */
  readonly quantity: string | undefined
}

const DEFAULT_DEPTH: Depth = { levels: 50, quantity: undefined }
const LEVEL_NOTIONAL = 50_000
const HALF_SPREAD = 0.00005
const LEVEL_GAP = 0.0001

export class Book {
  readonly #market: Market
  readonly #depths = new Map<string, Depth>()

  constructor(market: Market) {
    this.#market = market
  }

  setDepth(symbol: string, depth: Partial<Depth>): void {
    this.#depths.set(symbol, { ...DEFAULT_DEPTH, ...depth })
  }

  /** As the market made it, best levels first. */
  at(instrument: Instrument, tick: number): BookSides {
    const price = new Big(this.#market.price(instrument.symbol, tick * TICK_MS))
    const conditions = this.#market.conditions(instrument.symbol, tick)
    const half = steps(price.times(HALF_SPREAD).times(conditions.spread), instrument.tickSize)
    const gap = steps(price.times(LEVEL_GAP), instrument.tickSize)
    const { levels } = this.#depth(instrument)
    const side = (sign: 1 | -1) =>
      Array.from({ length: levels }, (_, i) => ({
        price: price.plus(half.plus(gap.times(i)).times(sign)),
        amount: this.#quantity(instrument, price.div(conditions.depth), tick, i * sign),
      })).filter((level) => level.price.gt(0))
    return { bids: side(-1), asks: side(1) }
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
