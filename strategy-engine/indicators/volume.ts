// Indicators of what was traded, to TA-Lib's definitions.
import { define, period } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, NONE } from './memory.ts'
import { sumOf } from './steps.ts'

/** Where the close is in its candle, -1 at the low to 1 at the high. */
function place(high: number, low: number, close: number): number {
  const range = high - low
  return range > 0 ? (close - low - (high - close)) / range : 0
}

function onBalance(): Kernel {
  return kernel((memory) => {
    const own = memory.take(1)
    const before = memory.take(1, Number.NaN)
    return ([c = NONE, v = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const close = c[i] as number
        const volume = v[i] as number
        out[i] = Number.NaN
        if (Number.isNaN(close + volume)) continue
        const old = before[0] as number
        // The first candle's volume counts as bought, as in TA-Lib.
        if (close > old || Number.isNaN(old)) own[0] = (own[0] as number) + volume
        else if (close < old) own[0] = (own[0] as number) - volume
        before[0] = close
        out[i] = own[0] as number
      }
    }
  })
}

function accumulation(): Kernel {
  return kernel((memory) => {
    const own = memory.take(1)
    return ([h = NONE, l = NONE, c = NONE, v = NONE], [out = NONE], from, to) => {
      let line = own[0] as number
      for (let i = from; i < to; i++) {
        const flow = place(h[i] as number, l[i] as number, c[i] as number) * (v[i] as number)
        const known = !Number.isNaN((h[i] as number) + (l[i] as number) + (c[i] as number) + flow)
        if (known) line += flow
        out[i] = known ? line : Number.NaN
      }
      own[0] = line
    }
  })
}

/** Chaikin's oscillator: both averages of the line begin with its first value. */
function accumulationOscillator(a: number, b: number): Kernel {
  const slow = Math.max(a, b)
  return kernel((memory) => {
    const own = memory.take(4)
    const weightA = 2 / (a + 1)
    const weightB = 2 / (b + 1)
    return ([h = NONE, l = NONE, c = NONE, v = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const flow = place(h[i] as number, l[i] as number, c[i] as number) * (v[i] as number)
        out[i] = Number.NaN
        if (Number.isNaN((h[i] as number) + (l[i] as number) + (c[i] as number) + flow)) continue
        const line = (own[0] as number) + flow
        const seen = own[1] as number
        const averageA = seen === 0 ? line : weightA * line + (1 - weightA) * (own[2] as number)
        const averageB = seen === 0 ? line : weightB * line + (1 - weightB) * (own[3] as number)
        own[0] = line
        own[1] = Math.min(slow, seen + 1)
        own[2] = averageA
        own[3] = averageB
        if (seen + 1 >= slow) out[i] = averageA - averageB
      }
    }
  })
}

function chaikinFlow(n: number): Kernel {
  return kernel((memory) => {
    const flows = sumOf(memory, n)
    const volumes = sumOf(memory, n)
    return ([h = NONE, l = NONE, c = NONE, v = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        const close = c[i] as number
        const volume = v[i] as number
        out[i] = Number.NaN
        if (Number.isNaN(high + low + close + volume)) continue
        const flow = flows(place(high, low, close) * volume)
        const traded = volumes(volume)
        out[i] = traded === 0 ? 0 : flow / traded
      }
    }
  })
}

function moneyFlow(n: number): Kernel {
  return kernel((memory) => {
    const before = memory.take(1, Number.NaN)
    const ups = sumOf(memory, n)
    const downs = sumOf(memory, n)
    return ([h = NONE, l = NONE, c = NONE, v = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const typical = ((h[i] as number) + (l[i] as number) + (c[i] as number)) / 3
        const flow = typical * (v[i] as number)
        out[i] = Number.NaN
        if (Number.isNaN(flow)) continue
        const change = typical - (before[0] as number)
        before[0] = typical
        if (Number.isNaN(change)) continue
        const up = ups(change > 0 ? flow : 0)
        const down = downs(change < 0 ? flow : 0)
        const both = up + down
        out[i] = both === 0 ? 0 : 100 * (up / both)
      }
    }
  })
}

/** Typical prices weighed by what was traded at them. */
function weightedPrice(n: number): Kernel {
  return kernel((memory) => {
    const paid = sumOf(memory, n)
    const volumes = sumOf(memory, n)
    return ([h = NONE, l = NONE, c = NONE, v = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const volume = v[i] as number
        const value = (((h[i] as number) + (l[i] as number) + (c[i] as number)) / 3) * volume
        out[i] = Number.isNaN(value) ? Number.NaN : paid(value) / volumes(volume)
      }
    }
  })
}

const HLCV = { inputs: ['high', 'low', 'close', 'volume'], outputs: ['value'] } as const
const CV = { inputs: ['close', 'volume'], outputs: ['value'] } as const

export const VOLUME = {
  obv: define({
    ...CV,
    unit: 'volume',
    parameters: [],
    warmup: () => 0,
    create: onBalance,
    about: 'on-balance volume; begins with the first volume',
  }),
  ad: define({
    ...HLCV,
    unit: 'volume',
    parameters: [],
    warmup: () => 0,
    create: accumulation,
    about: "Chaikin's accumulation/distribution line",
  }),
  adosc: define({
    ...HLCV,
    unit: 'volume',
    parameters: [period(3, 'fast'), period(10, 'slow')],
    warmup: (fast, slow) => Math.max(fast, slow) - 1,
    create: accumulationOscillator,
    about: 'Chaikin oscillator: fast less slow average of the accumulation/distribution line',
  }),
  cmf: define({
    ...HLCV,
    unit: 'number',
    parameters: [period(20)],
    warmup: (n) => n - 1,
    create: chaikinFlow,
    about: 'Chaikin money flow, -1 to 1; 0 where nothing was traded',
  }),
  mfi: define({
    ...HLCV,
    unit: 'number',
    parameters: [period(14)],
    warmup: (n) => n,
    create: moneyFlow,
    about: 'money flow index, 0 to 100; 0 where no money flowed',
  }),
  vwap: define({
    ...HLCV,
    unit: 'price',
    parameters: [period(20)],
    warmup: (n) => n - 1,
    create: weightedPrice,
    about:
      'volume-weighted average price of the last `period` candles; unknown where nothing was traded',
  }),
} satisfies Record<string, Indicator>
