// Draws a chart as PNG. The libraries are loaded at the first chart: a bot that only reports needs none of them.
import { describeError, type Logger } from '@keyside/runtime'
import { equityOption } from './equity.ts'
import { HEIGHT, WIDTH } from './frame.ts'
import type { ChartInput } from './input.ts'
import { orderOption } from './order.ts'
import { rasterize } from './rasterize.ts'
import { saleOption } from './sale.ts'
import { yearOption } from './year.ts'

/** PNG, 800 by 600 px. Throws what the libraries throw. */
export async function drawChart(input: ChartInput): Promise<Uint8Array> {
  return rasterize(await drawSvg(input), WIDTH)
}

/** A card without a picture is better than none. */
export function drawOrNull(log: Logger, draw = drawChart) {
  return async (input: ChartInput): Promise<Uint8Array | null> => {
    try {
      return await draw(input)
    } catch (error) {
      log.error({ code: 'chart_failed', err: describeError(error) }, 'a chart could not be drawn')
      return null
    }
  }
}

export async function drawSvg(input: ChartInput): Promise<string> {
  const { init } = await loadEcharts()
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT })
  try {
    chart.setOption(optionOf(input))
    return chart.renderToSVGString()
  } finally {
    // echarts keeps every chart that is not disposed of for ever.
    chart.dispose()
  }
}

function optionOf(input: ChartInput) {
  switch (input.of) {
    case 'order':
      return orderOption(input)
    case 'sale':
      return saleOption(input)
    case 'equity':
      return equityOption(input)
    case 'year':
      return yearOption(input)
  }
}

async function loadEcharts() {
  const [core, charts, components, renderers] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ])
  core.use([
    charts.CandlestickChart,
    charts.LineChart,
    components.GridComponent,
    components.TitleComponent,
    components.MarkLineComponent,
    components.MarkPointComponent,
    renderers.SVGRenderer,
  ])
  return core
}
