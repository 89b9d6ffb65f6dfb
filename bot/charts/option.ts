// The chart of an order as echarts wants it: candles, and the lines that the order is about.
import type { EChartsCoreOption } from 'echarts/core'
import { date } from '../texts/numbers.ts'
import type { ChartCandle, ChartInput } from './input.ts'
import { markLine, marksOf, place, type Scale } from './marks.ts'

export const WIDTH = 800
export const HEIGHT = 500
/** A background that fits Telegram's light and dark mode. */
const COLORS = {
  ground: '#17212b',
  grid: '#243240',
  text: '#b8c7d6',
  title: '#ffffff',
  up: '#2ebd85',
  down: '#f6465d',
}
export const FONT = 'DejaVu Sans'

/** A phone shows the picture at little more than a third of its size. */
const SMALL_PX = 28
const TITLE_PX = 36
const TOP_PX = 112
const BOTTOM_PX = 58
const PLOT_PX = HEIGHT - TOP_PX - BOTTOM_PX
const PRICE_PX = 25
const RIGHT_PX = 240
/** A longer price has no place beside the plot. */
const MAX_DIGITS = 8
/** More would be hairlines on a phone. */
const MAX_CANDLES = 48
/** Room above and below the prices, as a part of their range. */
const PAD = 0.08
/** Fewer candles are aligned to the right. */
const MIN_SLOTS = 20
/** Below this span, seconds. */
const SHORT_SPAN_SECONDS = 240
const DAY_SECONDS = 86_400

export function chartOption(input: ChartInput): EChartsCoreOption {
  const candles = input.candles.slice(-MAX_CANDLES)
  const scale = scaleOf({ ...input, candles })
  const marks = marksOf(input, scale)
  const shifts = place(marks, PLOT_PX, scale)
  const axis = { axisLine: { show: false }, axisTick: { show: false } }
  const label = { color: COLORS.text, fontSize: SMALL_PX, fontFamily: FONT }
  const prices = axisOf(scale)
  const blanks = Array<string>(Math.max(0, MIN_SLOTS - candles.length)).fill('')
  return {
    animation: false,
    backgroundColor: COLORS.ground,
    textStyle: { fontFamily: FONT },
    title: titleOf(input),
    grid: { left: prices.room, right: RIGHT_PX, top: TOP_PX, bottom: BOTTOM_PX },
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
      interval: prices.step,
      axisLabel: {
        ...label,
        show: prices.shown,
        fontSize: PRICE_PX,
        showMinLabel: false,
        showMaxLabel: false,
        formatter: prices.text,
      },
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

/** Three at most; the first and last candle have none, so that none hangs over the edge. */
function labelsOf(candles: readonly ChartCandle[]): string[] {
  const span = (candles.at(-1)?.[0] ?? 0) - (candles[0]?.[0] ?? 0)
  const step = Math.max(8, Math.ceil(candles.length / 3))
  return candles.map(([start], at) => {
    if (at % step !== Math.floor(step / 2)) return ''
    const iso = new Date(start * 1000).toISOString()
    if (span > 2 * DAY_SECONDS) return date(start * 1000)
    // Candles of seconds: three labels would all name the same minute.
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
function scaleOf({ candles, limit, market, stop }: ChartInput): Scale & { readonly step: number } {
  const near = [...candles.flatMap(pricesOf), Number(limit), Number(market)]
  const [bottom, top] = [Math.min(...near), Math.max(...near)]
  const least = (top - bottom || top) * 3
  const stopped = Number(stop ?? market)
  const all = Math.max(top, stopped) - Math.min(bottom, stopped) > least ? near : [...near, stopped]
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const pad = (high - low || high) * PAD
  return rounded({ low: low - pad, high: high + pad })
}

/** From one round price to another, where a float can tell them apart. */
function rounded({ low, high }: Scale) {
  const step = stepOf(high - low || 1)
  const whole = { low: Math.floor(low / step) * step, high: Math.ceil(high / step) * step, step }
  return whole.high > whole.low ? whole : { low: low - 1, high: high + 1, step: 1 }
}

/** Round prices beside the plot, unless they are so long that they would leave it no room. */
function axisOf({ low, high, step }: Scale & { step: number }) {
  // With no more decimals than two neighbouring labels need.
  const digits = Math.min(20, Math.max(0, -Math.floor(Math.log10(step))))
  const text = (price: number) => price.toLocaleString('en', { maximumFractionDigits: digits })
  const longest = Math.max(...[low + step, high - step].map((price) => text(price).length))
  const shown = longest <= MAX_DIGITS
  return { step, text, shown, room: shown ? 28 + longest * PRICE_PX * 0.62 : 20 }
}

/** Of 1, 2 or 5 of some power of ten, so that there are about four lines. */
function stepOf(range: number): number {
  const wished = range / 4
  const power = 10 ** Math.floor(Math.log10(wished))
  return ([5, 2, 1].find((one) => one * power <= wished) ?? 1) * power
}

function pricesOf([, , high, low]: ChartCandle): number[] {
  return [Number(high), Number(low)]
}
