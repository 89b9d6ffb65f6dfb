// The stop that protects what an entry bought. It waits at the exchange, so that a dead device does not matter.
import { type Decimal, toDecimal } from '@keyside/protocol'
import { ceilTo, decimalAbove, floorTo, parseDecimal } from '../../model/decimals.ts'
import type { MarketRules } from '../../model/exchange.ts'
import { lowestSell } from './collar.ts'
import { marketLimitProblem, WIRE_END, withinOneOrder } from './market-limits.ts'
import { type Planned, type Unplanned, unplanned } from './result.ts'

export interface StopInput {
  readonly rules: MarketRules
  /** The signal's stop, quote per base. */
  readonly stop: Decimal
  /** Base currency bought. */
  readonly filled: Decimal
  /** Fees of those fills that were taken in base currency: they cannot be sold. */
  readonly feeInBase: Decimal
  /** Policy's exit collar, percent: how far below the trigger the stop may sell. */
  readonly collar: Decimal
  /** 32 lower-case hex digits. */
  readonly clientOrderId: string
}

/** Trigger and limit are rounded up: earlier, and never below the collar. As much as one order may carry. */
export function planStop(input: StopInput): Planned | Unplanned {
  const { rules, clientOrderId } = input
  const tick = parseDecimal(rules.tick)
  const rounded = ceilTo(parseDecimal(input.stop), tick)
  if (rounded.gte(WIRE_END))
    return unplanned(
      'stop_wrong_side',
      `expected a stop below ${WIRE_END} ${rules.quote}, got ${input.stop}: no price is above it`,
    )
  const trigger = toDecimal(rounded)
  const price = ceilTo(lowestSell(trigger, input.collar), tick)
  if (price.lte(0))
    return unplanned(
      'price_zero',
      `expected a stop of at least one step of ${rules.tick}, got ${input.stop}: no order can carry it`,
    )
  const held = parseDecimal(input.filled).minus(parseDecimal(input.feeInBase))
  const amount = floorTo(withinOneOrder(held, price, rules), parseDecimal(rules.step))
  const wrong = marketLimitProblem(amount, price, rules)
  if (wrong !== null) return wrong
  const order = {
    clientOrderId,
    market: rules.market,
    side: 'sell',
    type: 'stop_limit',
    timeInForce: 'GTC',
    amount: toDecimal(amount),
    price: toDecimal(price),
    triggerPrice: trigger,
  } as const
  return { ok: true, order, value: decimalAbove(amount.times(price)), risk: '0' }
}
