// A picture from an SVG, by native code: a process of its own, asked by draw.ts. It loads nothing else, to be there soon.
import { serve } from '@keyside/runtime/serve'

export interface Picture {
  readonly svg: string
  /** px */
  readonly width: number
  readonly font: {
    readonly fontFiles: string[]
    readonly loadSystemFonts: boolean
    readonly defaultFontFamily: string
  }
}

serve(async (question) => {
  const { svg, width, font } = question as Picture
  const { Resvg } = await import('@resvg/resvg-js')
  return new Resvg(svg, { font, fitTo: { mode: 'width', value: width } }).render().asPng()
})
