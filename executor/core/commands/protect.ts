// The trader moves a stop up: shown first, done when the answer comes back, and never down.
import { type Answer, type Decimal, hashText, type Instruction, toDecimal } from '@keyside/protocol'
import { append, type DecisionContext } from '../execution/context.ts'
import { freshBid } from '../execution/quotes.ts'
import { refusedAnswer } from '../execution/refusals.ts'
import { ceilTo, parseDecimal, percentOf } from '../model/decimals.ts'
import type { Position } from '../model/position.ts'
import { available, entryPrice } from '../model/positions.ts'
import { planStop } from '../risk/plan/stop.ts'
import { type Named, positionNamed } from './named-positions.ts'
import { waitsFor } from './waits.ts'

type Asked = Omit<Extract<Instruction, { do: 'protect' }>, 'do'>

/** Without `shown` nothing is done. */
export function protect(context: DecisionContext, { what, to, shown }: Asked): Answer {
  const named = positionNamed(context, what)
  if ('about' in named) return named
  const { key, position } = named
  const { exchange, policy } = context.environment
  const rules = exchange.rules(position.market)
  const bid = freshBid(context, position.market)
  if (position.closing !== null) return refusedAnswer('close_under_way')
  if (rules === null) return refusedAnswer('market_unknown')
  if (bid === null) return refusedAnswer('quote_missing')
  const entry = entryPrice(position) ?? '0'
  const wanted = ceilTo(parseDecimal(priceOf(to, { bid, entry })), parseDecimal(rules.tick))
  if (wanted.gte(parseDecimal(bid))) return refusedAnswer('stop_above_price', `the price is ${bid}`)
  // Checked for repeated requests too: a stop that has moved up in between is not lowered.
  if (position.stop !== null && wanted.lte(parseDecimal(position.stop)))
    return refusedAnswer('stop_not_higher', `the stop is ${position.stop}`)
  const planned = planStop({
    rules,
    stop: toDecimal(wanted),
    filled: available(position),
    feeInBase: '0',
    collar: policy.collar.exit,
    clientOrderId: '',
  })
  if (!planned.ok) return { about: 'refused', code: planned.code, message: planned.message }
  const stop = toDecimal(wanted)
  const digest = digestOf(named, stop)
  const waits = waitsFor(context, position)
  const waiting = waits === null ? {} : { waits }
  if (shown === undefined)
    return {
      about: 'protect',
      what,
      ...shownOf(position),
      entry,
      price: bid,
      to: stop,
      least: planned.order.price,
      ...waiting,
      shown: digest,
    }
  if (shown !== digest) return refusedAnswer('position_changed')
  const isEven = wanted.eq(ceilTo(parseDecimal(entry), parseDecimal(rules.tick)))
  const why = isEven ? 'break_even' : 'trader'
  append(context, { type: 'stop_moved', position: key, stop, why })
  return { about: 'done', ...waiting }
}

/** Quote per base; 0 where the distance is 100 % or more, so that it is below any stop. */
function priceOf(to: Asked['to'], { bid, entry }: { bid: Decimal; entry: Decimal }): Decimal {
  if (to.unit === 'price') return to.value
  if (to.unit === 'entry') return entry
  const price = parseDecimal(bid)
  const below = price.minus(percentOf(price, parseDecimal(to.value)))
  return below.gt(0) ? toDecimal(below) : '0'
}

function shownOf({ stream, market, amount, stop }: Position) {
  return { stream, market, held: amount, ...(stop !== null && { from: stop }) }
}

function digestOf({ key, position }: Named, to: Decimal): string {
  const { signal, seq, amount } = position
  return hashText(JSON.stringify(['protect', key, signal, seq, amount, to]))
}
