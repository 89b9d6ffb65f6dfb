// The lines of an order across its chart, and their labels beside it.
import { amount } from '../texts/numbers.ts'
import type { ChartInput } from './input.ts'

/** Prices at the lower and upper edge of the plot. */
export interface Scale {
  readonly low: number
  readonly high: number
}

export interface Mark {
  readonly name: string
  readonly price: string
  /** Where it is drawn: its price, or the edge behind which that lies. */
  readonly at: number
  readonly color: string
  readonly type: 'solid' | 'dashed' | 'dotted'
}

const NAME_PX = 25
const PRICE_PX = 31
const LABEL_PX = 66
/** Beside the plot, counted in digits one px high: a digit is about 0.7 as wide as high. */
const ROOM_PX = 320

/** From the highest price down. */
export function marksOf({ side, limit, market, stop }: ChartInput, scale: Scale): Mark[] {
  const bound = side === 'buy' ? 'Buy at most' : 'Sell at least'
  const marks: Mark[] = [
    { name: bound, price: limit, at: Number(limit), color: '#4ea4f6', type: 'solid' },
    { name: 'Now', price: market, at: Number(market), color: '#e8eef4', type: 'dotted' },
  ]
  if (stop !== undefined) marks.push(stopMark(stop, scale))
  return marks.sort((a, b) => Number(b.price) - Number(a.price))
}

/** A stop outside the chart is drawn at its edge, with the direction. */
function stopMark(price: string, { low, high }: Scale): Mark {
  const at = Math.min(high, Math.max(low, Number(price)))
  const where = Number(price) < low ? ' ▼' : Number(price) > high ? ' ▲' : ''
  return { name: `Stop${where}`, price, at, color: '#ffb13d', type: 'dashed' }
}

/** How far each label, from the highest price down, must move (px, down is positive) to cover no other and stay inside. */
export function place(marks: readonly Pick<Mark, 'at'>[], plot: number, scale: Scale): number[] {
  const wished = marks.map(({ at }) => ((scale.high - at) / (scale.high - scale.low)) * plot)
  const down = pushUp(pushDown(wished), plot)
  const up = pushDown(pushUp(wished, plot))
  // Between the two, so that close lines share the room above and below.
  return wished.map((y, at) => ((down[at] ?? y) + (up[at] ?? y)) / 2 - y)
}

function pushDown(ys: readonly number[]): number[] {
  let least = LABEL_PX / 2
  return ys.map((y) => {
    const placed = Math.max(y, least)
    least = placed + LABEL_PX
    return placed
  })
}

function pushUp(ys: readonly number[], plot: number): number[] {
  return pushDown(ys.map((y) => plot - y).reverse())
    .map((y) => plot - y)
    .reverse()
}

/** `shift` in px, down is positive. */
export function markLine({ name, price, at, color, type }: Mark, shift: number, font: string) {
  const text = amount(price)
  const fontSize = Math.min(PRICE_PX, Math.floor(ROOM_PX / text.length))
  return {
    yAxis: at,
    lineStyle: { color, type, width: 2 },
    label: {
      formatter: `{name|${name}}\n{price|${text}}`,
      rich: {
        name: { color, fontSize: NAME_PX, lineHeight: 30, fontFamily: font },
        price: { color, fontSize, lineHeight: 36, fontWeight: 'bold', fontFamily: font },
      },
      distance: 10,
      offset: [0, shift],
      align: 'left',
    },
  }
}
