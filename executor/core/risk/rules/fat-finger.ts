// Orders that are allowed and look wrong: a fat finger, a duplicate, overtrading.
import Big from 'big.js'
import type { DecidedEntry } from '../../model/counters.ts'
import { parseDecimal, percentOf } from '../../model/decimals.ts'
import { confirm, deny, type RiskInput, type Rule } from './rule.ts'
import { countOf, orderValue } from './size.ts'

/** With fewer entries behind it nothing is usual for a stream. */
const MIN_USUAL = 3
/** Amounts no further apart than this are the same, percent. */
const SAME_WITHIN = new Big(1)

export const fatFinger: Rule = {
  tag: 'size.fatfinger',
  check({ kind, order, stream, typicalSizes }, { fatFinger: times, currency }) {
    if (kind !== 'entry' || typicalSizes.length < MIN_USUAL) return null
    const middle = median(typicalSizes.map(parseDecimal))
    if (orderValue(order).lte(middle.times(times))) return null
    return confirm(
      this,
      `${orderValue(order).toFixed()} ${currency} is more than ${times} times the usual ${middle.toFixed()} of ${stream}: is that meant?`,
    )
  },
}

export const duplicate: Rule = {
  tag: 'dup.window',
  check(question, { duplicateWindowMs }) {
    const { kind, order, now, recent, signal } = question
    if (kind !== 'entry' || duplicateWindowMs === 'never') return null
    const same = recent.filter(
      (one) =>
        one.signal !== signal &&
        one.market === order.market &&
        isRecent(now - one.at, duplicateWindowMs) &&
        isAsMuch(one, order),
    )
    if (same.length === 0) return null
    return confirm(
      this,
      `${order.amount} of ${order.market} was bought less than ${duplicateWindowMs / 1000} s ago, by another signal: buy it again?`,
    )
  },
}

/** Round trips cost the trader fees and the spread, and pay whoever stands on the other side. */
export const overtrading: Rule = {
  tag: 'churn',
  check({ kind, order, now, soldAt, roundTrips }, { limits, reentryCooldownMs }) {
    if (kind !== 'entry') return null
    if (!(roundTrips < limits.roundTrips))
      return deny(
        this,
        `expected at most ${limits.roundTrips} round trips a day on ${order.market}, there were ${roundTrips}: wait until 00:00 UTC or raise limits.round_trips at the device`,
      )
    if (soldAt === 0 || reentryCooldownMs === 'never' || !isRecent(now - soldAt, reentryCooldownMs))
      return null
    return confirm(
      this,
      `${order.market} was sold less than ${reentryCooldownMs / 60_000} minutes ago: buy it again?`,
    )
  },
  uses: ({ roundTrips }, { limits }) => countOf(roundTrips, limits.roundTrips),
}

/** A moment that is no number, or lies ahead, cannot be shown to be old. */
function isRecent(age: number, withinMs: number): boolean {
  return !(age >= withinMs)
}

function isAsMuch(one: DecidedEntry, order: RiskInput['order']): boolean {
  const [before, now] = [parseDecimal(one.amount), parseDecimal(order.amount)]
  const larger = before.gt(now) ? before : now
  return before.minus(now).abs().lte(percentOf(larger, SAME_WITHIN))
}

function median(values: readonly Big[]): Big {
  const sorted = values.toSorted((a, b) => a.cmp(b))
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  if (low === undefined || high === undefined) throw new Error('nothing has no median')
  return low.plus(high).times('0.5')
}
