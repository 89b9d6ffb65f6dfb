// Whether a signal's prices were carried over to one's own market as the last ones were.
import { parseDecimal, percentOf } from '../../model/decimals.ts'
import { confirm, type Rule } from './rule.ts'

/** Percent: the two currencies do not drift apart by more from one entry to the next. */
const MAX_DRIFT = '5'

/** The provider's reference price makes the ratio, so a false one shows here. A first one has nothing to be held against. */
export const mapRatio: Rule = {
  tag: 'map.ratio',
  check({ kind, order, mapping }) {
    if (kind !== 'entry' || mapping === null) return null
    const { market, ratio, last } = mapping
    if (last === null)
      return confirm(
        this,
        `${market} is followed on ${order.market} for the first time, one of its prices is ${ratio} here: compare both prices`,
      )
    const drift = parseDecimal(ratio).minus(parseDecimal(last)).abs()
    if (drift.lte(percentOf(parseDecimal(last), parseDecimal(MAX_DRIFT)))) return null
    return confirm(
      this,
      `one price of ${market} was ${last} on ${order.market} the last time and is ${ratio} now: compare both prices`,
    )
  },
}
