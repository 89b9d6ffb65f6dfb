// Lines and bars as SVG that stretches to its box: 1000 wide, 300 high, strokes of the same width whatever the size.
// Labels stand beside it in HTML, so that they stay readable on a phone.

export const WIDE = 1_000
export const HIGH = 300

export interface Scale {
  readonly low: number
  readonly high: number
}

/** A little room above and below, also where all values are the same. */
export function scaleOf(...series: readonly (readonly number[] | Float64Array)[]): Scale {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const values of series)
    for (const value of values) {
      if (value < low) low = value
      if (value > high) high = value
    }
  if (low > high) return { low: 0, high: 1 }
  const room = (high - low) * 0.04 || Math.abs(high) * 0.01 || 1
  return { low: low - room, high: high + room }
}

export function x(at: number, length: number): number {
  return length < 2 ? WIDE / 2 : (at / (length - 1)) * WIDE
}

export function y(value: number, { low, high }: Scale): number {
  return HIGH - ((value - low) / (high - low)) * HIGH
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** Lowest and highest of each part in the order in which they come: no peak is lost, however many values there are. */
export function pointsOf(values: Float64Array, scale: Scale, parts = 450): readonly Point[] {
  const { length } = values
  const point = (at: number) => ({ x: x(at, length), y: y(values[at] as number, scale) })
  if (length <= parts * 2) return Array.from(values, (_, at) => point(at))
  const points = [point(0)]
  for (let part = 0; part < parts; part++) {
    const from = Math.floor((part * length) / parts)
    const to = Math.floor(((part + 1) * length) / parts)
    let [low, high] = [from, from]
    for (let at = from; at < to; at++) {
      if ((values[at] as number) < (values[low] as number)) low = at
      if ((values[at] as number) > (values[high] as number)) high = at
    }
    points.push(point(Math.min(low, high)))
    if (low !== high) points.push(point(Math.max(low, high)))
  }
  return [...points, point(length - 1)]
}

export function line(points: readonly Point[]): string {
  return points
    .map((point, at) => `${at === 0 ? 'M' : 'L'}${short(point.x)} ${short(point.y)}`)
    .join('')
}

/** From the line to the height `base`. */
export function area(points: readonly Point[], base: number): string {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return ''
  return `${line(points)}L${short(last.x)} ${short(base)}L${short(first.x)} ${short(base)}Z`
}

export function short(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '')
}

/** Round values within the scale, some `wanted` of them. */
export function ticks({ low, high }: Scale, wanted = 4): readonly number[] {
  const raw = (high - low) / wanted
  const size = 10 ** Math.floor(Math.log10(raw))
  const step = size * (raw / size > 5 ? 10 : raw / size > 2 ? 5 : raw / size > 1 ? 2 : 1)
  const first = Math.ceil(low / step)
  const last = Math.floor(high / step)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) =>
    Number(((first + at) * step).toPrecision(12)),
  )
}
