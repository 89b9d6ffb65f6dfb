// The chart of an order as echarts wants it: candles, and the lines that the order is about.
import type { EChartsCoreOption } from 'echarts/core'
import { amount } from '../texts/numbers.ts'
import type { ChartCandle, ChartInput } from './input.ts'

export const WIDTH = 800
export const HEIGHT = 420
/** One ground of its own, that stands out neither in Telegram's light nor in its dark mode. */
export const COLORS = {
  ground: '#17212b',
  grid: '#243240',
  text: '#b8c7d6',
  title: '#ffffff',
  up: '#2ebd85',
  down: '#f6465d',
  limit: '#4ea4f6',
  market: '#e8eef4',
  stop: '#ffb13d',
}
export const FONT = 'DejaVu Sans'

/** Room around the candles for the scale, px. */
const PAD = 0.08

export function chartOption(input: ChartInput): EChartsCoreOption {
  const { candles, timeframe, title } = input
  const [low, high] = bounds(input)
  const axis = { axisLine: { show: false }, axisTick: { show: false } }
  const label = { color: COLORS.text, fontSize: 16, fontFamily: FONT }
  return {
    animation: false,
    backgroundColor: COLORS.ground,
    textStyle: { fontFamily: FONT },
    title: {
      text: title,
      subtext: timeframe,
      left: 20,
      top: 14,
      itemGap: 4,
      textStyle: { color: COLORS.title, fontSize: 22, fontFamily: FONT },
      subtextStyle: { color: COLORS.text, fontSize: 16, fontFamily: FONT },
    },
    grid: { left: 20, right: 190, top: 76, bottom: 40 },
    xAxis: {
      ...axis,
      type: 'category',
      data: candles.map(([start]) => new Date(start * 1000).toISOString().slice(11, 16)),
      axisLabel: {
        ...label,
        alignMinLabel: 'left',
        interval: Math.max(0, Math.ceil(candles.length / 5) - 1),
      },
    },
    yAxis: {
      ...axis,
      scale: true,
      min: low,
      max: high,
      position: 'right',
      axisLabel: { show: false },
      splitNumber: 4,
      splitLine: { lineStyle: { color: COLORS.grid } },
    },
    series: [
      {
        type: 'candlestick',
        // echarts wants open, close, low, high.
        data: candles.map(([, open, top, bottom, close]) => [open, close, bottom, top].map(Number)),
        itemStyle: {
          color: COLORS.up,
          color0: COLORS.down,
          borderColor: COLORS.up,
          borderColor0: COLORS.down,
        },
        markLine: {
          symbol: 'none',
          silent: true,
          animation: false,
          data: marks(input, high - low),
        },
      },
    ],
  }
}

interface Mark {
  readonly name: string
  readonly price: string
  readonly color: string
  readonly type: 'solid' | 'dashed' | 'dotted'
}

function marks(input: ChartInput, range: number): object[] {
  const { limit, market, stop, side } = input
  const wanted: Mark[] = [
    {
      name: side === 'buy' ? 'Buy at most' : 'Sell at least',
      price: limit,
      color: COLORS.limit,
      type: 'solid',
    },
    { name: 'Now', price: market, color: COLORS.market, type: 'dotted' },
    ...(stop === undefined
      ? []
      : [{ name: 'Stop', price: stop, color: COLORS.stop, type: 'dashed' as const }]),
  ]
  const sorted = wanted.sort((a, b) => Number(b.price) - Number(a.price))
  return place(
    sorted.map(({ price }) => Number(price)),
    range,
  ).map((shift, at) => markLine(sorted[at] as Mark, shift))
}

/** Height of a label of two lines, and of the plot, px. */
const LABEL_PX = 42
const PLOT_PX = HEIGHT - 76 - 40

/** How far each label, from the highest price down, must move (px, down is positive) not to cover another. */
export function place(prices: readonly number[], range: number): number[] {
  const wished = prices.map((price) => ((prices[0] ?? price) - price) * (PLOT_PX / range))
  const placed: number[] = []
  for (const y of wished) placed.push(Math.max(y, (placed.at(-1) ?? -Infinity) + LABEL_PX))
  // Half of the last push-down goes up, so that close lines share the room above and below.
  const overshoot = Math.max(0, (placed.at(-1) ?? 0) - (wished.at(-1) ?? 0)) / 2
  return placed.map((y, at) => y - (wished[at] ?? 0) - overshoot)
}

function markLine({ name, price, color, type }: Mark, shift: number): object {
  return {
    yAxis: Number(price),
    lineStyle: { color, type, width: 2 },
    label: {
      formatter: `{name|${name}}\n{price|${amount(price)}}`,
      rich: {
        name: { color, fontSize: 14, lineHeight: 18, fontFamily: FONT },
        price: { color, fontSize: 19, lineHeight: 22, fontWeight: 'bold', fontFamily: FONT },
      },
      distance: 10,
      offset: [0, shift],
      align: 'left',
    },
  }
}

/** The scale holds every candle and every line. */
function bounds({ candles, limit, market, stop }: ChartInput): [number, number] {
  const lines = [limit, market, ...(stop === undefined ? [] : [stop])].map(Number)
  const prices = [...candles.flatMap(pricesOf), ...lines]
  const [low, high] = [Math.min(...prices), Math.max(...prices)]
  const pad = (high - low || high) * PAD
  return [low - pad, high + pad]
}

function pricesOf([, , high, low]: ChartCandle): number[] {
  return [Number(high), Number(low)]
}
