// Stops and channels that follow the price, to TA-Lib's definitions.
import { define, factor, period } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, NONE } from './memory.ts'
import { emaOf, sumOf, trueRangeOf, wilderOf } from './steps.ts'

/** Wilder's stop and reverse; begins long unless the second candle moved down further than up. */
function stopAndReverse(step: number, most: number): Kernel {
  const first = Math.min(step, most)
  return kernel((memory) => {
    const own = memory.take(7)
    return ([h = NONE, l = NONE], [out = NONE], from, to) => {
      let seen = own[0] as number
      let long = own[1] as number
      let sar = own[2] as number
      let extreme = own[3] as number
      let speed = own[4] as number
      let highBefore = own[5] as number
      let lowBefore = own[6] as number
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        out[i] = Number.NaN
        if (Number.isNaN(high + low)) continue
        if (seen < 2) {
          seen += 1
          if (seen === 1) {
            highBefore = high
            lowBefore = low
            continue
          }
          const down = lowBefore - low
          long = down > 0 && down > high - highBefore ? 0 : 1
          extreme = long === 1 ? high : low
          sar = long === 1 ? lowBefore : highBefore
          speed = first
          highBefore = high
          lowBefore = low
        }
        if (long === 1 ? low <= sar : high >= sar) {
          long = 1 - long
          sar = long === 1 ? Math.min(extreme, lowBefore, low) : Math.max(extreme, highBefore, high)
          out[i] = sar
          speed = first
          extreme = long === 1 ? high : low
        } else {
          out[i] = sar
          if (long === 1 ? high > extreme : low < extreme) {
            extreme = long === 1 ? high : low
            speed = Math.min(most, speed + first)
          }
        }
        sar += speed * (extreme - sar)
        sar = long === 1 ? Math.min(sar, lowBefore, low) : Math.max(sar, highBefore, high)
        highBefore = high
        lowBefore = low
      }
      own[0] = seen
      own[1] = long
      own[2] = sar
      own[3] = extreme
      own[4] = speed
      own[5] = highBefore
      own[6] = lowBefore
    }
  })
}

/**
 * A band around the middle that only moves with the trend; the trend turns where the price crosses it. Gives the side of the
 * band that counts. `own`: upper, lower, the price before, the direction, which is 0 before the first.
 */
function followed(own: Float64Array, middle: number, price: number, distance: number): number {
  const before = own[2] as number
  own[2] = price
  if (Number.isNaN(distance)) return Number.NaN
  let upper = middle + distance
  let lower = middle - distance
  let direction = own[3] as number
  if (direction === 0) direction = 1
  else {
    const upperBefore = own[0] as number
    const lowerBefore = own[1] as number
    if (upper > upperBefore && before <= upperBefore) upper = upperBefore
    if (lower < lowerBefore && before >= lowerBefore) lower = lowerBefore
    if (direction < 0 && price > upper) direction = 1
    else if (direction > 0 && price < lower) direction = -1
  }
  own[0] = upper
  own[1] = lower
  own[3] = direction
  return direction > 0 ? lower : upper
}

/** The band is `times` average ranges from the middle of the candle, or of an average of it, which is the price then. */
function superTrend(n: number, times: number, smooth: number | null): Kernel {
  return kernel((memory) => {
    const range = trueRangeOf(memory)
    const average = wilderOf(memory, n)
    const middleOf = smooth === null ? null : emaOf(memory, smooth)
    const own = memory.take(4)
    return ([h = NONE, l = NONE, c = NONE], [out = NONE, way = NONE, mean = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        const close = c[i] as number
        out[i] = Number.NaN
        way[i] = Number.NaN
        if (middleOf !== null) mean[i] = Number.NaN
        if (Number.isNaN(high + low + close)) continue
        const distance = times * average(range(high, low, close))
        const middle = middleOf === null ? (high + low) / 2 : middleOf((high + low) / 2)
        const price = middleOf === null ? close : middle
        const line = followed(own, middle, price, Number.isNaN(middle) ? middle : distance)
        if (middleOf !== null) mean[i] = middle
        if (Number.isNaN(line)) continue
        out[i] = line
        way[i] = own[3] as number
      }
    }
  })
}

/** The band is a part of the average from it. */
function movingStop(n: number, percent: number): Kernel {
  return kernel((memory) => {
    const average = emaOf(memory, n)
    const own = memory.take(4)
    return ([x = NONE], [out = NONE, way = NONE, mean = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const middle = average(x[i] as number)
        mean[i] = middle
        const isKnown = !Number.isNaN(middle)
        out[i] = isKnown ? followed(own, middle, middle, (middle * percent) / 100) : Number.NaN
        way[i] = isKnown ? (own[3] as number) : Number.NaN
      }
    }
  })
}

/** Movement from the low before to the high, and from the high before to the low, by the true range. */
function vortex(n: number): Kernel {
  return kernel((memory) => {
    const range = trueRangeOf(memory)
    const ups = sumOf(memory, n)
    const downs = sumOf(memory, n)
    const ranges = sumOf(memory, n)
    const before = memory.take(2, Number.NaN)
    return ([h = NONE, l = NONE, c = NONE], [plus = NONE, minus = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        const close = c[i] as number
        plus[i] = Number.NaN
        minus[i] = Number.NaN
        if (Number.isNaN(high + low + close)) continue
        const up = ups(Math.abs(high - (before[1] as number)))
        const down = downs(Math.abs(low - (before[0] as number)))
        const whole = ranges(range(high, low, close))
        before[0] = high
        before[1] = low
        plus[i] = whole === 0 ? 0 : up / whole
        minus[i] = whole === 0 ? 0 : down / whole
      }
    }
  })
}

/** Candles without the noise: each opens in the middle of the one before. */
function heikinAshi(): Kernel {
  return kernel((memory) => {
    const before = memory.take(2, Number.NaN)
    return (
      [o = NONE, h = NONE, l = NONE, c = NONE],
      [open = NONE, high = NONE, low = NONE, close = NONE],
      from,
      to,
    ) => {
      for (let i = from; i < to; i++) {
        const first = o[i] as number
        const last = c[i] as number
        const mean = (first + (h[i] as number) + (l[i] as number) + last) / 4
        if (Number.isNaN(mean)) {
          for (const column of [open, high, low, close]) column[i] = Number.NaN
          continue
        }
        const seen = !Number.isNaN(before[0] as number)
        const begin = seen
          ? ((before[0] as number) + (before[1] as number)) / 2
          : (first + last) / 2
        before[0] = begin
        before[1] = mean
        open[i] = begin
        high[i] = Math.max(h[i] as number, begin, mean)
        low[i] = Math.min(l[i] as number, begin, mean)
        close[i] = mean
      }
    }
  })
}

const HLC = { inputs: ['high', 'low', 'close'], unit: 'price' } as const
const HL = { inputs: ['high', 'low'], unit: 'price' } as const

export const TRENDS = {
  sar: define({
    ...HL,
    outputs: ['value'],
    parameters: [factor('acceleration', 0.02, 0.0001, 1), factor('maximum', 0.2, 0.0001, 1)],
    warmup: () => 1,
    create: stopAndReverse,
    about: "Wilder's parabolic stop and reverse",
  }),
  supertrend: define({
    ...HLC,
    unit: ['price', 'number'],
    outputs: ['value', 'direction'],
    parameters: [period(10), factor('multiplier', 3, 0.01, 100)],
    warmup: (n) => n,
    create: (n, times) => superTrend(n, times, null),
    about: 'Supertrend: a stop below or above the price; `direction` is 1 up, -1 down',
  }),
  pmax: define({
    ...HLC,
    unit: ['price', 'number', 'price'],
    outputs: ['value', 'direction', 'average'],
    parameters: [period(10), factor('multiplier', 3, 0.01, 100), period(10, 'average')],
    warmup: (n, _, average) => Math.max(n, average - 1),
    create: superTrend,
    about: 'profit maximizer: the Supertrend of an exponential average of the middle of candles',
  }),
  most: define({
    inputs: 'series',
    unit: ['same', 'number', 'same'],
    outputs: ['value', 'direction', 'average'],
    parameters: [period(3), factor('percent', 2, 0.01, 50)],
    warmup: (n) => n - 1,
    create: movingStop,
    about:
      'moving stop loss: so many percent from an exponential average, on the side of its trend',
  }),
  vortex: define({
    ...HLC,
    unit: 'number',
    outputs: ['plus', 'minus'],
    parameters: [period(14)],
    warmup: (n) => n,
    create: vortex,
    about: 'vortex indicator',
  }),
  heikin_ashi: define({
    inputs: ['open', 'high', 'low', 'close'],
    unit: 'price',
    outputs: ['open', 'high', 'low', 'close'],
    parameters: [],
    warmup: () => 0,
    create: heikinAshi,
    about: 'Heikin-Ashi candles',
  }),
} satisfies Record<string, Indicator>
