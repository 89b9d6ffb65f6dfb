// The chart of a sale: the candles around it, where it was bought and sold, and where its stop stood.
import type { EChartsCoreOption } from 'echarts/core'
import { blanksOf, candlesOf, pricesOf, shownOf, slotTimes, subtitle } from './candles.ts'
import { COLORS, frame, rightAxis } from './frame.ts'
import type { ChartCandle, ChartPoint, SaleChart } from './input.ts'
import { freeOf, type Mark, markLines, placeMarks } from './marks.ts'
import { scaleOf } from './scale.ts'

export function saleOption(input: SaleChart): EChartsCoreOption {
  const { bought, sold, stops } = input
  const candles = shownOf(input.candles)
  const near = [...candles.flatMap(pricesOf), Number(bought[1]), Number(sold[1])]
  const scale = scaleOf(
    near,
    stops.map(([, price]) => Number(price)),
  )
  const marks = placeMarks(marksOf(input), scale)
  return {
    ...frame(input.title, subtitle(input.timeframe, candles), slotTimes(candles)),
    yAxis: rightAxis(scale, freeOf(marks, scale)),
    series: [
      {
        ...candlesOf(candles),
        markLine: markLines(marks),
        markPoint: {
          silent: true,
          animation: false,
          symbolSize: 30,
          itemStyle: { borderColor: COLORS.ground, borderWidth: 2 },
          data: [
            point(candles, bought, { color: COLORS.bound, symbolRotate: 0 }),
            point(candles, sold, { color: COLORS.now, symbolRotate: 180 }),
          ],
        },
      },
      {
        type: 'line',
        step: 'end',
        symbol: 'none',
        silent: true,
        animation: false,
        lineStyle: { color: COLORS.stop, type: 'dashed', width: 3 },
        data: stopLine(candles, input),
      },
    ],
  }
}

function marksOf({ bought, sold, stops }: SaleChart): Mark[] {
  const last = stops.at(-1)
  return [
    { name: 'Bought', price: bought[1], color: COLORS.bound, type: 'solid' },
    { name: 'Sold', price: sold[1], color: COLORS.now, type: 'dotted' },
    ...(last === undefined
      ? []
      : // Its line is that of all stops; here is the label of the last one.
        [{ name: 'Stop', price: last[1], color: COLORS.stop, type: 'none' } as const]),
  ]
}

function point(
  candles: readonly ChartCandle[],
  [at, price]: ChartPoint,
  { color, symbolRotate }: { readonly color: string; readonly symbolRotate: number },
) {
  const coord = [slotOf(candles, at), Number(price)]
  return { coord, symbol: 'triangle', symbolRotate, itemStyle: { color } }
}

/** The slot of the candle in which it was; the first or last one for what is outside. */
function slotOf(candles: readonly ChartCandle[], at: number): number {
  const after = candles.findIndex(([start]) => start > at)
  const index = after < 0 ? candles.length - 1 : Math.max(0, after - 1)
  return blanksOf(candles) + index
}

/** Where the stop stood during each candle, from the purchase to the sale. */
function stopLine(candles: readonly ChartCandle[], { bought, sold, stops }: SaleChart) {
  const [from, to] = [slotOf(candles, bought[0]), slotOf(candles, sold[0])]
  const blanks = Array<string>(blanksOf(candles)).fill('-')
  const along = candles.map((candle, index) => {
    const slot = blanks.length + index
    if (slot < from || slot > to) return '-'
    const end = candles[index + 1]?.[0] ?? candle[0] + 1
    const last = stops.findLast(([at]) => at < end) ?? (slot === from ? stops[0] : undefined)
    return last === undefined ? '-' : Number(last[1])
  })
  return [...blanks, ...along]
}
