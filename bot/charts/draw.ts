// Draws a chart as PNG. The libraries are loaded at the first chart: a bot that only reports needs none of them.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeError, type Logger } from '@keyside/runtime'
import type { ChartInput } from './input.ts'
import { chartOption, FONT, HEIGHT, WIDTH } from './option.ts'

const FONTS = dirname(fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/package.json')))
const FONT_FILES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) => join(FONTS, 'ttf', file))

/** 800 by 420 px. Throws what the libraries throw. */
export async function drawChart(input: ChartInput): Promise<Uint8Array> {
  const svg = await drawSvg(input)
  const { Resvg } = await import('@resvg/resvg-js')
  const font = { fontFiles: FONT_FILES, loadSystemFonts: false, defaultFontFamily: FONT }
  return new Resvg(svg, { font, fitTo: { mode: 'width', value: WIDTH } }).render().asPng()
}

/** A card without a picture is better than none. */
export function drawOrNull(log: Logger) {
  return async (input: ChartInput): Promise<Uint8Array | null> => {
    try {
      return await drawChart(input)
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
    chart.setOption(chartOption(input))
    return chart.renderToSVGString()
  } finally {
    // echarts keeps every chart that is not disposed of for ever.
    chart.dispose()
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
    components.GridComponent,
    components.TitleComponent,
    components.MarkLineComponent,
    renderers.SVGRenderer,
  ])
  return core
}
