// The chart of an order as echarts wants it: candles, and the lines that the order is about.
import type { EChartsCoreOption } from 'echarts/core'
import { candlesOf, pricesOf, shownOf, slotTimes, subtitle } from './candles.ts'
import { COLORS, frame, rightAxis } from './frame.ts'
import type { OrderChart } from './input.ts'
import { freeOf, type Mark, markLines, placeMarks } from './marks.ts'
import { scaleOf } from './scale.ts'

export function orderOption(input: OrderChart): EChartsCoreOption {
  const { limit, market, stop, takeProfits = [] } = input
  const candles = shownOf(input.candles)
  const near = [...candles.flatMap(pricesOf), Number(limit), Number(market)]
  const scale = scaleOf(near, stop === undefined ? [] : [Number(stop)], takeProfits.map(Number))
  const marks = placeMarks(marksOf(input), scale)
  return {
    ...frame(input.title, subtitle(input.timeframe, candles), slotTimes(candles)),
    yAxis: rightAxis(scale, freeOf(marks, scale)),
    series: [{ ...candlesOf(candles), markLine: markLines(marks) }],
  }
}

function marksOf({ side, limit, market, stop, takeProfits = [] }: OrderChart): Mark[] {
  const bound = side === 'buy' ? 'Buy at most' : 'Sell at least'
  const numbered = takeProfits.length > 1
  return [
    { name: bound, price: limit, color: COLORS.bound, type: 'solid' },
    { name: 'Now', price: market, color: COLORS.now, type: 'dotted' },
    ...(stop === undefined
      ? []
      : [{ name: 'Stop', price: stop, color: COLORS.stop, type: 'dashed' } as const]),
    ...takeProfits.map((price, at): Mark => {
      const name = numbered ? `TP${at + 1}` : 'Take-profit'
      return { name, price, color: COLORS.take, type: 'dashed' }
    }),
  ]
}
