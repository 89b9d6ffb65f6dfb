// What a rule would have done, as echarts wants it: its account, how far it was below its best, and the market beside it.
import type { EChartsCoreOption } from 'echarts/core'
import { signed } from '../texts/numbers.ts'
import { COLORS, frame, rightAxis, timesOf } from './frame.ts'
import type { YearChart } from './input.ts'
import { freeOf, type Mark, markLines, placeMarks } from './marks.ts'
import { scaleOf } from './scale.ts'

/** By which factor the range of the rule's own lines may grow so that the market's line fits. */
const MAX_STRETCH = 4

export function yearOption(input: YearChart): EChartsCoreOption {
  const { title, since, until, own, hold, falls } = input
  const step = (until - since) / own.length
  const inner = [...own, ...falls, 0]
  const all = [...inner, ...hold]
  const isDrawn = rangeOf(all) <= MAX_STRETCH * rangeOf(inner)
  const scale = scaleOf(isDrawn ? all : inner)
  const end = hold.at(-1) ?? 0
  const marks = placeMarks(
    [
      markOf('Rule', own.at(-1) ?? 0, COLORS.bound),
      ...(isDrawn ? [markOf('Hold', end, COLORS.text)] : []),
      markOf('Fall', Math.min(...falls), COLORS.down),
    ],
    scale,
  )
  const held = isDrawn ? '' : ` · hold ${signed(Math.abs(end).toFixed(2), end < 0)}`
  const dashed = { color: COLORS.text, width: 2, type: 'dashed' }
  return {
    ...frame(title, `percent${held}`, timesOf(own.map((_, at) => since + at * step))),
    yAxis: rightAxis(scale, freeOf(marks, scale)),
    series: [
      {
        ...line(falls, { color: COLORS.down, width: 2 }),
        areaStyle: { color: COLORS.down, opacity: 0.25, origin: 0 },
      },
      ...(isDrawn ? [line(hold, dashed)] : []),
      { ...line(own, { color: COLORS.bound, width: 4 }), markLine: markLines(marks) },
    ],
  }
}

function rangeOf(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values)
}

function markOf(name: string, value: number, color: string): Mark {
  return { name, price: String(Number(value.toFixed(2))), color, type: 'none' }
}

function line(data: readonly number[], lineStyle: object) {
  return { type: 'line', symbol: 'none', silent: true, animation: false, data, lineStyle }
}
