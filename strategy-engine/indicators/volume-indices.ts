// Running indices of price and volume, to TA-Lib's definitions.
import { define, period } from './define.ts'
import type { Indicator, Kernel } from './kernel.ts'
import { kernel, NONE } from './memory.ts'
import { agoOf, changeOf, emaOf, meanOf } from './steps.ts'

/** Elder's force: the average of change times volume. */
function force(n: number): Kernel {
  return kernel((memory) => {
    const change = changeOf(memory, 1)
    const average = emaOf(memory, n)
    return ([c = NONE, v = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const volume = v[i] as number
        const close = c[i] as number
        out[i] = Number.isNaN(volume) ? Number.NaN : average(change(close) * volume)
      }
    }
  })
}

/** Volume by the mean of the n volumes before. */
function relative(n: number): Kernel {
  return kernel((memory) => {
    const mean = meanOf(memory, n)
    const before = agoOf(memory, 1)
    return ([v = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const volume = v[i] as number
        const usual = before(mean(volume))
        out[i] = usual === 0 ? 0 : volume / usual
      }
    }
  })
}

/** Moves with the price only when less (sign -1) or more (1) is traded than before; begins at 1000. */
function volumeIndex(sign: number): Kernel {
  return kernel((memory) => {
    const own = memory.take(1, 1_000)
    const before = memory.take(2, Number.NaN)
    return ([c = NONE, v = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const close = c[i] as number
        const volume = v[i] as number
        out[i] = Number.NaN
        if (Number.isNaN(close + volume)) continue
        const old = before[0] as number
        if (sign * (volume - (before[1] as number)) > 0)
          own[0] = (own[0] as number) * (1 + (close - old) / old)
        before[0] = close
        before[1] = volume
        out[i] = own[0] as number
      }
    }
  })
}

/** Running sum of volume times relative change. */
function priceVolumeTrend(): Kernel {
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
        before[0] = close
        if (!Number.isNaN(old)) own[0] = (own[0] as number) + (volume * (close - old)) / old
        out[i] = own[0] as number
      }
    }
  })
}

/** Williams' line: the close's distance to the true low when it rises, to the true high when it falls. */
function williamsLine(): Kernel {
  return kernel((memory) => {
    const own = memory.take(1)
    const before = memory.take(1, Number.NaN)
    return ([h = NONE, l = NONE, c = NONE], [out = NONE], from, to) => {
      for (let i = from; i < to; i++) {
        const high = h[i] as number
        const low = l[i] as number
        const close = c[i] as number
        out[i] = Number.NaN
        if (Number.isNaN(high + low + close)) continue
        const old = before[0] as number
        before[0] = close
        if (close > old) own[0] = (own[0] as number) + close - Math.min(old, low)
        else if (close < old) own[0] = (own[0] as number) + close - Math.max(old, high)
        out[i] = own[0] as number
      }
    }
  })
}

/** High less low by the volume. */
function facilitation(): Kernel {
  return kernel(() => ([h = NONE, l = NONE, v = NONE], [out = NONE], from, to) => {
    for (let i = from; i < to; i++) {
      const volume = v[i] as number
      const range = (h[i] as number) - (l[i] as number)
      out[i] = volume === 0 ? range * 0 : range / volume
    }
  })
}

const CV = { inputs: ['close', 'volume'], outputs: ['value'] } as const

export const VOLUME_INDICES = {
  efi: define({
    ...CV,
    unit: 'volume',
    parameters: [period(13)],
    warmup: (n) => n,
    create: force,
    about: "Elder's force index: average of change times volume",
  }),
  rvol: define({
    inputs: ['volume'],
    outputs: ['value'],
    unit: 'number',
    parameters: [period(20)],
    warmup: (n) => n,
    create: relative,
    about: 'volume by the mean of the `period` volumes before',
  }),
  nvi: define({
    ...CV,
    unit: 'number',
    parameters: [],
    warmup: () => 0,
    create: () => volumeIndex(-1),
    about: 'negative volume index, from 1000 on',
  }),
  pvi: define({
    ...CV,
    unit: 'number',
    parameters: [],
    warmup: () => 0,
    create: () => volumeIndex(1),
    about: 'positive volume index, from 1000 on',
  }),
  pvt: define({
    ...CV,
    unit: 'volume',
    parameters: [],
    warmup: () => 0,
    create: priceVolumeTrend,
    about: 'price volume trend',
  }),
  wad: define({
    inputs: ['high', 'low', 'close'],
    outputs: ['value'],
    unit: 'price',
    parameters: [],
    warmup: () => 0,
    create: williamsLine,
    about: "Williams' accumulation/distribution, without volume",
  }),
  marketfi: define({
    inputs: ['high', 'low', 'volume'],
    outputs: ['value'],
    unit: 'number',
    parameters: [],
    warmup: () => 0,
    create: facilitation,
    about: 'market facilitation index: range by volume; 0 where nothing was traded',
  }),
} satisfies Record<string, Indicator>
