// The charts of a backtest: equity, drawdown, price with trades, distribution of the trades' results.

import type { Backtested } from '../backtested.ts'
import { profitPercentOf } from '../metrics.ts'
import {
  area,
  HIGH,
  line,
  pointsOf,
  type Scale,
  scaleOf,
  short,
  ticks,
  WIDE,
  x,
  y,
} from './plot.ts'
import { count, price } from './words.ts'

/** What is drawn, as SVG elements, and the labels beside it. */
export interface Chart {
  readonly shapes: string
  /** How far down, part of the height, and what it says. */
  readonly labels: readonly (readonly [number, string])[]
}

export function equityChart({ equity, candles, metrics }: Backtested): Chart {
  const first = candles.open[0] ?? 1
  const hold = candles.close.slice(0, equity.length).map((close) => (close / first) * metrics.start)
  const scale = scaleOf(equity, hold)
  const own = pointsOf(equity, scale)
  return {
    shapes: [
      grid(scale),
      path('hold', line(pointsOf(hold, scale))),
      path('own-area', area(own, y(Math.max(scale.low, 0), scale))),
      path('own', line(own)),
    ].join(''),
    labels: labelsOf(scale, (value) => count(value)),
  }
}

/** Percent below the highest equity so far. */
export function drawdowns({
  equity,
  metrics,
}: Pick<Backtested, 'equity' | 'metrics'>): Float64Array {
  let high = metrics.start
  return equity.map((now) => {
    high = Math.max(high, now)
    return (now / high - 1) * 100
  })
}

export function drawdownChart(tested: Backtested): Chart {
  const values = drawdowns(tested)
  const scale = { low: Math.min(scaleOf(values).low, -0.1), high: 0 }
  const points = pointsOf(values, scale)
  return {
    shapes: `${grid(scale)}${path('fall-area', area(points, 0))}${path('fall', line(points))}`,
    labels: labelsOf(scale, (value) => `${count(value, Math.abs(scale.low) < 2 ? 2 : 0)} %`, 2),
  }
}

/** Each trade is a line from its purchase to its last sale. */
export function priceChart({ candles, ledger }: Backtested): Chart {
  const scale = scaleOf(candles.close)
  const trades = ledger.trades.map((trade) => {
    const [from, to] = [trade.entryCandle, Math.max(trade.exitCandle, trade.entryCandle)]
    const [left, right] = [x(from, candles.length), x(to, candles.length)]
    const ends = `M${short(left)} ${short(y(trade.entryPrice, scale))}L${short(Math.max(right, left + 0.5))} ${short(y(trade.exitPrice, scale))}`
    return { won: trade.proceeds > trade.cost, ends }
  })
  const all = (won: boolean) => trades.filter((trade) => trade.won === won).map(({ ends }) => ends)
  return {
    shapes: [
      grid(scale),
      path('price', line(pointsOf(candles.close, scale))),
      path('lost', all(false).join('')),
      path('won', all(true).join('')),
    ].join(''),
    labels: labelsOf(scale, price),
  }
}

const BARS = 31

export interface Distribution extends Chart {
  /** Percent at the left and right edge. */
  readonly from: number
  readonly to: number
}

/** How many trades ended with which profit, percent of their cost; null without a trade. */
export function distributionChart({ ledger }: Backtested): Distribution | null {
  const results = ledger.trades.map(profitPercentOf)
  if (results.length === 0) return null
  const far = results.reduce((most, one) => Math.max(most, Math.abs(one)), 0) || 1
  const width = (2 * far) / BARS
  const bars = new Float64Array(BARS)
  for (const result of results) {
    const at = Math.min(BARS - 1, Math.max(0, Math.floor((result + far) / width)))
    bars[at] = (bars[at] as number) + 1
  }
  const scale = { low: 0, high: Math.max(...bars) * 1.05 }
  const wide = WIDE / BARS
  const rectangles = Array.from(bars, (amount, at) => {
    const top = y(amount, scale)
    const kind = at * 2 + 1 < BARS ? 'bar-lost' : at * 2 + 1 > BARS ? 'bar-won' : 'bar'
    return `<rect class="${kind}" x="${short(at * wide + 1)}" y="${short(top)}" width="${short(wide - 2)}" height="${short(HIGH - top)}"/>`
  })
  const whole = (value: number) => Number.isInteger(value)
  return {
    shapes: `${grid(scale)}${rectangles.join('')}`,
    labels: labelsOf(scale, (value) => count(value), 3, whole),
    from: -far,
    to: far,
  }
}

function path(name: string, d: string): string {
  return d === '' ? '' : `<path class="${name}" d="${d}"/>`
}

function grid(scale: Scale): string {
  return path(
    'grid',
    ticks(scale)
      .map((value) => `M0 ${short(y(value, scale))}H${WIDE}`)
      .join(''),
  )
}

function labelsOf(
  scale: Scale,
  word: (value: number) => string,
  wanted = 4,
  isShown: (value: number) => boolean = () => true,
): Chart['labels'] {
  return ticks(scale, wanted)
    .filter(isShown)
    .map((value) => [y(value, scale) / HIGH, word(value)] as const)
}
