// No entry without a way out that waits at the exchange and needs nobody, and no exit that takes it away.
import { exact, percentOf } from '../../model/decimals.ts'
import { deny } from './rule-result.ts'
import type { Question, Rule } from './types.ts'

export const stopRequired: Rule = {
  tag: 'sl.required',
  check(question, { stopWithin }) {
    const { kind, order, stop, held } = question
    if (kind === 'exit' && order.type === 'rest' && held.stop !== null)
      return deny(
        this,
        `expected an exit that fills now or not at all, this one would wait on ${order.market} without the stop at ${held.stop}: use take for a price to wait for`,
      )
    if (kind === 'entry' && stop !== null && !hasRoom(question))
      return deny(
        this,
        `expected room for one more stop on ${order.market}, other streams need ${question.otherStops} of the ${question.rules?.stop.max} that the exchange takes: wait for an exit, or let fewer streams trade it`,
      )
    if (kind !== 'entry' || stopWithin === 'optional') return null
    if (stop === null)
      return deny(
        this,
        'expected an entry with a stop, this one has none: ask the provider, or set stop_within to optional at the device',
      )
    const price = exact(order.price)
    const below = price.minus(exact(stop))
    if (below.gt(0) && below.lte(percentOf(price, exact(stopWithin)))) return null
    return deny(
      this,
      `expected a stop at most ${stopWithin} % below the price ${order.price}, got ${stop}: ask the provider, or change stop_within at the device`,
    )
  },
}

function hasRoom({ rules, otherStops }: Question): boolean {
  return rules?.stop.max === null || otherStops < (rules?.stop.max ?? 0)
}
