// Where a price is at any moment: a slow wander, a fast wave and the pushes on command, from the seed and the time alone.
import Big from 'big.js'
import { Drives } from './drives.ts'
import type { Instrument } from './instrument.ts'
import { hashText, noise } from './noise.ts'
import { type Range, TICK_MS, Wave, type WaveShape } from './wave.ts'

// The wander stands still within a block, so that a block's extremes are those of the wave: see wave.ts.
const BLOCK_TICKS = 300_000 / TICK_MS
const WANDERS = [
  { periodMs: 86_400_000, amplitude: 0.012 },
  { periodMs: 9 * 86_400_000, amplitude: 0.05 },
]
const TICK_NOTIONAL = 3_000

export class PriceProcess {
  readonly drives = new Drives()
  readonly #wave: Wave
  readonly #seed: number
  readonly #middle: number
  readonly #calm: boolean

  constructor(instrument: Instrument, shape: WaveShape, seed: number) {
    this.#seed = (seed ^ hashText(instrument.symbol)) >>> 0
    this.#middle = new Big(instrument.price).div(instrument.tickSize).toNumber()
    this.#calm = shape.amplitude === 0
    const tickVolume = new Big(TICK_NOTIONAL).div(instrument.price).div(instrument.stepSize)
    this.#wave = new Wave(shape, this.#seed, tickVolume.toNumber())
  }

  /** Price at a tick, as a whole number of tick sizes. */
  at(tick: number): number {
    return this.#units(this.#level(tick) + this.#wave.at(tick))
  }

  /** Highest and lowest price of the ticks from `first` to `last`, both included. */
  range(first: number, last: number): Range {
    let high = Number.NEGATIVE_INFINITY
    let low = Number.POSITIVE_INFINITY
    for (let start = first; start <= last; start = nextBlock(start)) {
      const part = this.#rangeInBlock(start, Math.min(last, nextBlock(start) - 1))
      high = Math.max(high, part.high)
      low = Math.min(low, part.low)
    }
    return { high, low }
  }

  /** Volume in lots of the ticks from `first` to `last`, both included. */
  volume(first: number, last: number): number {
    return this.#wave.volume(first, last)
  }

  #rangeInBlock(first: number, last: number): Range {
    if (this.drives.steady(first * TICK_MS, last * TICK_MS)) {
      const level = this.#level(first)
      const wave = this.#wave.range(first, last)
      return { high: this.#units(level + wave.high), low: this.#units(level + wave.low) }
    }
    let high = Number.NEGATIVE_INFINITY
    let low = Number.POSITIVE_INFINITY
    for (let tick = first; tick <= last; tick++) {
      high = Math.max(high, this.at(tick))
      low = Math.min(low, this.at(tick))
    }
    return { high, low }
  }

  #level(tick: number): number {
    const driven = this.drives.at(tick * TICK_MS)
    return this.#calm ? driven : driven + this.#wander(Math.floor(tick / BLOCK_TICKS))
  }

  #wander(block: number): number {
    let sum = 0
    for (const [place, { periodMs, amplitude }] of WANDERS.entries()) {
      const turns = (block * BLOCK_TICKS * TICK_MS) / periodMs + noise(this.#seed, -1 - place)
      sum += amplitude * Math.sin(2 * Math.PI * turns)
    }
    return sum
  }

  #units(log: number): number {
    return Math.max(1, Math.round(this.#middle * Math.exp(log)))
  }
}

function nextBlock(tick: number): number {
  return (Math.floor(tick / BLOCK_TICKS) + 1) * BLOCK_TICKS
}
