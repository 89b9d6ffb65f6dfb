// The chart of an order as echarts wants it: candles, and the lines that the order is about.
import type { EChartsCoreOption } from 'echarts/core'
import { date } from '../texts/numbers.ts'
import type { ChartCandle, ChartInput } from './input.ts'
import { markLine, marksOf, place, type Scale } from './marks.ts'

export const WIDTH = 800
export const HEIGHT = 420
/** One ground of its own, that stands out neither in Telegram's light nor in its dark mode. */
const COLORS = {
  ground: '#17212b',
  grid: '#243240',
  text: '#b8c7d6',
  title: '#ffffff',
  up: '#2ebd85',
  down: '#f6465d',
}
export const FONT = 'DejaVu Sans'

/** A phone shows the picture at less than half its size. */
const SMALL_PX = 22
const TITLE_PX = 30
const TOP_PX = 98
const BOTTOM_PX = 50
const PLOT_PX = HEIGHT - TOP_PX - BOTTOM_PX
/** Room above and below the prices, as a part of their range. */
const PAD = 0.08
/** Fewer candles stand at the right, as on an exchange that has just listed the market. */
const FEWEST_SLOTS = 20
/** Below this span, seconds. */
const SHORT_SPAN_SECONDS = 240
const DAY_SECONDS = 86_400

export function chartOption(input: ChartInput): EChartsCoreOption {
  const { candles } = input
  const scale = scaleOf(input)
  const marks = marksOf(input, scale)
  const shifts = place(marks, PLOT_PX, scale)
  const axis = { axisLine: { show: false }, axisTick: { show: false } }
  const label = { color: COLORS.text, fontSize: SMALL_PX, fontFamily: FONT }
  const blanks = Array<string>(Math.max(0, FEWEST_SLOTS - candles.length)).fill('')
  return {
    animation: false,
    backgroundColor: COLORS.ground,
    textStyle: { fontFamily: FONT },
    title: titleOf(input),
    grid: { left: 20, right: 220, top: TOP_PX, bottom: BOTTOM_PX },
    xAxis: {
      ...axis,
      type: 'category',
      data: [...blanks, ...labelsOf(candles)],
      axisLabel: { ...label, interval: 0 },
    },
    yAxis: {
      ...axis,
      min: scale.low,
      max: scale.high,
      axisLabel: { show: false },
      splitNumber: 4,
      splitLine: { lineStyle: { color: COLORS.grid } },
    },
    series: [
      {
        ...candlesOf(candles, blanks.length),
        markLine: {
          symbol: 'none',
          silent: true,
          animation: false,
          // Without this echarts rounds a line to two decimals: a market below 1 would lose it.
          precision: 12,
          data: marks.map((mark, at) => markLine(mark, shifts[at] ?? 0, FONT)),
        },
      },
    ],
  }
}

function titleOf({ title, timeframe }: ChartInput) {
  return {
    text: title,
    subtext: `${timeframe} · UTC`,
    left: 20,
    top: 14,
    itemGap: 6,
    textStyle: {
      color: COLORS.title,
      fontSize: TITLE_PX,
      fontFamily: FONT,
      width: WIDTH - 40,
      overflow: 'truncate',
    },
    subtextStyle: { color: COLORS.text, fontSize: SMALL_PX, fontFamily: FONT },
  }
}

/** Four at most; the first and last candle have none, so that none hangs over the edge. */
function labelsOf(candles: readonly ChartCandle[]): string[] {
  const span = (candles.at(-1)?.[0] ?? 0) - (candles[0]?.[0] ?? 0)
  const step = Math.max(8, Math.ceil(candles.length / 4))
  return candles.map(([start], at) => {
    if (at % step !== Math.floor(step / 2)) return ''
    const iso = new Date(start * 1000).toISOString()
    if (span > 2 * DAY_SECONDS) return date(start * 1000)
    // Candles of seconds: four labels would all name the same minute.
    return iso.slice(11, span < SHORT_SPAN_SECONDS ? 19 : 16)
  })
}

function candlesOf(candles: readonly ChartCandle[], blanks: number) {
  return {
    type: 'candlestick',
    barMaxWidth: 14,
    // echarts wants open, close, low, high.
    data: [
      ...Array<string>(blanks).fill('-'),
      ...candles.map(([, open, top, bottom, close]) => [open, close, bottom, top].map(Number)),
    ],
    itemStyle: {
      color: COLORS.up,
      color0: COLORS.down,
      borderColor: COLORS.up,
      borderColor0: COLORS.down,
    },
  }
}

/** Holds every candle, the limit, the price now, and the stop unless it would flatten the candles. */
function scaleOf({ candles, limit, market, stop }: ChartInput): Scale {
  const near = [...candles.flatMap(pricesOf), Number(limit), Number(market)]
  const [bottom, top] = [Math.min(...near), Math.max(...near)]
  const least = (top - bottom || top) * 3
  const stopped = Number(stop ?? market)
  const all = Math.max(top, stopped) - Math.min(bottom, stopped) > least ? near : [...near, stopped]
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const pad = (high - low || high) * PAD
  return { low: low - pad, high: high + pad }
}

function pricesOf([, , high, low]: ChartCandle): number[] {
  return [Number(high), Number(low)]
}
