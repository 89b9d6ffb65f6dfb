// A picture from an SVG, by native code: a process of its own, asked by draw.ts.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serve } from '@keyside/runtime/serve'
import { FONT, WIDTH } from './option.ts'

const FONTS = dirname(fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/package.json')))
const FONT_FILES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) => join(FONTS, 'ttf', file))

serve(async (svg) => {
  const { Resvg } = await import('@resvg/resvg-js')
  const font = { fontFiles: FONT_FILES, loadSystemFonts: false, defaultFontFamily: FONT }
  const fitTo = { mode: 'width', value: WIDTH } as const
  return new Resvg(String(svg), { font, fitTo }).render().asPng()
})
