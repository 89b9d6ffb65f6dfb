// Prices that wander, the same for the same seed whoever asks and when.
import type { MarketRules } from '../executor/core/model/exchange.ts'
import { Random } from './base/random.ts'

export const MARKETS: readonly MarketRules[] = [
  rules('BTC', '0.00001', '0.01'),
  rules('ETH', '0.0001', '0.01'),
]

function rules(base: string, step: string, tick: string): MarketRules {
  return {
    market: `${base}/USDT`,
    base,
    quote: 'USDT',
    tick,
    step,
    minAmount: step,
    maxAmount: '9000',
    minValue: '5',
    stop: { holds: 'coins', max: null },
    takerFee: '0.001',
    status: 'trading',
  }
}

/** In 0.01 of quote. */
const OPENING: Readonly<Record<string, number>> = { 'BTC/USDT': 6_000_000, 'ETH/USDT': 300_000 }
const GAP_CHANCE = 0.004
const SPREAD_PARTS = 20_000

export class Market {
  readonly #random: Random
  readonly #start: number
  readonly #path: number[]
  readonly #wildness: number

  /** `start` in Unix ms. */
  constructor(market: string, seed: number, start: number) {
    this.#random = new Random(seed)
    this.#start = start
    this.#path = [OPENING[market] ?? 100_000]
    this.#wildness = this.#random.pick([0.0001, 0.0005, 0.002])
  }

  bid(at: number): number {
    const second = Math.max(0, Math.floor((at - this.#start) / 1000))
    while (this.#path.length <= second) this.#path.push(this.#next(this.#path.at(-1) ?? 1))
    return this.#path[second] ?? 1
  }

  ask(at: number): number {
    const bid = this.bid(at)
    return bid + 1 + Math.floor(bid / SPREAD_PARTS)
  }

  /** From this second on the price goes on from there. */
  fallTo(price: number, at: number): void {
    this.bid(at)
    this.#path.length = Math.max(0, Math.floor((at - this.#start) / 1000))
    this.#path.push(price)
  }

  #next(price: number): number {
    const gap = this.#random.chance(GAP_CHANCE) ? 0.03 : this.#wildness
    return Math.max(1_000, Math.round(price * (1 + (this.#random.part() * 2 - 1) * gap)))
  }
}
