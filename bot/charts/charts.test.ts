// Charts: whatever a market looks like, the picture is drawn and its lines and labels are in it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createLog, Helper, systemClock } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { candles } from '../testing/events.ts'
import { drawChart, drawOrNull, drawSvg } from './draw.ts'
import type { ChartCandle, ChartInput } from './input.ts'
import { place } from './marks.ts'

function input(change: Partial<ChartInput> = {}): ChartInput {
  return {
    title: 'BTC/USDT · Buy 0.05 BTC',
    timeframe: '1m',
    side: 'buy',
    candles: candles(),
    limit: '64100.5',
    market: '64050',
    stop: '63000',
    ...change,
  }
}

const flat = (price: string, count: number): ChartCandle[] =>
  Array.from({ length: count }, (_, at) => [at * 86_400, price, price, price, price])

const labels = (svg: string) =>
  [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => text ?? '')

const ODD: Record<string, ChartInput> = {
  'no candle': input({ candles: [] }),
  'one candle': input({ candles: candles(1) }),
  'three candles': input({ candles: candles(3) }),
  'one price everywhere': input({
    candles: flat('1', 60),
    limit: '1',
    market: '1',
    stop: '1',
  }),
  'candles of zeros': input({ candles: flat('0', 60) }),
  'the smallest price': input({
    candles: flat('0.000000000001', 60),
    limit: '0.000000000001',
    market: '0.000000000001',
    stop: '0.000000000001',
  }),
  'the largest price': input({
    candles: flat('999999999999.999999999999', 60),
    limit: '999999999999.999999999999',
    market: '999999999999',
    stop: '0.000000000001',
  }),
  'a stop far above': input({ side: 'sell', stop: '999999' }),
  'markup in the words': input({ title: '<b>&"', timeframe: '<b>&' }),
  'candles in 5138': input({ candles: [[1e11, '1', '1', '1', '1']] }),
}

test.for(Object.entries(ODD))('draws %s, with every line in it', async ([_, odd]) => {
  const png = Buffer.from(await drawChart(odd))
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([800, 500])
  const svg = await drawSvg(odd)
  expect(svg).not.toMatch(/NaN|<b>/)
  for (const color of ['#4ea4f6', '#e8eef4', '#ffb13d'])
    expect(svg, 'line').toContain(`stroke="${color}"`)
})

test('a native library that ends its process costs the card its picture, and the bot nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-rasterize-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'panics.mjs')
  writeFileSync(file, "process.on('message', () => process.abort())")
  const program = pathToFileURL(file)
  const helper = new Helper({
    program,
    clock: systemClock,
    timeoutMs: 60_000,
    idleMs: 1_000,
    toError: (reason) => new Error(reason),
  })
  const logged: string[] = []
  const log = createLog({
    program: 'bot',
    level: 'info',
    destination: { write: (line) => logged.push(line) },
  })
  expect(await drawOrNull(log, helper)(input())).toBeNull()
  expect(logged.join()).toContain('crashed with SIGABRT')
})

test('a stop that would flatten the candles stands at the edge, with an arrow', async () => {
  expect(await drawSvg(input({ stop: '48000' }))).toContain('Stop ▼')
  expect(await drawSvg(input({ stop: '63000' }))).not.toContain('▼')
})

test('round prices stand beside the candles, unless they are too long for it', async () => {
  expect(labels(await drawSvg(input()))).toEqual(
    expect.arrayContaining(['63,400', '63,800', '64,200']),
  )
  const small = input({
    candles: flat('0.25', 60),
    limit: '0.2512',
    market: '0.25',
    stop: '0.2475',
  })
  expect(labels(await drawSvg(small))).toEqual(expect.arrayContaining(['0.25', '0.2502']))
  const tiny = labels(await drawSvg(ODD['the smallest price'] ?? expect.fail()))
  expect(tiny.filter((label) => label.startsWith('0.0'))).toEqual(Array(3).fill('0.000000000001'))
})

test('no more candles than a phone can show apart', async () => {
  const red = /fill="#f6465d"/g
  const falling = (count: number) =>
    Array.from(
      { length: count },
      (_, at): ChartCandle => [at * 60, '64010', '64012', '63990', '64000'],
    )
  const drawn = async (count: number) =>
    (await drawSvg(input({ candles: falling(count) }))).match(red)?.length
  expect([await drawn(30), await drawn(60)]).toEqual([30, 48])
})

test('days are told as dates, minutes as times', async () => {
  expect(await drawSvg(input())).toContain('>16:20<')
  expect(await drawSvg(input({ candles: flat('64000', 60) }))).toMatch(/>\d+ Jan</)
})

test.for([
  ['close together', [100, 99.9, 99.8]],
  ['at the top', [200, 200, 200]],
  ['at the bottom', [0, 0, 0]],
  ['apart', [180, 100, 20]],
])('labels %s cover nothing and stay inside', ([_, prices]) => {
  const marks = (prices as number[]).map((at) => ({ at }))
  const shifts = place(marks, 330, { low: 0, high: 200 })
  const at = marks.map((mark, index) => ((200 - mark.at) / 200) * 330 + (shifts[index] ?? 0))
  const [first = 0, second = 0, third = 0] = at
  expect(first).toBeGreaterThanOrEqual(33)
  expect(second - first).toBeGreaterThanOrEqual(65.999)
  expect(third - second).toBeGreaterThanOrEqual(65.999)
  expect(third).toBeLessThanOrEqual(297.001)
})
