// What all pictures share: size, colours, title, and the times below.
import { date, moment, time } from '../texts/numbers.ts'

export const WIDTH = 800
export const HEIGHT = 600
/** A background of its own, so that a picture looks the same in Telegram's light and dark mode. */
export const COLORS = {
  ground: '#17212b',
  grid: '#243240',
  text: '#b8c7d6',
  title: '#ffffff',
  up: '#2ebd85',
  down: '#f6465d',
  bound: '#4ea4f6',
  now: '#e8eef4',
  stop: '#ffb13d',
  take: '#3fd19a',
}
export const FONT = 'DejaVu Sans'

/** A phone shows the picture at less than half of its size. */
const SMALL_PX = 28
const TITLE_PX = 36
const TOP_PX = 118
const BOTTOM_PX = 58
const LEFT_PX = 20
/** For the prices and the labels of the lines. */
export const RIGHT_PX = 218
export const PLOT_PX = HEIGHT - TOP_PX - BOTTOM_PX
/** Below this span, seconds. */
const SHORT_SPAN_SECONDS = 240
const DAY_SECONDS = 86_400

/** Title, plot and the parts of its axes that all charts share. */
export function frame(title: string, subtitle: string, times: readonly string[]) {
  return {
    animation: false,
    backgroundColor: COLORS.ground,
    textStyle: { fontFamily: FONT },
    title: {
      text: title,
      subtext: subtitle,
      left: LEFT_PX,
      top: 14,
      itemGap: 6,
      textStyle: {
        color: COLORS.title,
        fontSize: TITLE_PX,
        fontFamily: FONT,
        width: WIDTH - 2 * LEFT_PX,
        overflow: 'truncate',
      },
      subtextStyle: { color: COLORS.text, fontSize: SMALL_PX, fontFamily: FONT },
    },
    grid: { left: LEFT_PX, right: RIGHT_PX, top: TOP_PX, bottom: BOTTOM_PX },
    xAxis: {
      ...NO_LINES,
      type: 'category',
      data: times,
      axisLabel: { color: COLORS.text, fontSize: SMALL_PX, fontFamily: FONT, interval: 0 },
    },
  }
}

const NO_LINES = { axisLine: { show: false }, axisTick: { show: false } }

/** Round values on the right; `text` is empty for a value without room. */
export function rightAxis(
  { low, high, step }: { readonly low: number; readonly high: number; readonly step: number },
  text: (value: number) => string,
) {
  return {
    ...NO_LINES,
    position: 'right',
    min: low,
    max: high,
    interval: step,
    axisLabel: {
      color: COLORS.text,
      fontSize: 25,
      fontFamily: FONT,
      margin: 10,
      formatter: text,
    },
    splitLine: { lineStyle: { color: COLORS.grid } },
  }
}

/** Below slots that begin then, Unix seconds: three at most, none at the ends, so that none hangs over the edge. */
export function timesOf(starts: readonly number[]): string[] {
  const span = (starts.at(-1) ?? 0) - (starts[0] ?? 0)
  const step = Math.max(8, Math.ceil(starts.length / 3))
  return starts.map((start, at) => {
    if (at % step !== Math.floor(step / 2)) return ''
    if (span > 2 * DAY_SECONDS) return date(start * 1000)
    // With candles of seconds three labels would all show the same minute.
    const ms = start * 1000
    return span < SHORT_SPAN_SECONDS ? moment(ms, ms) : time(ms, ms)
  })
}
