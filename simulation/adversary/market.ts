// A market's prices: of a liquid one the attacker chooses the path but not the book, of a thin one everything.
import type { MarketRules } from '../../executor/core/model/exchange.ts'

/** What the attacker does to the book for a short time: the best orders on one side are gone. */
export type Spread = 'tight' | 'asks_gone' | 'bids_gone'

export interface MarketSetup {
  readonly rules: MarketRules
  readonly kind: 'liquid' | 'thin'
  /** Honest price, 0.01 of quote. */
  readonly mid: number
  /** Of 24 h, quote. */
  readonly volume: string
}

/** The honest book stands so far from the middle on each side, parts of the price. */
const HALF_SPREAD = 0.00005
/** Of the price. */
export const MAX_MOVE = 0.005

export class Market {
  readonly rules: MarketRules
  readonly kind: MarketSetup['kind']
  readonly volume: string
  #mid: number
  readonly #widest: number
  #spread: Spread = 'tight'
  /** The attacker's price in a thin market: times the honest price. */
  #pumped = 1

  /** `widest`: how far apart bid and ask of a liquid market ever are, of the bid. */
  constructor({ rules, kind, mid, volume }: MarketSetup, widest: number) {
    this.rules = rules
    this.kind = kind
    this.volume = volume
    this.#mid = mid
    this.#widest = widest
  }

  /** What one coin is worth, 0.01 of quote. */
  worth(): number {
    return this.#mid
  }

  bid(): number {
    if (this.kind === 'thin') return Math.max(1, Math.round(this.#mid * this.#pumped))
    if (this.#spread === 'asks_gone') return this.#mid
    const below = this.#spread === 'bids_gone' ? 1 / (1 + this.#widest) : 1 - HALF_SPREAD
    return Math.max(1, Math.ceil(this.#mid * below))
  }

  ask(): number {
    if (this.kind === 'thin') return this.bid() + 1
    if (this.#spread === 'bids_gone') return this.#mid
    const above = this.#spread === 'asks_gone' ? 1 + this.#widest : 1 + HALF_SPREAD
    return Math.max(this.bid() + 1, Math.floor(this.#mid * above))
  }

  sweep(spread: Spread): void {
    this.#spread = spread
  }

  /** Throws a RangeError for a leap: prices here are continuous. */
  move(part: number): void {
    if (!(Math.abs(part) <= MAX_MOVE)) throw new RangeError(`a market does not leap by ${part}`)
    this.#mid = Math.max(1_000, Math.round(this.#mid * (1 + part)))
  }

  /** Only where the whole book is the attacker's. */
  pump(times: number): void {
    if (this.kind === 'thin') this.#pumped = times
  }
}
