// A signal of another market, carried over to one's own: same coin, another currency to pay with. Pure.
import { type Decimal, toDecimal } from '@keyside/protocol'
import Big, { type RoundingMode } from 'big.js'
import { ceilTo, parseDecimal } from '../../model/decimals.ts'
import type { MarketRules, Quote } from '../../model/exchange.ts'
import type { OrderIntent } from '../../model/order.ts'
import { WIRE_END } from './market-limits.ts'

const PLACES = 12

/** What a price of the signal is on the own market; null where no wire decimal can say it. */
export function ratioOf({ bid, ask }: Quote, referencePrice: Decimal): Decimal | null {
  const middle = parseDecimal(bid).plus(parseDecimal(ask)).div(2)
  return within(middle.div(parseDecimal(referencePrice)), Big.roundHalfUp)
}

/** Whether it has a price or an amount of the signal's quote. */
export function needsRatio({ kind, limitPrice, size }: OrderIntent): boolean {
  return kind === 'entry' || limitPrice !== undefined || size.unit === 'quote'
}

/**
 * Limit, stop, take-profits and sizes in quote. Rounded so that a buy never pays more and a sale never takes less than
 * was said, and a stop to the earlier side. Null where a price is nothing there, or more than can be said.
 */
export function carriedOver(
  intent: OrderIntent,
  ratio: Decimal,
  { tick }: Pick<MarketRules, 'tick'>,
): OrderIntent | null {
  const { side, size, limitPrice, stopPrice, takeProfits } = intent
  const here = (price: Decimal, mode: RoundingMode) =>
    within(parseDecimal(price).times(parseDecimal(ratio)), mode)
  const limit = limitPrice && here(limitPrice, side === 'buy' ? Big.roundDown : Big.roundUp)
  const stop = stopPrice && onTick(here(stopPrice, Big.roundUp), tick)
  const levels = takeProfits?.map((level) => ({ ...level, price: here(level.price, Big.roundUp) }))
  const value = size.unit === 'quote' ? here(size.value, Big.roundDown) : size.value
  if (limit === null || stop === null || value === null) return null
  if (levels?.some(({ price }) => price === null)) return null
  return {
    ...intent,
    size: { ...size, value },
    ...(limit !== undefined && { limitPrice: limit }),
    ...(stop !== undefined && { stopPrice: stop }),
    ...(levels !== undefined && {
      takeProfits: levels.map((level) => ({ ...level, price: level.price ?? '0' })),
    }),
  }
}

function onTick(price: Decimal | null, tick: Decimal): Decimal | null {
  return price === null
    ? null
    : within(ceilTo(parseDecimal(price), parseDecimal(tick)), Big.roundUp)
}

function within(value: Big, mode: RoundingMode): Decimal | null {
  const rounded = value.round(PLACES, mode)
  return rounded.gt(0) && rounded.lt(WIRE_END) ? toDecimal(rounded) : null
}
