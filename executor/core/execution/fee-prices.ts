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

/** Called in each decision. */
export function watchFeePrices(context: DecisionContext): undefined {
  const [next] = Object.values(context.portfolio.feesToPrice)
  const { state, at } = context.session.feePrice
  const { now } = context.environment
  if (next === undefined || state === 'open' || (at > 0 && !isOver(at, AGAIN_MS, now))) return
  setAsked(context, { state: 'open', at: now })
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
  const isEarly = price.ok && price.value === null && now < minute + CANDLE_LATE_MS
  const isDone = price.ok && !isEarly
  setAsked(context, { state: 'idle', at: isDone ? 0 : now })
  if (!isDone || asked === undefined) return
  const known = price.value !== null && isPossible(asked, price.value) ? price.value : null
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
