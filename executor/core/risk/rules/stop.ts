// No entry without a stop that rests at the exchange, and no exit order that would remove it while it waits.
import { parseDecimal, percentOf } from '../../model/decimals.ts'
import { distanceOf } from './price.ts'
import { deny, type RiskInput, type Rule } from './rule.ts'

export const stopRequired: Rule = {
  tag: 'sl.required',
  check(question, { maxStopDistance }) {
    const { kind, order, stop, held } = question
    if (kind === 'exit' && order.timeInForce === 'GTC' && held.stop !== null)
      return deny(
        this,
        `expected an exit that fills now or not at all, this one would wait on ${order.market} without the stop at ${held.stop}: use take for a price to wait for`,
      )
    if (kind === 'entry' && stop !== null && !hasRoom(question))
      return deny(
        this,
        `expected room for one more stop on ${order.market}, other streams need ${question.otherStops} of the ${question.rules?.stop.max} that the exchange takes: wait for an exit, or let fewer streams trade it`,
      )
    if (kind !== 'entry' || maxStopDistance === 'optional') return null
    if (stop === null)
      return deny(
        this,
        'expected an entry with a stop, this one has none: ask the provider, or set max_stop_distance to optional at the device',
      )
    const price = parseDecimal(order.price)
    const below = price.minus(parseDecimal(stop))
    if (below.gt(0) && below.lte(percentOf(price, parseDecimal(maxStopDistance)))) return null
    return deny(
      this,
      `expected a stop at most ${maxStopDistance} % below the price ${order.price}, got ${stop}: ask the provider, or change max_stop_distance at the device`,
    )
  },
  uses: ({ order, stop }, { maxStopDistance: most }) =>
    stop === null || most === 'optional' ? null : distanceOf(stop, order.price, most),
}

function hasRoom({ rules, otherStops }: RiskInput): boolean {
  return rules?.stop.max === null || otherStops < (rules?.stop.max ?? 0)
}
