// The simulation's fill model: at the best price, now and then a part of the amount, and in one piece or two.
import {
  type Arithmetic,
  BestPriceFills,
  type FillMoment,
  type Market,
  type Match,
  type Order,
  type Quotes,
} from '../venue/index.ts'
import type { Random } from './base/random.ts'

/** Chance that a fill comes as two trades. */
const SPLIT_RATE = 0.3

export class PartialFills extends BestPriceFills<bigint> {
  readonly #random: Random
  /** Chance that a match finds only a part of the amount. */
  rate = 0

  constructor(math: Arithmetic<bigint>, quotes: Quotes<bigint>, random: Random) {
    super(math, quotes)
    this.#random = random
  }

  override matches(
    order: Order<bigint>,
    market: Market<bigint>,
    moment: FillMoment,
    now: number,
  ): Match<bigint>[] {
    return super.matches(order, market, moment, now).flatMap(({ price, amount }) => {
      const taken = this.#random.chance(this.rate) ? this.part(amount, market) : amount
      const half = taken / market.step / 2n
      const first = this.#random.chance(SPLIT_RATE) ? half * market.step : 0n
      return [first, taken - first].filter((one) => one > 0n).map((one) => ({ price, amount: one }))
    })
  }

  /** Whole steps, from nothing to all but one. */
  part(amount: bigint, { step }: Market<bigint>): bigint {
    const most = Math.max(0, Number(amount / step) - 1)
    return BigInt(this.#random.between(0, most)) * step
  }
}
