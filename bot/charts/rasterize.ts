// A picture from an SVG, by WebAssembly: it has a memory of its own inside this process and nothing else, so the bot needs
// neither native code nor another process. Whatever breaks in it is an error of this one picture.
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FONT } from './frame.ts'

const FONTS = dirname(fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/package.json')))
const FONT_FILES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) => join(FONTS, 'ttf', file))
const PROGRAM = fileURLToPath(import.meta.resolve('@resvg/resvg-wasm/index_bg.wasm'))

let loaded: ReturnType<typeof load> | undefined

/** PNG, `width` px wide. Words are in DejaVu Sans. Throws what the library throws. */
export async function rasterize(svg: string, width: number): Promise<Uint8Array> {
  loaded ??= load()
  const { Resvg, fontBuffers } = await loaded
  const font = { fontBuffers, defaultFontFamily: FONT }
  const picture = new Resvg(svg, { font, fitTo: { mode: 'width', value: width } })
  const image = picture.render()
  const png = image.asPng()
  // An instance that failed cannot be freed: its memory stays in use.
  image.free()
  picture.free()
  return png
}

async function load() {
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm')
  await initWasm(readFile(PROGRAM))
  return { Resvg, fontBuffers: await Promise.all(FONT_FILES.map((file) => readFile(file))) }
}
