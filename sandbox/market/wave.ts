// The fast part of a price: one wave with its small noise and its volume, the same again in every period.
//
// Because the wave repeats, the highest, the lowest and the volume of any stretch of time are found without
// walking over its ticks: that is what makes a thousand daily candles as cheap as a thousand of one second.
import { noise } from './noise.ts'
import type { Range } from './path.ts'

/** Trades happen on this grid. */
export const TICK_MS = 250

export interface WaveShape {
  /** One rise and one fall, in ms; a multiple of 250, at most 300 000. */
  readonly periodMs: number
  /** Highest distance from the middle as a share of the price: 0.01 is one per cent. */
  readonly amplitude: number
  /** Highest random distance from the wave, as a share of the price. */
  readonly noise: number
}

export class Wave {
  readonly #offsets: Float64Array
  readonly #volumeBefore: Float64Array
  readonly #whole: Range

  /** `meanVolume` is the average volume of a tick in lots. */
  constructor(shape: WaveShape, seed: number, meanVolume: number) {
    const ticks = shape.periodMs / TICK_MS
    if (!Number.isInteger(ticks) || ticks < 4 || shape.periodMs > 300_000)
      throw new RangeError(
        `a wave lasts a multiple of 250 ms from 1 s to 300 s, not ${shape.periodMs} ms`,
      )
    this.#offsets = Float64Array.from({ length: ticks }, (_, k) => {
      const jitter = (noise(seed, k) * 2 - 1) * shape.noise
      return shape.amplitude * Math.sin((2 * Math.PI * k) / ticks) + jitter
    })
    this.#volumeBefore = new Float64Array(ticks + 1)
    for (let k = 0; k < ticks; k++)
      this.#volumeBefore[k + 1] = this.#before(k) + lots(meanVolume, noise(seed + 1, k))
    this.#whole = this.#scan(0, ticks - 1)
  }

  /** Logarithm of the price relative to the middle. */
  at(tick: number): number {
    return this.#offsets[this.#phase(tick)] ?? 0
  }

  /** Over the ticks from `first` to `last`, both included. */
  range(first: number, last: number): Range {
    return last - first + 1 >= this.#offsets.length ? this.#whole : this.#scan(first, last)
  }

  /** Volume in lots of the ticks from `first` to `last`, both included. */
  volume(first: number, last: number): number {
    return this.#volumeUpTo(last + 1) - this.#volumeUpTo(first)
  }

  #volumeUpTo(tick: number): number {
    const periods = Math.floor(tick / this.#offsets.length)
    return periods * this.#before(this.#offsets.length) + this.#before(this.#phase(tick))
  }

  #before(phase: number): number {
    return this.#volumeBefore[phase] ?? 0
  }

  #phase(tick: number): number {
    return tick % this.#offsets.length
  }

  #scan(first: number, last: number): Range {
    let high = Number.NEGATIVE_INFINITY
    let low = Number.POSITIVE_INFINITY
    for (let tick = first; tick <= last; tick++) {
      const offset = this.at(tick)
      if (offset > high) high = offset
      if (offset < low) low = offset
    }
    return { high, low }
  }
}

function lots(mean: number, chance: number): number {
  return Math.max(1, Math.round(mean * (0.5 + chance)))
}
