// What sales have brought over time, as echarts wants it: a curve from 0, and where it stands.
import type { EChartsCoreOption } from 'echarts/core'
import { signed, zone } from '../texts/numbers.ts'
import { COLORS, FONT, frame, PLOT_PX, rightAxis, timesOf } from './frame.ts'
import type { EquityChart } from './input.ts'
import { scaleOf, writeRound } from './scale.ts'

/** How many steps of time the curve has. */
const SLOTS = 120
/** Height of the axis that the label at the curve's end covers, px above and below. */
const LABEL_PX = 32

export function equityOption(input: EquityChart): EChartsCoreOption {
  const { starts, values } = resample(input)
  const scale = scaleOf([...values, 0])
  const last = input.points.at(-1)?.[1] ?? '0'
  const yOf = (value: number) => ((scale.high - value) / (scale.high - scale.low)) * PLOT_PX
  const isCovered = (value: number) =>
    Math.abs(yOf(value) - yOf(Number(last))) < LABEL_PX || value <= scale.low || value >= scale.high
  const color = COLORS.bound
  return {
    ...frame(
      input.title,
      `${input.currency}, fees included · ${zone(input.until * 1000)}`,
      timesOf(starts),
    ),
    yAxis: rightAxis(scale, (value) => (isCovered(value) ? '' : writeRound(value, scale.step))),
    series: [
      {
        type: 'line',
        step: 'end',
        symbol: 'none',
        silent: true,
        animation: false,
        data: values,
        lineStyle: { color, width: 4 },
        areaStyle: { color, opacity: 0.18, origin: 0 },
        markLine: {
          symbol: 'none',
          silent: true,
          animation: false,
          precision: 12,
          data: [
            {
              yAxis: 0,
              lineStyle: { color: COLORS.text, type: 'dotted', width: 2 },
              label: { show: false },
            },
            {
              yAxis: Number(last),
              lineStyle: { color, type: 'dashed', width: 1 },
              label: {
                formatter: signed(last.replace('-', ''), last.startsWith('-')),
                color: COLORS.title,
                fontSize: 30,
                fontWeight: 'bold',
                fontFamily: FONT,
                distance: 10,
                align: 'left',
              },
            },
          ],
        },
      },
    ],
  }
}

/** The sum at the end of each step; all steps are equally long. */
function resample({ since, until, points }: EquityChart) {
  const step = Math.max(1, (until - since) / SLOTS)
  const starts = Array.from({ length: SLOTS }, (_, at) => since + at * step)
  const values = starts.map((start) => {
    const last = points.findLast(([at]) => at <= start + step)
    return Number(last?.[1] ?? 0)
  })
  return { starts, values }
}
