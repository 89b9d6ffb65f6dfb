// Draws a chart as PNG. The libraries are loaded at the first chart: a bot that only reports needs none of them.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeError, Helper, type Logger, programFile, systemClock } from '@keyside/runtime'
import { equityOption } from './equity.ts'
import { FONT, HEIGHT, WIDTH } from './frame.ts'
import type { ChartInput } from './input.ts'
import { orderOption } from './order.ts'
import type { Picture } from './rasterize.ts'
import { saleOption } from './sale.ts'
import { yearOption } from './year.ts'

const FONTS = dirname(fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/package.json')))
const FONT_FILES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) => join(FONTS, 'ttf', file))

/** How long a card waits for its chart, ms. */
const TIMEOUT_MS = 10_000
/** How long the process is kept for the next chart, ms. */
const IDLE_MS = 60_000

/** Runs in its own process: native code can crash on unexpected input. */
const rasterizer = new Helper({
  program: programFile('bot/charts/rasterize'),
  clock: systemClock,
  timeoutMs: TIMEOUT_MS,
  idleMs: IDLE_MS,
  toError: (reason) => new Error(reason),
})

/** PNG, 800 by 600 px. Throws what the libraries throw. */
export async function drawChart(
  input: ChartInput,
  helper: Pick<Helper, 'ask'> = rasterizer,
): Promise<Uint8Array> {
  return drawPng(await drawSvg(input), WIDTH, helper)
}

/** PNG, `width` px wide. Words are in DejaVu Sans. Throws what the library throws. */
export async function drawPng(
  svg: string,
  width: number,
  helper: Pick<Helper, 'ask'> = rasterizer,
): Promise<Uint8Array> {
  const font = { fontFiles: FONT_FILES, loadSystemFonts: false, defaultFontFamily: FONT }
  const picture: Picture = { svg, width, font }
  return (await helper.ask(picture)) as Uint8Array
}

/** A card without a picture is better than none. */
export function drawOrNull(log: Logger, helper: Pick<Helper, 'ask'> = rasterizer) {
  return async (input: ChartInput): Promise<Uint8Array | null> => {
    try {
      return await drawChart(input, helper)
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
