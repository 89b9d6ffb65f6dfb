// Charts: whatever a market looks like, the picture is drawn and its lines and labels are in it.
import { createLog } from '@keyside/runtime'
import { expect, test } from 'vitest'
import { candles } from '../testing/events.ts'
import { drawChart, drawOrNull, drawSvg } from './draw.ts'
import type { ChartCandle, EquityChart, OrderChart, SaleChart } from './input.ts'
import { place } from './marks.ts'
import { rasterize } from './rasterize.ts'

function input(change: Partial<OrderChart> = {}): OrderChart {
  return {
    of: 'order',
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
  [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => (text ?? '').trim())

const ODD: Record<string, OrderChart> = {
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
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([800, 600])
  const svg = await drawSvg(odd)
  expect(svg).not.toMatch(/NaN|<b>/)
  for (const color of ['#4ea4f6', '#e8eef4', '#ffb13d'])
    expect(svg, 'line').toContain(`stroke="${color}"`)
})

test('what breaks the drawing costs the card its picture, and the next one is drawn', async () => {
  const logged: string[] = []
  const log = createLog({
    program: 'bot',
    level: 'info',
    destination: { write: (line) => logged.push(line) },
  })
  // Larger than the drawing's memory can be.
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="1e7"><rect/></svg>'
  expect(await drawOrNull(log, () => rasterize(svg, 800))(input())).toBeNull()
  expect(JSON.parse(logged.join())).toMatchObject({ code: 'chart_failed' })
  expect((await drawChart(input())).length).toBeGreaterThan(10_000)
})

test('a stop that would flatten the candles stands at the edge, with an arrow', async () => {
  expect(await drawSvg(input({ stop: '48000' }))).toContain('Stop ▼')
  expect(await drawSvg(input({ stop: '63000' }))).not.toContain('▼')
})

test('round prices stand beside the candles, where no label and no lack of room is in the way', async () => {
  const shown = labels(await drawSvg(input()))
  expect(shown).toEqual(expect.arrayContaining(['63,200', '63,400', '63,600']))
  expect(shown, 'under the label of the limit').not.toContain('64,000')
  const small = input({
    candles: flat('0.25', 60),
    limit: '0.2512',
    market: '0.25',
    stop: '0.248',
  })
  expect(labels(await drawSvg(small))).toEqual(expect.arrayContaining(['0.249', '0.2495']))
  const tiny = labels(await drawSvg(ODD['the smallest price'] ?? expect.fail()))
  expect(tiny.filter((label) => label.startsWith('0.0'))).toEqual(Array(3).fill('0.000000000001'))
})

test('no more candles than a phone can show apart, and those that rose are hollow', async () => {
  const candle = (at: number, open: string, close: string): ChartCandle => [
    at * 60,
    open,
    '64012',
    '63990',
    close,
  ]
  const rose = /fill="#17212b" stroke="#2ebd85"/g
  const fell = /fill="#f6465d" stroke="#f6465d"/g
  const drawn = async (count: number) => {
    const all = Array.from({ length: count }, (_, at) =>
      at % 3 === 0 ? candle(at, '64000', '64010') : candle(at, '64010', '64000'),
    )
    const svg = await drawSvg(input({ candles: all }))
    return [svg.match(rose)?.length, svg.match(fell)?.length]
  }
  expect([await drawn(30), await drawn(90)]).toEqual([
    [10, 20],
    [20, 40],
  ])
})

test('take-profits are numbered where there are several, and one far away stands at the edge', async () => {
  const one = labels(await drawSvg(input({ stop: '63600', takeProfits: ['64500'] })))
  expect(one).toEqual(expect.arrayContaining(['Take-profit', '64,500']))
  const two = labels(await drawSvg(input({ stop: '63600', takeProfits: ['64500', '80000'] })))
  expect(two).toEqual(expect.arrayContaining(['TP2 ▲', '80,000', '64,500']))
})

/** Bought in the tenth candle, sold in the fortieth. */
const SALE: SaleChart = {
  of: 'sale',
  title: 'Sale 41 · BTC/USDT',
  timeframe: '1m',
  candles: candles(),
  bought: [1_764_000_570, '63900'],
  sold: [1_764_002_370, '64100'],
  stops: [
    [1_764_000_571, '63700'],
    [1_764_001_500, '63850'],
  ],
}

test('a sale shows where it was bought and sold, and each place of its stop', async () => {
  const svg = await drawSvg(SALE)
  expect(labels(svg)).toEqual(
    expect.arrayContaining(['Bought', '63,900', 'Sold', '64,100', 'Stop', '63,850']),
  )
  expect(svg).toContain('stroke="#ffb13d"')
})

test.for<[string, Partial<SaleChart>]>([
  ['without a candle', { candles: [] }],
  ['without a stop', { stops: [] }],
  ['on candles that begin after the purchase', { candles: candles().slice(30) }],
  ['on candles that end before the sale', { candles: candles().slice(0, 20) }],
])('a sale is drawn %s', async ([_, change]) => {
  const svg = await drawSvg({ ...SALE, ...change })
  expect(svg).not.toContain('NaN')
  expect(labels(svg)).toEqual(expect.arrayContaining(['Bought', 'Sold']))
})

const DAYS = 86_400
const CURVE: EquityChart = {
  of: 'equity',
  title: 'Profit, last 30 days',
  currency: 'USDT',
  since: 1_764_000_000,
  until: 1_764_000_000 + 30 * DAYS,
  points: [
    [1_764_000_000 + 3 * DAYS, '12.5'],
    [1_764_000_000 + 20 * DAYS, '-40.25'],
  ],
}

test('a curve of results ends at its sum, which is written beside it with its sign', async () => {
  const shown = labels(await drawSvg(CURVE))
  expect(shown).toEqual(expect.arrayContaining(['−40.25', '0', '10', 'Profit, last 30 days']))
  expect(shown.filter((label) => /Nov|Dec/.test(label))).toHaveLength(3)
})

test.for<[string, Partial<EquityChart>]>([
  ['without a sale', { points: [] }],
  ['of no time at all', { until: CURVE.since }],
  ['of huge sums', { points: [[CURVE.since, '-999999999999.123']] }],
])('a curve is drawn %s', async ([_, change]) => {
  expect(await drawSvg({ ...CURVE, ...change })).not.toMatch(/NaN|Infinity/)
})

test('days are told as dates, minutes as times', async () => {
  expect(await drawSvg(input())).toContain('>16:30<')
  expect(await drawSvg(input({ candles: flat('64000', 60) }))).toMatch(/>\d+ Jan</)
})

test.for([
  ['close together', [100, 99.9, 99.8]],
  ['at the top', [200, 200, 200]],
  ['at the bottom', [0, 0, 0]],
  ['apart', [180, 100, 20]],
])('labels %s cover nothing and stay inside', ([_, prices]) => {
  const marks = (prices as number[]).map((at) => ({ at, height: 66 }))
  const shifts = place(marks, 330, { low: 0, high: 200 })
  const at = marks.map((mark, index) => ((200 - mark.at) / 200) * 330 + (shifts[index] ?? 0))
  const [first = 0, second = 0, third = 0] = at
  expect(first).toBeGreaterThanOrEqual(33)
  expect(second - first).toBeGreaterThanOrEqual(65.999)
  expect(third - second).toBeGreaterThanOrEqual(65.999)
  expect(third).toBeLessThanOrEqual(297.001)
})
