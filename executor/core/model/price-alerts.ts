// Prices that the trader wants to hear of: what is kept of them, and when a price is there.
import type { Decimal, Threshold } from '@keyside/protocol'
import Big from 'big.js'

export interface PriceAlert {
  readonly number: number
  readonly market: string
  readonly threshold: Threshold
  readonly repeats: 'once' | 'always'
  /** `spent`: it counts again once the price has gone back. */
  readonly state: 'armed' | 'spent'
  /** When it was set, and when it last fired, Unix ms; 0 for never. */
  readonly setAt: number
  readonly firedAt: number
}

export interface PriceAlerts {
  /** The highest number that was given away. */
  readonly last: number
  /** By number. */
  readonly all: Readonly<Record<string, PriceAlert>>
}

export const NO_PRICE_ALERTS: PriceAlerts = { last: 0, all: {} }

export type PriceAlertEvent =
  | {
      readonly type: 'price_alert_set'
      readonly alert: Pick<PriceAlert, 'number' | 'market' | 'threshold' | 'repeats' | 'state'>
      readonly by: string
    }
  | { readonly type: 'price_alert_fired'; readonly number: number; readonly price: Decimal }
  /** The price has gone back. */
  | { readonly type: 'price_alert_armed'; readonly number: number }
  | { readonly type: 'price_alert_removed'; readonly number: number; readonly by: string }

export function applyPriceAlert(
  { last, all }: PriceAlerts,
  event: PriceAlertEvent & { readonly at: number },
): PriceAlerts {
  if (event.type === 'price_alert_set') {
    const { number } = event.alert
    const alert = { ...event.alert, setAt: event.at, firedAt: 0 }
    return { last: Math.max(last, number), all: { ...all, [number]: alert } }
  }
  const { [event.number]: alert, ...others } = all
  if (alert === undefined) throw new Error(`there is no price alert ${event.number}`)
  const changed = changedBy(alert, event)
  return { last, all: changed === null ? others : { ...others, [event.number]: changed } }
}

function changedBy(
  alert: PriceAlert,
  event: Exclude<PriceAlertEvent, { type: 'price_alert_set' }> & { readonly at: number },
): PriceAlert | null {
  if (event.type === 'price_alert_armed') return { ...alert, state: 'armed' }
  if (event.type === 'price_alert_removed' || alert.repeats === 'once') return null
  // A move is counted anew from where it fired.
  const state = alert.threshold.is === 'move' ? 'armed' : 'spent'
  return { ...alert, state, firedAt: event.at }
}

export function isSameAlert(
  one: PriceAlert,
  { market, threshold, repeats }: Pick<PriceAlert, 'market' | 'threshold' | 'repeats'>,
): boolean {
  if (one.market !== market || one.repeats !== repeats) return false
  if (one.threshold.is === 'move' || threshold.is === 'move')
    return JSON.stringify(one.threshold) === JSON.stringify(threshold)
  return one.threshold.is === threshold.is && new Big(one.threshold.price).eq(threshold.price)
}

/** The lowest and the highest price of a span of time that began at `at`, Unix ms. */
export interface PriceRange {
  readonly at: number
  readonly low: Decimal
  readonly high: Decimal
}

export interface Crossing {
  readonly price: Decimal
  /** Of a move: from which price. */
  readonly from?: Decimal
}

/** Whether the price is there in `now`; null where it is not. `before`: what a move is counted from. */
export function crossing(
  threshold: Threshold,
  now: Omit<PriceRange, 'at'>,
  before: readonly PriceRange[],
): Crossing | null {
  if (threshold.is === 'move') return moveOf(threshold.percent, now, before)
  const price = threshold.is === 'above' ? now.high : now.low
  return isBeyond(threshold, price) ? { price } : null
}

function moveOf(
  percent: Decimal,
  { low, high }: Omit<PriceRange, 'at'>,
  before: readonly PriceRange[],
): Crossing | null {
  const [first] = before
  if (first === undefined) return null
  let [least, most] = [new Big(first.low), new Big(first.high)]
  for (const range of before) {
    if (least.gt(range.low)) least = new Big(range.low)
    if (most.lt(range.high)) most = new Big(range.high)
  }
  if (least.gt(0) && new Big(high).minus(least).times(100).gte(least.times(percent)))
    return { price: high, from: least.toFixed() as Decimal }
  if (most.minus(low).times(100).gte(most.times(percent)))
    return { price: low, from: most.toFixed() as Decimal }
  return null
}

type Level = Extract<Threshold, { is: 'above' | 'below' }>

/** How far a price must go back before its alert counts again, percent: a price that wavers about its level is told once. */
const BACK_PERCENT = '0.3'

/** Whether a spent alert counts again. */
export function hasGoneBack(threshold: Threshold, { low, high }: Omit<PriceRange, 'at'>): boolean {
  if (threshold.is === 'move') return true
  const level = new Big(threshold.price)
  const back = level.times(BACK_PERCENT).div(100)
  return threshold.is === 'above' ? level.minus(back).gt(low) : level.plus(back).lt(high)
}

function isBeyond({ is, price: level }: Level, price: Decimal): boolean {
  return is === 'above' ? new Big(price).gte(level) : new Big(price).lte(level)
}

/** As many parts of the time in which a move counts are kept. */
const PARTS = 60

/** What a move is counted from, with the price of now in it. `within` in seconds. */
export function withPrice(
  window: readonly PriceRange[],
  { now, price, within }: { now: number; price: Decimal; within: number },
): readonly PriceRange[] {
  const part = (within * 1000) / PARTS
  const kept = window.filter(({ at }) => at <= now && at + part > now - within * 1000)
  const last = kept.at(-1)
  if (last === undefined || now >= last.at + part)
    return [...kept, { at: now, low: price, high: price }]
  const low = new Big(price).lt(last.low) ? price : last.low
  const high = new Big(price).gt(last.high) ? price : last.high
  return low === last.low && high === last.high
    ? kept
    : [...kept.slice(0, -1), { ...last, low, high }]
}
