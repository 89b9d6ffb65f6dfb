// Where a price is at any moment: its path and the pushes on command, from the seed and the time alone.
import Big from 'big.js'
import { Drives } from './drives.ts'
import type { Instrument } from './instrument.ts'
import { LifelikePath } from './lifelike.ts'
import { hashText } from './noise.ts'
import { type BookConditions, both, NOTHING, type Path, type Range } from './path.ts'
import { ScriptedPath } from './scripted.ts'
import { TICK_MS, type WaveShape } from './wave.ts'

/** A stretch that is pushed is walked through, so it is kept short. */
const STRETCH_TICKS = 300_000 / TICK_MS
const TICK_NOTIONAL = 3_000

export class PriceProcess {
  readonly drives = new Drives()
  readonly #path: Path
  readonly #middle: number

  /** Without a wave the market is like life. */
  constructor(instrument: Instrument, wave: WaveShape | undefined, seed: number) {
    const own = (seed ^ hashText(instrument.symbol)) >>> 0
    const lots = new Big(TICK_NOTIONAL).div(instrument.price).div(instrument.stepSize).toNumber()
    this.#middle = new Big(instrument.price).div(instrument.tickSize).toNumber()
    this.#path =
      wave === undefined ? new LifelikePath(own, lots / 2) : new ScriptedPath(wave, own, lots)
  }

  /** Price at a tick, as a whole number of tick sizes. */
  at(tick: number): number {
    return this.#units(this.#path.at(tick) + this.drives.at(tick * TICK_MS))
  }

  /** Highest and lowest price of the ticks from `first` to `last`, both included. */
  range(first: number, last: number): Range {
    if (this.#isSteady(first, last)) return this.#steadyRange(first, last)
    let found = NOTHING
    for (let start = first; start <= last; start = nextStretch(start)) {
      const end = Math.min(last, nextStretch(start) - 1)
      found = both(
        found,
        this.#isSteady(start, end) ? this.#steadyRange(start, end) : this.#walk(start, end),
      )
    }
    return found
  }

  /** Volume in lots of the ticks from `first` to `last`, both included. */
  volume(first: number, last: number): number {
    return this.#path.volume(first, last)
  }

  conditions(tick: number): BookConditions {
    return this.#path.conditions(tick)
  }

  #isSteady(first: number, last: number): boolean {
    return this.drives.steady(first * TICK_MS, last * TICK_MS)
  }

  #steadyRange(first: number, last: number): Range {
    const driven = this.drives.at(first * TICK_MS)
    const { high, low } = this.#path.range(first, last)
    return { high: this.#units(high + driven), low: this.#units(low + driven) }
  }

  #walk(first: number, last: number): Range {
    let [high, low] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (let tick = first; tick <= last; tick++) {
      const price = this.at(tick)
      high = Math.max(high, price)
      low = Math.min(low, price)
    }
    return { high, low }
  }

  #units(log: number): number {
    return Math.max(1, Math.round(this.#middle * Math.exp(log)))
  }
}

function nextStretch(tick: number): number {
  return (Math.floor(tick / STRETCH_TICKS) + 1) * STRETCH_TICKS
}
