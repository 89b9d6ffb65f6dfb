// Ehlers' cycle indicators, as TA-Lib has them.
import { define, factor } from './define.ts'
import { type Cycle, cycleOf, DEGREES, phaseOf } from './hilbert.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, type Memory, NONE } from './memory.ts'

const { abs, atan, sin } = Math

/** One value of a series after another, the outputs shown from the candle `warmup` on. */
function cycles(
  skipped: number,
  warmup: number,
  make: (memory: Memory, cycle: Cycle) => (value: number) => readonly number[],
): Kernel {
  return kernel((memory) => {
    const cycle = cycleOf(memory, skipped)
    const own = memory.take(1)
    const step = make(memory, cycle)
    return ([x = NONE], outputs, from, to) => {
      for (let i = from; i < to; i++) {
        for (const out of outputs) out[i] = Number.NaN
        const value = x[i] as number
        if (Number.isNaN(value)) continue
        const seen = own[0] as number
        if (seen < warmup) own[0] = seen + 1
        if (!cycle.take(value)) continue
        const values = step(value)
        if (seen < warmup) continue
        outputs.forEach((out, k) => {
          out[i] = values[k] as number
        })
      }
    }
  })
}

const EARLY = 12
const LATE = 37
const WARMUP = 32
const LONG_WARMUP = 63

/** The trend line at a candle: means of whole cycles, weighted as the price is. */
function trendOf(memory: Memory): (mean: number) => number {
  const before = memory.take(3)
  return (mean) => {
    const [one = 0, two = 0, three = 0] = before
    before.copyWithin(1, 0, 2)
    before[0] = mean
    return (4 * mean + 3 * one + 2 * two + three) / 10
  }
}

function trendline(): Kernel {
  return cycles(LATE, LONG_WARMUP, (memory, cycle) => {
    const phase = phaseOf(memory)
    const trend = trendOf(memory)
    return (value) => [trend(phase(cycle, value, true).cycleMean)]
  })
}

function trendMode(): Kernel {
  return cycles(LATE, LONG_WARMUP, (memory, cycle) => {
    const phaseAt = phaseOf(memory)
    const trendAt = trendOf(memory)
    // The phase, its sine and the leading one of the candle before; candles since they crossed.
    const own = memory.take(4)
    return (value) => {
      const { phase, cycleMean } = phaseAt(cycle, value, true)
      const line = trendAt(cycleMean)
      const [phaseBefore = 0, sineBefore = 0, leadBefore = 0] = own
      const sine = sin(phase / DEGREES)
      const lead = sin((phase + 45) / DEGREES)
      const crossed =
        (sine > lead && sineBefore <= leadBefore) || (sine < lead && sineBefore >= leadBefore)
      const days = (crossed ? 0 : (own[3] as number)) + 1
      const length = cycle.smoothPeriod()
      const turned = phase - phaseBefore
      const isCycle =
        crossed ||
        days < 0.5 * length ||
        (length !== 0 && turned > (0.67 * 360) / length && turned < (1.5 * 360) / length)
      own.set([phase, sine, lead, days])
      const isFar = line !== 0 && abs((cycle.smoothed() - line) / line) >= 0.015
      return [isFar || !isCycle ? 1 : 0]
    }
  })
}

function adaptive(fast: number, slow: number): Kernel {
  return cycles(EARLY, WARMUP, (memory, cycle) => {
    // The phase before, and the two averages.
    const own = memory.take(3)
    return (value) => {
      const inPhase = cycle.inPhase()
      const phase = inPhase === 0 ? 0 : atan(cycle.quadrature() / inPhase) * DEGREES
      const turned = Math.max(1, (own[0] as number) - phase)
      const weight = turned > 1 ? Math.max(slow, fast / turned) : fast
      const mama = weight * value + (1 - weight) * (own[1] as number)
      const fama = 0.5 * weight * mama + (1 - 0.5 * weight) * (own[2] as number)
      own.set([phase, mama, fama])
      return [mama, fama]
    }
  })
}

const ONE = { inputs: 'series', outputs: ['value'], parameters: [] } as const

export const CYCLES = {
  ht_dcperiod: define({
    ...ONE,
    unit: 'number',
    warmup: () => WARMUP,
    create: () => cycles(EARLY, WARMUP, (_, cycle) => () => [cycle.smoothPeriod()]),
    about: 'Hilbert transform: candles of the dominant cycle, 6 to 50',
  }),
  ht_dcphase: define({
    ...ONE,
    unit: 'number',
    warmup: () => LONG_WARMUP,
    create: () =>
      cycles(LATE, LONG_WARMUP, (memory, cycle) => {
        const phase = phaseOf(memory)
        return (value) => [phase(cycle, value, false).phase]
      }),
    about: 'Hilbert transform: phase of the dominant cycle, -45 to 315 degrees',
  }),
  ht_phasor: define({
    ...ONE,
    unit: 'same',
    outputs: ['inphase', 'quadrature'],
    warmup: () => WARMUP,
    create: () => cycles(EARLY, WARMUP, (_, cycle) => () => [cycle.inPhase(), cycle.quadrature()]),
    about: 'Hilbert transform: the two parts of the dominant cycle',
  }),
  ht_sine: define({
    ...ONE,
    unit: 'number',
    outputs: ['sine', 'lead'],
    warmup: () => LONG_WARMUP,
    create: () =>
      cycles(LATE, LONG_WARMUP, (memory, cycle) => {
        const phaseAt = phaseOf(memory)
        return (value) => {
          const { phase } = phaseAt(cycle, value, false)
          return [sin(phase / DEGREES), sin((phase + 45) / DEGREES)]
        }
      }),
    about: 'Hilbert transform: sine of the phase, and the one 45 degrees ahead',
  }),
  ht_trendmode: define({
    ...ONE,
    unit: 'condition',
    warmup: () => LONG_WARMUP,
    create: trendMode,
    about: 'Hilbert transform: the market follows a trend rather than its cycle',
  }),
  ht_trendline: define({
    ...ONE,
    unit: 'same',
    warmup: () => LONG_WARMUP,
    create: trendline,
    about: "Hilbert transform: Ehlers' instantaneous trendline",
  }),
  mama: define({
    ...ONE,
    unit: 'same',
    outputs: ['mama', 'fama'],
    parameters: [factor('fast_limit', 0.5, 0.01, 0.99), factor('slow_limit', 0.05, 0.01, 0.99)],
    warmup: () => WARMUP,
    create: adaptive,
    about: 'MESA adaptive moving average, and the one that follows it',
  }),
} satisfies Record<string, Indicator>
