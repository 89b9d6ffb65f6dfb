// A market for tests that must know what comes: the same wave again and again around a slow wander, or nothing at all.
import { noise } from './noise.ts'
import { type BookConditions, both, NOTHING, type Path, type Range } from './path.ts'
import { TICK_MS, Wave, type WaveShape } from './wave.ts'

// The wander stands still within a block, so that a block's extremes are those of the wave: see wave.ts.
const BLOCK_TICKS = 300_000 / TICK_MS
const WANDERS = [
  { periodMs: 86_400_000, amplitude: 0.012 },
  { periodMs: 9 * 86_400_000, amplitude: 0.05 },
]
const EVEN: BookConditions = { spread: 1, depth: 1 }

export class ScriptedPath implements Path {
  readonly #wave: Wave
  readonly #seed: number
  readonly #calm: boolean

  /** `meanVolume` is the average volume of a tick in lots. */
  constructor(shape: WaveShape, seed: number, meanVolume: number) {
    this.#seed = seed
    this.#calm = shape.amplitude === 0
    this.#wave = new Wave(shape, seed, meanVolume)
  }

  at(tick: number): number {
    return this.#level(tick) + this.#wave.at(tick)
  }

  range(first: number, last: number): Range {
    if (this.#calm) return this.#wave.range(first, last)
    let found = NOTHING
    for (let start = first; start <= last; start = nextBlock(start)) {
      const level = this.#level(start)
      const { high, low } = this.#wave.range(start, Math.min(last, nextBlock(start) - 1))
      found = both(found, { high: level + high, low: level + low })
    }
    return found
  }

  volume(first: number, last: number): number {
    return this.#wave.volume(first, last)
  }

  conditions(): BookConditions {
    return EVEN
  }

  #level(tick: number): number {
    if (this.#calm) return 0
    const at = Math.floor(tick / BLOCK_TICKS) * BLOCK_TICKS * TICK_MS
    let sum = 0
    for (const [place, { periodMs, amplitude }] of WANDERS.entries()) {
      const turns = at / periodMs + noise(this.#seed, -1 - place)
      sum += amplitude * Math.sin(2 * Math.PI * turns)
    }
    return sum
  }
}

function nextBlock(tick: number): number {
  return (Math.floor(tick / BLOCK_TICKS) + 1) * BLOCK_TICKS
}
