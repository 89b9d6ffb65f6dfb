// What fees in a third currency were worth when they were taken: asked for afterwards, one at a time, behind all that trades.
// No order and no limit waits for it. A sale that was told before it was known is told again with it.
import { isOver } from '../model/backoff.ts'
import { feePriceKey, isPossible } from '../model/fee-prices.ts'
import type { Order } from '../model/order.ts'
import { orderResult } from '../model/profit.ts'
import type { State } from '../model/state.ts'
import { append, type DecisionContext, emit } from './context.ts'
import type { Input } from './inputs.ts'

/** Between two tries. */
const AGAIN_MS = 30_000
/** So long after a minute has begun its candle may still be missing. */
const CANDLE_LATE_MS = 120_000
/** After this long the price is given up. */
const GIVEN_UP_MS = 7 * 86_400_000

/** Called in each decision. */
export function watchFeePrices(context: DecisionContext): undefined {
  const all = Object.values(context.portfolio.feesToPrice)
  const { state, at, tries } = context.session.feePrice
  const { now } = context.environment
  // A question that is never answered does not hold up the others.
  const next = all[tries % all.length]
  if (next === undefined || state === 'open' || (at > 0 && !isOver(at, AGAIN_MS, now))) return
  setAsked(context, { state: 'open', at: now, tries })
  emit(context, { type: 'fee_price', market: next.market, minute: next.minute })
}

/** Unix ms. */
export function feePricesDue({ portfolio, session: { feePrice } }: State): readonly number[] {
  for (const _ in portfolio.feesToPrice)
    return feePrice.state === 'open' ? [] : [feePrice.at + AGAIN_MS]
  return []
}

export function onFeePrice(
  context: DecisionContext,
  { market, minute, price }: Extract<Input, { type: 'fee_price' }>,
): undefined {
  const { now } = context.environment
  const asked = context.portfolio.feesToPrice[feePriceKey({ market, minute })]
  const { tries } = context.session.feePrice
  const value = price.ok ? price.value : null
  const isDone = value !== null || now >= minute + (price.ok ? CANDLE_LATE_MS : GIVEN_UP_MS)
  setAsked(
    context,
    isDone ? { state: 'idle', at: 0, tries } : { state: 'idle', at: now, tries: tries + 1 },
  )
  if (!isDone || asked === undefined) return
  const known = value !== null && isPossible(asked, value) ? value : null
  append(context, { type: 'fee_priced', market, minute, price: known })
  for (const sale of asked.sales) tellWhole(context, sale)
}

/** At the end of a sale that has fees which its report does not count. */
export function tellWithFees(context: DecisionContext, order: Order): undefined {
  if (orderResult(order)?.besides !== undefined) tellWhole(context, order.clientOrderId)
}

function tellWhole(context: DecisionContext, clientOrderId: string): undefined {
  const { feesToPrice, orders } = context.portfolio
  const isAwaited = Object.values(feesToPrice).some(({ sales }) => sales.includes(clientOrderId))
  // Its end tells it.
  if (isAwaited || orders[clientOrderId] !== undefined) return
  emit(context, { type: 'sale_result', clientOrderId })
}

function setAsked(
  context: DecisionContext,
  feePrice: DecisionContext['session']['feePrice'],
): undefined {
  context.session = { ...context.session, feePrice }
}
