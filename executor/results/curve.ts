// How results added up over time, and how far they were below their best. Pure.
import { type Curve, seconds, toTotal } from '@keyside/protocol'
import Big from 'big.js'
import type { Trade } from './trade.ts'

/** More than a picture shows apart, and no more than a report has room for beside its rows. */
const MAX_POINTS = 60

interface Span {
  /** Sales in other currencies are in no curve of it. */
  readonly currency: string
  /** Unix ms; no sale before `since` counts. */
  readonly since: number
  readonly until: number
}

/** Sales with an unknown result are left out. A curve that starts before the first sale starts at that sale. */
export function curveOf(trades: readonly Trade[], { currency, since, until }: Span): Curve {
  const counted = trades
    .flatMap(({ market, opened, closed, result }) =>
      result !== null && market.split('/')[1] === currency && closed >= since
        ? [
            {
              opened,
              closed,
              gain: result.negative ? new Big(result.gain).neg() : new Big(result.gain),
            },
          ]
        : [],
    )
    .toSorted((a, b) => a.closed - b.closed)
  let sum = new Big(0)
  let best = sum
  let deepest = sum
  const all = counted.map(({ closed, gain }) => {
    sum = sum.plus(gain)
    if (sum.gt(best)) best = sum
    const below = best.minus(sum)
    if (below.gt(deepest)) deepest = below
    return { at: closed, sum }
  })
  const from = Math.max(since, Math.min(until, ...counted.map(({ opened }) => opened)))
  return {
    currency,
    since: seconds(from),
    until: seconds(until),
    points: thinned(all, from, until).map(({ at, sum }) => [
      Math.floor(at / 1000),
      toTotal(sum.abs()),
      sum.lt(0),
    ]),
    deepest: toTotal(deepest),
    below: toTotal(best.minus(sum)),
  }
}

interface Point {
  readonly at: number
  readonly sum: Big
}

/** The last of each of as many equal steps of time. */
function thinned(points: readonly Point[], from: number, until: number): readonly Point[] {
  if (points.length <= MAX_POINTS) return points
  const step = Math.max(1, (until - from) / MAX_POINTS)
  const last = new Map<number, Point>()
  for (const point of points)
    last.set(Math.min(MAX_POINTS - 1, Math.floor((point.at - from) / step)), point)
  return [...last.values()]
}
