// The straight line through the last n values, to TA-Lib's definitions.
import { define, period } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, type Memory, NONE, type Step } from './memory.ts'
import { momentsOf } from './moments.ts'

/**
 * The least-squares line through the last n values: gives its slope a candle, and writes the mean to mean[0].
 * Laps as in `steps.ts`, of differences to a value near by.
 */
function slopeOf(memory: Memory, n: number, mean: Float64Array): Step {
  // Sums, ramps, then [at, the lap's sum, its ramps, the value near by].
  const slots = memory.take(2 * n + 4, Number.NaN)
  slots.fill(0, 2 * n, 2 * n + 3)
  const own = 2 * n
  const squares = (n * (n * n - 1)) / 12
  return (value) => {
    if (Number.isNaN(value)) return Number.NaN
    if (Number.isNaN(slots[own + 3] as number)) slots[own + 3] = value
    const from = slots[own + 3] as number
    const at = (slots[own] as number) | 0
    const difference = value - from
    let sum = (slots[own + 1] as number) + difference
    // Weights are places in the window, 1 to n; this lap's begin behind what is left of the last.
    let ramp = (slots[own + 2] as number) + at * difference
    slots[at] = difference
    if (at + 1 < n) {
      slots[own] = at + 1
      slots[own + 1] = sum
      slots[own + 2] = ramp
      ramp += (n - at) * sum + (slots[n + at + 1] as number)
      sum += slots[at + 1] as number
    } else {
      ramp += sum
      addUp(slots, n, difference)
      slots[own] = 0
      slots[own + 1] = 0
      slots[own + 2] = 0
      slots[own + 3] = value
    }
    mean[0] = from + sum / n
    return (ramp - ((n + 1) / 2) * sum) / squares
  }
}

/** From the differences of a lap, moved by `less`, to what is left of it from each slot on. */
function addUp(slots: Float64Array, n: number, less: number): void {
  let rest = 0
  let weighted = 0
  for (let k = n - 1; k >= 0; k--) {
    rest += (slots[k] as number) - less
    weighted += rest
    slots[k] = rest
    slots[n + k] = weighted
  }
}

/** The line's value `place` candles after the newest. */
function line(n: number, place: number): Kernel {
  return kernel((memory) => {
    const mean = memory.take(1)
    const slope = slopeOf(memory, n, mean)
    const distance = (n - 1) / 2 + place
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++)
        out[i] = slope(x[i] as number) * distance + (mean[0] as number)
    }
  })
}

function slope(n: number): Kernel {
  return kernel((memory) => {
    const steepness = slopeOf(memory, n, memory.take(1))
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) out[i] = steepness(x[i] as number)
    }
  })
}

function angle(n: number): Kernel {
  return kernel((memory) => {
    const steepness = slopeOf(memory, n, memory.take(1))
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++)
        out[i] = (Math.atan(steepness(x[i] as number)) * 180) / Math.PI
    }
  })
}

/** How far the value is from the line's forecast of one candle before, in percent. */
function forecast(n: number): Kernel {
  return kernel((memory) => {
    const mean = memory.take(1)
    const steepness = slopeOf(memory, n, mean)
    const expected = memory.take(1, Number.NaN)
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        out[i] = (100 * (value - (expected[0] as number))) / value
        const steep = steepness(value)
        if (!Number.isNaN(steep)) expected[0] = (mean[0] as number) + (steep * (n + 1)) / 2
      }
    }
  })
}

/** Correlation of the series with time. */
function correlation(n: number): Kernel {
  return kernel((memory) => {
    const steepness = slopeOf(memory, n, memory.take(1))
    const moments = momentsOf(memory, n, memory.take(1))
    const time = (n * n - 1) / 12
    return ([x = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const value = x[i] as number
        const spread = moments(value)
        const steep = steepness(value)
        out[i] = spread === 0 ? 0 : Math.max(-1, Math.min(1, steep * Math.sqrt(time / spread)))
      }
    }
  })
}

const ONE = { inputs: 'series', outputs: ['value'] } as const

export const REGRESSION = {
  linearreg: define({
    ...ONE,
    unit: 'same',
    parameters: [period(14)],
    warmup: (n) => n - 1,
    create: (n) => line(n, 0),
    about: 'linear regression: the value of the line at this candle',
  }),
  linearreg_intercept: define({
    ...ONE,
    unit: 'same',
    parameters: [period(14)],
    warmup: (n) => n - 1,
    create: (n) => line(n, 1 - n),
    about: 'linear regression: the value of the line at the first candle of the window',
  }),
  linearreg_slope: define({
    ...ONE,
    unit: 'same',
    parameters: [period(14)],
    warmup: (n) => n - 1,
    create: slope,
    about: 'linear regression: the change a candle',
  }),
  linearreg_angle: define({
    ...ONE,
    unit: 'number',
    parameters: [period(14)],
    warmup: (n) => n - 1,
    create: angle,
    about: 'linear regression: the angle of the line, degrees',
  }),
  tsf: define({
    ...ONE,
    unit: 'same',
    parameters: [period(14)],
    warmup: (n) => n - 1,
    create: (n) => line(n, 1),
    about: 'time series forecast: the value of the line at the next candle',
  }),
  fosc: define({
    ...ONE,
    unit: 'number',
    parameters: [period(5)],
    warmup: (n) => n,
    create: forecast,
    about: 'forecast oscillator: distance from the forecast of one candle before, in percent',
  }),
  cti: define({
    ...ONE,
    unit: 'number',
    parameters: [period(12)],
    warmup: (n) => n - 1,
    create: correlation,
    about: 'correlation trend indicator: correlation of the series with time, -1 to 1',
  }),
} satisfies Record<string, Indicator>
