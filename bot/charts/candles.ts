// Candles: hollow where the price rose, filled where it fell, so that nothing rests on their colour alone.
import { zone } from '../texts/numbers.ts'
import { COLORS, timesOf } from './frame.ts'
import type { ChartCandle } from './input.ts'

/** More would be hairlines on a phone. */
const MAX_CANDLES = 60
/** Fewer candles are aligned to the right. */
const MIN_SLOTS = 20

/** Below the title. */
export function subtitle(timeframe: string, candles: readonly ChartCandle[]): string {
  return `${timeframe} · ${zone((candles.at(-1)?.[0] ?? 0) * 1000)} · □ up ■ down`
}

export function shownOf(candles: readonly ChartCandle[]): readonly ChartCandle[] {
  return candles.slice(-MAX_CANDLES)
}

/** How many slots before the first candle are empty. */
export function blanksOf(candles: readonly ChartCandle[]): number {
  return Math.max(0, MIN_SLOTS - candles.length)
}

export function slotTimes(candles: readonly ChartCandle[]): string[] {
  const blanks = Array<string>(blanksOf(candles)).fill('')
  return [...blanks, ...timesOf(candles.map(([start]) => start))]
}

export function candlesOf(candles: readonly ChartCandle[]) {
  return {
    type: 'candlestick',
    barMaxWidth: 18,
    barWidth: '64%',
    // echarts wants open, close, low, high.
    data: [
      ...Array<string>(blanksOf(candles)).fill('-'),
      ...candles.map(([, open, top, bottom, close]) => [open, close, bottom, top].map(Number)),
    ],
    itemStyle: {
      color: COLORS.ground,
      color0: COLORS.down,
      borderColor: COLORS.up,
      borderColor0: COLORS.down,
      borderWidth: 2,
    },
  }
}

export function pricesOf([, , high, low]: ChartCandle): number[] {
  return [Number(high), Number(low)]
}
