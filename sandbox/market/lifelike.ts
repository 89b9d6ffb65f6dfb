// A realistic price: quiet and volatile hours, trends that cannot be predicted, now and then a jump.
//
// Time is cut into days of 288 blocks. A block is one of the drawn shapes, up or down, scaled by the volatility of its hour.
// It follows from the seed and its number, and knows its own extremes: nothing has to be walked through.
import { DAY_BLOCKS, DAY_TICKS, Days, TYPICAL_MINUTE } from './days.ts'
import { Drift } from './noise.ts'
import { type BookConditions, both, NOTHING, type Path, type Range } from './path.ts'
import { drawShapes, SHAPE_TICKS, type Shape } from './shapes.ts'
import { TICK_MS } from './wave.ts'

const SECOND_TICKS = 1_000 / TICK_MS
/** Days whose blocks are kept placed. */
const DAYS_AT_HAND = 40

const SPREAD = { swing: 0.45, ticks: 8 * SECOND_TICKS, least: 0.3, most: 2 }
const DEPTH = { swing: 0.4, ticks: 20 * SECOND_TICKS, least: 0.3, most: 2.5 }

interface Block {
  readonly shape: Shape
  readonly scale: number
  /** Where it starts. */
  readonly level: number
}

interface Whole extends Range {
  readonly volume: number
}

export class LifelikePath implements Path {
  readonly #seed: number
  readonly #meanVolume: number
  readonly #breath: { readonly spread: Drift; readonly depth: Drift }
  /** By the day's number since 1970. */
  readonly #blocks = new Map<number, readonly Block[]>()
  readonly #wholes = new Map<number, Whole>()
  #drawn: { readonly shapes: readonly Shape[]; readonly days: Days } | undefined

  /** `meanVolume` is about the average volume of a tick in lots. */
  constructor(seed: number, meanVolume: number) {
    this.#seed = seed
    this.#meanVolume = meanVolume
    this.#breath = { spread: new Drift(seed + 21), depth: new Drift(seed + 22) }
  }

  at(tick: number): number {
    const number = Math.floor(tick / SHAPE_TICKS)
    return levelIn(this.#block(number), tick - number * SHAPE_TICKS)
  }

  range(first: number, last: number): Range {
    let found = NOTHING
    for (const part of this.#parts(first, last)) found = both(found, part)
    return found
  }

  volume(first: number, last: number): number {
    return this.#parts(first, last).reduce((sum, { volume }) => sum + volume, 0)
  }

  /** A volatile market has a wide spread and a thin book. */
  conditions(tick: number): BookConditions {
    const wildness = Math.abs(this.#block(Math.floor(tick / SHAPE_TICKS)).scale) / TYPICAL_MINUTE
    const { spread, depth } = this.#breath
    return {
      spread: within(SPREAD, wildness * Math.exp(SPREAD.swing * spread.at(tick / SPREAD.ticks))),
      depth: within(
        DEPTH,
        Math.exp(DEPTH.swing * depth.at(tick / DEPTH.ticks)) / Math.sqrt(wildness),
      ),
    }
  }

  /** Whole days where it can, blocks where not. */
  #parts(first: number, last: number): Whole[] {
    const parts: Whole[] = []
    for (let tick = first; tick <= last; ) {
      const day = tick / DAY_TICKS
      if (Number.isInteger(day) && tick + DAY_TICKS - 1 <= last) {
        parts.push(this.#whole(day))
        tick += DAY_TICKS
      } else {
        const number = Math.floor(tick / SHAPE_TICKS)
        const start = number * SHAPE_TICKS
        const end = Math.min(last, start + SHAPE_TICKS - 1)
        parts.push(partOf(this.#block(number), tick - start, end - start))
        tick = end + 1
      }
    }
    return parts
  }

  #whole(day: number): Whole {
    const known = this.#wholes.get(day)
    if (known !== undefined) return known
    const { shapes, days } = this.#draw()
    const drawn = days.day(day)
    const levels = days.levels(day)
    let { high, low } = NOTHING
    let volume = 0
    // Without an object for each block: thousands of days may be asked for at once.
    for (let i = 0; i < DAY_BLOCKS; i++) {
      const shape = shapes[drawn.shapes[i] ?? -1]
      const scale = drawn.scales[i] ?? 0
      const level = levels[i] ?? 0
      if (shape === undefined) throw new RangeError(`no block ${i}`)
      const { extremes, lotsBefore } = shape
      high = Math.max(high, level + scale * (scale > 0 ? extremes.high : extremes.low))
      low = Math.min(low, level + scale * (scale > 0 ? extremes.low : extremes.high))
      volume += rateOf(scale) * (lotsBefore[SHAPE_TICKS] ?? 0)
    }
    const made = { high, low, volume }
    this.#wholes.set(day, made)
    return made
  }

  #block(number: number): Block {
    const day = Math.floor(number / DAY_BLOCKS)
    const block = this.#blocksOf(day)[number - day * DAY_BLOCKS]
    if (block === undefined) throw new RangeError(`no block ${number}`)
    return block
  }

  #blocksOf(day: number): readonly Block[] {
    const known = this.#blocks.get(day)
    if (known !== undefined) return known
    const { shapes, days } = this.#draw()
    const drawn = days.day(day)
    const made = Array.from(days.levels(day), (level, i): Block => {
      const shape = shapes[drawn.shapes[i] ?? -1]
      const scale = drawn.scales[i]
      if (shape === undefined || scale === undefined) throw new RangeError(`no block ${i}`)
      return { shape, scale, level }
    })
    const [oldest] = this.#blocks.keys()
    if (this.#blocks.size >= DAYS_AT_HAND && oldest !== undefined) this.#blocks.delete(oldest)
    this.#blocks.set(day, made)
    return made
  }

  /** Only once a price is asked for. */
  #draw() {
    if (this.#drawn === undefined) {
      const shapes = drawShapes(this.#seed, this.#meanVolume)
      this.#drawn = { shapes, days: new Days(shapes, this.#seed) }
    }
    return this.#drawn
  }
}

function levelIn({ level, scale, shape }: Block, tick: number): number {
  return level + scale * (shape.offsets[tick] ?? 0)
}

/** People trade more while the price moves; a whole number, so that volumes add up. */
function rateOf(scale: number): number {
  return Math.max(1, Math.round((2 * Math.abs(scale)) / TYPICAL_MINUTE))
}

/** The ticks of a block from `from` to `to`, both included. */
function partOf(block: Block, from: number, to: number): Whole {
  const { scale, shape } = block
  const volume = rateOf(scale) * ((shape.lotsBefore[to + 1] ?? 0) - (shape.lotsBefore[from] ?? 0))
  return { ...rangeIn(block, from, to), volume }
}

function rangeIn(block: Block, from: number, to: number): Range {
  const { level, scale, shape } = block
  if (from === 0 && to === SHAPE_TICKS - 1) {
    const { high, low } = shape.extremes
    const ends = [level + scale * high, level + scale * low]
    return { high: Math.max(...ends), low: Math.min(...ends) }
  }
  let [high, low] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let tick = from; tick <= to; tick++) {
    const at = levelIn(block, tick)
    if (at > high) high = at
    if (at < low) low = at
  }
  return { high, low }
}

function within({ least, most }: { least: number; most: number }, value: number): number {
  return Math.min(most, Math.max(least, value))
}
