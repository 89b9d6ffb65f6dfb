// Lines across a chart, and their labels beside it.
import { amount } from '../texts/numbers.ts'
import { FONT, PLOT_PX, RIGHT_PX } from './frame.ts'
import { type Scale, writeRound } from './scale.ts'

export interface Mark {
  readonly name: string
  /** As it is written. */
  readonly price: string
  readonly color: string
  /** `none` for a label alone. */
  readonly type: 'solid' | 'dashed' | 'dotted' | 'none'
}

/** Where the line is drawn: at its price, or at the plot's edge if the price is outside. */
export interface PlacedMark extends Mark {
  readonly at: number
  /** How far its label is from its line, px; down is positive. */
  readonly shift: number
  /** Of the label, px. */
  readonly height: number
}

const NAME_PX = 25
const PRICE_PX = 30
const ONE_LINE_PX = 38
const TWO_LINES_PX = 66
/** Half the height of a price label on the axis. */
const AXIS_PX = 17
/** Room beside the plot, in digits of 1 px height: a digit is about 0.7 times as wide as high. */
const ROOM_PX = (RIGHT_PX - 16) / 0.68

/** From the highest price down, so that no label covers another. */
export function placeMarks(marks: readonly Mark[], scale: Scale): PlacedMark[] {
  const sorted = marks
    .toSorted((a, b) => Number(b.price) - Number(a.price))
    .map((mark) => ({ ...withEdge(mark, scale), height: heightOf(mark) }))
  const shifts = place(sorted, PLOT_PX, scale)
  return sorted.map((mark, index) => ({ ...mark, shift: shifts[index] ?? 0 }))
}

function withEdge(mark: Mark, { low, high }: Scale) {
  const price = Number(mark.price)
  const where = price < low ? ' ▼' : price > high ? ' ▲' : ''
  return { ...mark, name: `${mark.name}${where}`, at: Math.min(high, Math.max(low, price)) }
}

/** Name and price share a line where both fit. */
function isShort({ name, price }: Pick<Mark, 'name' | 'price'>): boolean {
  return name.length * NAME_PX * 0.62 + amount(price).length * PRICE_PX * 0.7 < RIGHT_PX - 24
}

function heightOf(mark: Mark): number {
  return isShort(mark) ? ONE_LINE_PX : TWO_LINES_PX
}

/** How far each label, from the highest price down, must move (px, down is positive) to cover no other and stay inside. */
export function place(
  marks: readonly Pick<PlacedMark, 'at' | 'height'>[],
  plot: number,
  scale: Pick<Scale, 'low' | 'high'>,
): number[] {
  const heights = marks.map(({ height }) => height)
  const wished = marks.map(({ at }) => ((scale.high - at) / (scale.high - scale.low)) * plot)
  const down = pushUp(pushDown(wished, heights), heights, plot)
  const up = pushDown(pushUp(wished, heights, plot), heights)
  // The mean of both, so that close labels use the room above and below alike.
  return wished.map((y, at) => ((down[at] ?? y) + (up[at] ?? y)) / 2 - y)
}

function pushDown(ys: readonly number[], heights: readonly number[]): number[] {
  let top = 0
  return ys.map((y, at) => {
    const half = (heights[at] ?? 0) / 2
    const placed = Math.max(y, top + half)
    top = placed + half
    return placed
  })
}

function pushUp(ys: readonly number[], heights: readonly number[], plot: number): number[] {
  const turned = ys.map((y) => plot - y).reverse()
  return pushDown(turned, heights.toReversed())
    .map((y) => plot - y)
    .reverse()
}

/** Beside the axis' round prices: one that a label covers is left out. */
export function freeOf(marks: readonly PlacedMark[], scale: Scale): (value: number) => string {
  const yOf = (value: number) => ((scale.high - value) / (scale.high - scale.low)) * PLOT_PX
  return (value) => {
    const text = writeRound(value, scale.step)
    const isEdge = value <= scale.low || value >= scale.high
    const covered = marks.some(
      ({ at, shift, height }) => Math.abs(yOf(at) + shift - yOf(value)) < height / 2 + AXIS_PX,
    )
    return isEdge || covered || text.length * 25 * 0.64 > RIGHT_PX - 16 ? '' : text
  }
}

export function markLines(marks: readonly PlacedMark[]) {
  return {
    symbol: 'none',
    silent: true,
    animation: false,
    // Without this echarts rounds a line to two decimals: a market below 1 would lose it.
    precision: 12,
    data: marks.map(markLine),
  }
}

function markLine(mark: PlacedMark) {
  const { name, price, at, color, type, shift } = mark
  const text = amount(price)
  const short = isShort({ name, price })
  const fontSize = Math.min(PRICE_PX, Math.floor(ROOM_PX / text.length))
  return {
    yAxis: at,
    lineStyle: type === 'none' ? { width: 0 } : { color, type, width: 3 },
    label: {
      formatter: short ? `{name|${name}}{price|${text}}` : `{name|${name}}\n{price|${text}}`,
      rich: {
        name: {
          color,
          fontSize: NAME_PX,
          lineHeight: 30,
          fontFamily: FONT,
          padding: [0, short ? 12 : 0, 0, 0],
        },
        price: { color, fontSize, lineHeight: 34, fontWeight: 'bold', fontFamily: FONT },
      },
      distance: 10,
      offset: [0, shift],
      align: 'left',
    },
  }
}
