// The length of the market's cycle by a Hilbert transform, and where in it the market is, as Ehlers and TA-Lib have them. All
// steps are in TA-Lib's order, rounding included: in a market that stands still it alone decides.
import type { Memory } from './memory.ts'

const { abs, atan, cos, floor, PI, sin } = Math
export const DEGREES = 180 / PI
/** The cycle is looked for between 6 and 50 candles. */
const MAX_CYCLE = 50

/** What is known of the cycle at a candle. */
export interface Cycle {
  /** Takes the next value; false while there are too few to begin. */
  take(value: number): boolean
  smoothed(): number
  inPhase(): number
  quadrature(): number
  period(): number
  smoothPeriod(): number
}

/** A weighted average of the last four values, then four transforms of it. The first values `skipped` are only averaged. */
export function cycleOf(memory: Memory, skipped: number): Cycle {
  const wma = memory.take(7)
  const own = memory.take(16)
  const transforms = [0, 1, 2, 3].map(() => memory.take(10))
  const average = fourOf(wma)
  /** Of odd candles and of even ones apart; `place` goes round three. */
  const transform = (which: number, isOdd: boolean, place: number, input: number, by: number) => {
    const slots = transforms[which] as Float64Array
    const base = isOdd ? 5 : 0
    const scaled = 0.0962 * input
    let value = -(slots[base + place] as number)
    slots[base + place] = scaled
    value += scaled
    value -= slots[base + 3] as number
    slots[base + 3] = 0.5769 * (slots[base + 4] as number)
    value += slots[base + 3] as number
    slots[base + 4] = input
    return value * by
  }
  const at = (place: number) => own[place] as number
  return {
    smoothed: () => at(SMOOTHED),
    inPhase: () => at(IN_PHASE),
    quadrature: () => at(QUADRATURE),
    period: () => at(PERIOD),
    smoothPeriod: () => at(SMOOTH_PERIOD),
    take(value) {
      const seen = at(SEEN)
      own[SEEN] = seen + 1
      const smoothed = average(seen, value)
      if (seen < skipped) return false
      const isOdd = seen % 2 === 1
      const by = 0.075 * at(PERIOD) + 0.54
      const place = at(PLACE)
      const before = isOdd ? ODD_3 : EVEN_3
      const inPhase = at(before)
      const detrended = transform(0, isOdd, place, smoothed, by)
      const quadrature = transform(1, isOdd, place, detrended, by)
      const aheadI = transform(2, isOdd, place, inPhase, by)
      const aheadQ = transform(3, isOdd, place, quadrature, by)
      if (!isOdd) own[PLACE] = place === 2 ? 0 : place + 1
      const q2 = 0.2 * (quadrature + aheadI) + 0.8 * at(Q2)
      const i2 = 0.2 * (inPhase - aheadQ) + 0.8 * at(I2)
      // What this candle detrends is the in-phase part three candles on.
      const [third, second] = isOdd ? [EVEN_3, EVEN_2] : [ODD_3, ODD_2]
      own[third] = at(second)
      own[second] = detrended
      own[RE] = 0.2 * (i2 * at(I2) + q2 * at(Q2)) + 0.8 * at(RE)
      own[IM] = 0.2 * (i2 * at(Q2) - q2 * at(I2)) + 0.8 * at(IM)
      own[Q2] = q2
      own[I2] = i2
      const last = at(PERIOD)
      let period = last
      if (at(IM) !== 0 && at(RE) !== 0) period = 360 / (atan(at(IM) / at(RE)) * DEGREES)
      if (period > 1.5 * last) period = 1.5 * last
      if (period < 0.67 * last) period = 0.67 * last
      if (period < 6) period = 6
      else if (period > MAX_CYCLE) period = MAX_CYCLE
      own[PERIOD] = 0.2 * period + 0.8 * last
      own[SMOOTH_PERIOD] = 0.33 * at(PERIOD) + 0.67 * at(SMOOTH_PERIOD)
      own[SMOOTHED] = smoothed
      own[IN_PHASE] = inPhase
      own[QUADRATURE] = quadrature
      return true
    },
  }
}

const [SEEN, PLACE, PERIOD, SMOOTH_PERIOD, Q2, I2, RE, IM] = [0, 1, 2, 3, 4, 5, 6, 7]
const [EVEN_2, EVEN_3, ODD_2, ODD_3, SMOOTHED, IN_PHASE, QUADRATURE] = [8, 9, 10, 11, 12, 13, 14]

/** (4 a + 3 b + 2 c + d) / 10 by running sums; the first three values are only added. */
function fourOf(own: Float64Array): (seen: number, value: number) => number {
  return (seen, value) => {
    // The sums, the value that leaves next, and the last four values.
    const leaving = own[3 + (seen % 4)] as number
    own[3 + (seen % 4)] = value
    if (seen < 3) {
      own[0] = (own[0] as number) + value
      own[1] = (own[1] as number) + value * (seen + 1)
      return Number.NaN
    }
    own[0] = (own[0] as number) + value
    own[0] = (own[0] as number) - (seen === 3 ? 0 : leaving)
    own[1] = (own[1] as number) + value * 4
    const smoothed = (own[1] as number) * 0.1
    own[1] = (own[1] as number) - (own[0] as number)
    return smoothed
  }
}

export interface Phase {
  readonly phase: number
  /** The mean of the values of one whole cycle. */
  readonly cycleMean: number
}

/** Where in its cycle the market is, in degrees. */
export function phaseOf(
  memory: Memory,
): (cycle: Cycle, value: number, wantsMean: boolean) => Phase {
  const prices = memory.take(MAX_CYCLE)
  const values = memory.take(MAX_CYCLE)
  const own = memory.take(2)
  return (cycle, value, wantsMean) => {
    const at = own[0] as number
    prices[at] = cycle.smoothed()
    values[at] = value
    own[0] = at === MAX_CYCLE - 1 ? 0 : at + 1
    const length = floor(cycle.smoothPeriod() + 0.5)
    let [real, imaginary, sum] = [0, 0, 0]
    for (let i = 0, slot = at; i < length; i++) {
      const angle = (i * PI * 2) / length
      real += sin(angle) * (prices[slot] as number)
      imaginary += cos(angle) * (prices[slot] as number)
      if (wantsMean) sum += values[slot] as number
      slot = slot === 0 ? MAX_CYCLE - 1 : slot - 1
    }
    let phase = own[1] as number
    if (abs(imaginary) > 0) phase = atan(real / imaginary) * DEGREES
    else phase += real < 0 ? -90 : real > 0 ? 90 : 0
    phase += 90
    phase += 360 / cycle.smoothPeriod()
    if (imaginary < 0) phase += 180
    if (phase > 315) phase -= 360
    own[1] = phase
    return { phase, cycleMean: length > 0 ? sum / length : sum }
  }
}
