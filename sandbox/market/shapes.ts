// Shapes of five minutes of a price, drawn once and reused, so that a thousand days cost no more than a thousand seconds.
import { Drift, gauss, noise } from './noise.ts'
import { NOTHING, type Range } from './path.ts'
import { TICK_MS } from './wave.ts'

export const SHAPE_TICKS = 300_000 / TICK_MS
export const SHAPES = 96
const MINUTE_TICKS = 60_000 / TICK_MS
const MINUTES = SHAPE_TICKS / MINUTE_TICKS

/** How far the speed of the price swings within the five minutes, as a logarithm. */
const SWING = 0.4
/** A trade now and then moves the price further than all its neighbours. */
const LEAPS = { share: 0.03, times: 2.5 }
/** Some shapes have 15 seconds of strong one-sided trading. */
const RUSHES = { shapes: 3, ticks: 60, times: 6 }

/** Starts at 0 and ends at 0 or above; a minute's standard deviation is 1. */
export interface Shape {
  readonly offsets: Float64Array
  readonly end: number
  readonly extremes: Range
  /** Lots traded before each tick, and at last all of them. */
  readonly lotsBefore: Float64Array
}

/** `meanVolume` is the average volume of a tick in lots. */
export function drawShapes(seed: number, meanVolume: number): readonly Shape[] {
  return Array.from({ length: SHAPES }, (_, place) => drawShape(seed, place, meanVolume))
}

function drawShape(seed: number, place: number, meanVolume: number): Shape {
  const first = place * SHAPE_TICKS
  const speeds = speedsOf(seed, place)
  const moves = speeds.map((speed, k) => {
    const leap = noise(seed + 1, first + k) < LEAPS.share ? LEAPS.times : 1
    return gauss(seed, first + k) * speed * leap
  })
  const unit = Math.sqrt(moves.reduce((sum, move) => sum + move ** 2, 0) / MINUTES)
  const rush = rushOf(seed, place)
  const steps = moves.map((move, k) => ((rush?.has(k) ? RUSHES.times : 1) * move) / unit)
  return {
    ...walked(steps),
    lotsBefore: summed(
      speeds.map((speed, k) => {
        const eager = (rush?.has(k) ? RUSHES.times : 1) * speed * 2 * noise(seed + 2, first + k)
        return Math.max(1, Math.round(meanVolume * eager))
      }),
    ),
  }
}

/** The mean is about 1. */
function speedsOf(seed: number, place: number): Float64Array {
  const from = place * (MINUTES + 1)
  const swing = new Drift(seed + 3)
  return Float64Array.from({ length: SHAPE_TICKS }, (_, k) =>
    Math.exp(SWING * swing.at(from + k / MINUTE_TICKS)),
  )
}

/** The ticks of the rush; undefined in most shapes. */
function rushOf(seed: number, place: number): { has(tick: number): boolean } | undefined {
  if (place >= RUSHES.shapes) return undefined
  const start = Math.floor(noise(seed + 4, place) * (SHAPE_TICKS - RUSHES.ticks))
  return { has: (tick) => tick >= start && tick < start + RUSHES.ticks }
}

/** A shape that would end below its start is inverted. */
function walked(steps: Float64Array): Pick<Shape, 'offsets' | 'end' | 'extremes'> {
  const sign = Math.sign(steps.reduce((sum, step) => sum + step, 0)) || 1
  const offsets = new Float64Array(steps.length)
  let [at, { high, low }] = [0, NOTHING]
  for (const [k, step] of steps.entries()) {
    at += sign * step
    offsets[k] = at
    high = Math.max(high, at)
    low = Math.min(low, at)
  }
  return { offsets, end: at, extremes: { high, low } }
}

function summed(lots: Float64Array): Float64Array {
  const before = new Float64Array(lots.length + 1)
  for (const [k, volume] of lots.entries()) before[k + 1] = (before[k] ?? 0) + volume
  return before
}
