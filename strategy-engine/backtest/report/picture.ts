// A backtest as one picture for a chat: equity, drawdown and the figures that matter, large enough for a phone.
import type { Backtested } from '../backtested.ts'
import { drawdowns } from './charts.ts'
import { area, HIGH, line, type Point, pointsOf, scaleOf, WIDE } from './plot.ts'
import { periodText } from './rules-text.ts'
import { count, percent, ratio } from './words.ts'

/** px */
export const PICTURE_WIDTH = 800
const PICTURE_HEIGHT = 560

/** A ground that fits a chat's light and dark mode, as on the cards of orders. */
const COLORS = {
  ground: '#17212b',
  text: '#b8c7d6',
  title: '#ffffff',
  own: '#4ea4f6',
  hold: '#6d7f90',
  up: '#2ebd85',
  down: '#f6465d',
}
const FONT = 'DejaVu Sans'

/** SVG, for a rasterizer: it has no styles and no markup but its own. */
export function pictureOf(tested: Backtested): string {
  const { name, market, timeframe, metrics, equity, candles } = tested
  const { totalPercent, hold, drawdown, sharpe } = metrics
  const first = candles.open[0] ?? 1
  const held = candles.close.slice(0, equity.length).map((close) => (close / first) * metrics.start)
  const scale = scaleOf(equity, held)
  const falls = drawdowns(tested)
  const own = pointsOf(equity, scale)
  const fall = pointsOf(falls, { low: Math.min(-0.1, scaleOf(falls).low), high: 0 })
  const tone = totalPercent < 0 ? COLORS.down : COLORS.up
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${PICTURE_WIDTH}" height="${PICTURE_HEIGHT}" viewBox="0 0 ${PICTURE_WIDTH} ${PICTURE_HEIGHT}" font-family="${FONT}">`,
    `<rect width="${PICTURE_WIDTH}" height="${PICTURE_HEIGHT}" fill="${COLORS.ground}"/>`,
    text(24, 50, 34, COLORS.title, shortened(`${name} · ${market} ${timeframe}`, 34), 'bold'),
    text(24, 88, 24, COLORS.text, periodText(tested)),
    text(24, 150, 50, tone, percent(totalPercent), 'bold'),
    text(330, 128, 22, COLORS.text, `buy and hold ${percent(hold.totalPercent)}`),
    text(330, 156, 22, COLORS.text, `drawdown ${percent(-drawdown.percent)}`),
    path(line(placed(pointsOf(held, scale), EQUITY)), COLORS.hold, 2),
    path(area(placed(own, EQUITY), EQUITY.top + EQUITY.high), 'none', 0, COLORS.own, 0.12),
    path(line(placed(own, EQUITY)), COLORS.own, 3),
    path(area(placed(fall, DRAWDOWN), DRAWDOWN.top), COLORS.down, 2, COLORS.down, 0.25),
    text(
      24,
      538,
      24,
      COLORS.text,
      `${count(metrics.trades)} trades · Sharpe ${ratio(sharpe)} · profit factor ${ratio(metrics.profitFactor)}`,
    ),
    '</svg>',
  ].join('')
}

const EQUITY = { top: 180, high: 250 }
const DRAWDOWN = { top: 440, high: 60 }
const EDGE = 24

/** px. A rasterizer knows no strokes that stay as they are while a chart is stretched. */
function placed(points: readonly Point[], { top, high }: typeof EQUITY): readonly Point[] {
  const wide = PICTURE_WIDTH - 2 * EDGE
  return points.map(({ x, y }) => ({ x: EDGE + (x / WIDE) * wide, y: top + (y / HIGH) * high }))
}

function path(d: string, stroke: string, width: number, fill = 'none', opacity = 1): string {
  return `<path d="${d}" stroke="${stroke}" stroke-width="${width}" fill="${fill}" fill-opacity="${opacity}"/>`
}

function text(
  x: Point['x'],
  y: Point['y'],
  size: number,
  fill: string,
  words: string,
  weight = 'normal',
): string {
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${fill}">${escaped(words)}</text>`
}

function shortened(words: string, most: number): string {
  return words.length <= most ? words : `${words.slice(0, most - 1)}…`
}

/** For text and attributes of markup. */
export function escaped(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
