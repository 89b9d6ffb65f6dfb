// The days of a lifelike price: which shape each five minutes have, how large, and where they start.
import { Drift, gauss, noise } from './noise.ts'
import { SHAPE_TICKS, SHAPES, type Shape } from './shapes.ts'
import { TICK_MS } from './wave.ts'

export const DAY_TICKS = 86_400_000 / TICK_MS
export const DAY_BLOCKS = DAY_TICKS / SHAPE_TICKS

/** Standard deviation of a typical minute's move. */
export const TYPICAL_MINUTE = 0.00042
/** Parts of the volatility: how long each lasts, in blocks, and its weight, as a logarithm. */
const VOLATILITIES = [
  { blocks: 72, weight: 0.3 },
  { blocks: 12, weight: 0.28 },
  { blocks: 3, weight: 0.22 },
]
const OWN_MOOD = 0.12
/** A trend turns after some hours; it decides so much of whether a block goes up or down. */
const TREND = { blocks: 18, weight: 0.08 }
/** So much of a day's distance from the middle is left a day later, and after so many days nothing. */
const MEMORY = { left: 0.96, days: 240 }
const DAYS_AT_HAND = 2 * MEMORY.days

/** By block. */
export interface Day {
  readonly shapes: Uint8Array
  /** What a shape's 1 is there; below 0 it is upside down. */
  readonly scales: Float64Array
  /** What all blocks come to. */
  readonly move: number
}

export class Days {
  readonly #shapes: readonly Shape[]
  readonly #seed: number
  readonly #volatilities: readonly Drift[]
  readonly #trend: Drift
  /** By the day's number since 1970. */
  readonly #days = new Map<number, Day>()
  readonly #moves = new Map<number, number>()
  readonly #starts = new Map<number, number>()

  constructor(shapes: readonly Shape[], seed: number) {
    this.#shapes = shapes
    this.#seed = seed
    this.#volatilities = VOLATILITIES.map((_, place) => new Drift(seed + 11 + place))
    this.#trend = new Drift(seed + 6)
  }

  day(number: number): Day {
    const known = this.#days.get(number)
    if (known !== undefined) return known
    const made = this.#draw(number)
    const [oldest] = this.#days.keys()
    if (this.#days.size >= DAYS_AT_HAND && oldest !== undefined) this.#days.delete(oldest)
    this.#days.set(number, made)
    this.#moves.set(number, made.move)
    return made
  }

  /** Where each block starts: a day pulls the price a little towards its middle, so that it is not gone in a year. */
  levels(number: number): Float64Array {
    const { shapes, scales, move } = this.day(number)
    const start = this.#start(number)
    const pull = (this.#start(number + 1) - start - move) / DAY_BLOCKS
    const levels = new Float64Array(DAY_BLOCKS)
    let level = start
    for (let i = 0; i < DAY_BLOCKS; i++) {
      levels[i] = level
      level += (scales[i] ?? 0) * this.#shape(shapes[i]).end + pull
    }
    return levels
  }

  /** The sum of all days before it, the older the less. */
  #start(number: number): number {
    const known = this.#starts.get(number)
    if (known !== undefined) return known
    let [sum, weight] = [0, 1]
    for (let back = 1; back <= MEMORY.days; back++) {
      sum += weight * (this.#moves.get(number - back) ?? this.day(number - back).move)
      weight *= MEMORY.left
    }
    this.#starts.set(number, sum)
    return sum
  }

  #draw(number: number): Day {
    const shapes = new Uint8Array(DAY_BLOCKS)
    const scales = new Float64Array(DAY_BLOCKS)
    let move = 0
    for (let i = 0; i < DAY_BLOCKS; i++) {
      const block = number * DAY_BLOCKS + i
      const lean = TREND.weight * this.#trend.at(block / TREND.blocks)
      const sign = noise(this.#seed + 7, block) < 0.5 + lean ? 1 : -1
      const shape = Math.floor(noise(this.#seed + 5, block) * SHAPES)
      const scale = sign * TYPICAL_MINUTE * this.#wildness(block)
      shapes[i] = shape
      scales[i] = scale
      move += scale * this.#shape(shape).end
    }
    return { shapes, scales, move }
  }

  #wildness(block: number): number {
    let sum = OWN_MOOD * gauss(this.#seed + 10, block)
    for (const [place, { blocks, weight }] of VOLATILITIES.entries())
      sum += weight * (this.#volatilities[place]?.at(block / blocks) ?? 0)
    return Math.exp(sum)
  }

  #shape(place: number | undefined): Shape {
    const shape = this.#shapes[place ?? -1]
    if (shape === undefined) throw new RangeError(`no shape ${place}`)
    return shape
  }
}
