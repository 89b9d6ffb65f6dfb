// Asks the trader: the first time, and again when the price has left what was approved before it could be sent.
import { sentenceOf } from '../codes.ts'
import { orderIn } from '../core/apply.ts'
import { without } from '../core/patience.ts'
import type { Order } from '../core/state.ts'
import { record, type Turn } from '../core/turn.ts'
import { check } from '../policy/check.ts'
import { deadline } from '../policy/deadline.ts'
import { isLarge } from './card.ts'
import { drawPlan } from './draw-plan.ts'
import { question } from './question.ts'
import { refuseOrder } from './refuse.ts'
import { reportOrder } from './view.ts'

/** The first question and five more: a price that runs away does not ring for ever. */
export const MOST_ASKS = 6

export function askTrader(turn: Turn, order: Order, why: { tag: string; reason: string }): 'left' {
  if (isLarge(turn, order) && turn.world.stepOfCode === 'unset')
    return refuseOrder(turn, order, 'approval_code_unset')
  const { tag, reason } = why
  const expires = deadline(order, turn.world.policy)
  const approval = { tag, reason, expires }
  record(turn, { type: 'step', clientOrderId: order.clientOrderId, event: 'ask', approval })
  return 'left'
}

/**
 * The same signal and client order id, for nothing was sent; a new plan at the present price, and so a new id that no
 * earlier tap can name. Policy judges it before anybody is asked: a question that would be refused is none.
 */
export function askAgain(turn: Turn, order: Order): 'left' {
  const { clientOrderId } = order
  const drawn = drawPlan(turn, order)
  if (!drawn.ok) return refuseOrder(turn, order, drawn.code, drawn.message)
  const { plan } = drawn
  if (order.approval.asks >= MOST_ASKS || plan.id === order.plan?.id)
    return refuseOrder(turn, order, 'price_moved')
  // As if the trader had said yes again in any way there is.
  const asked = { ...question(turn, order, plan), approved: 'coded' } as const
  const verdict = check(asked, turn.world.policy)
  if (verdict.verdict === 'deny') return refuseOrder(turn, order, verdict.tag, verdict.reason)
  const reason = sentenceOf('approval_replaced')
  reportOrder(turn, order, 'replaced', { code: 'approval_replaced', message: reason })
  record(turn, { type: 'planned', clientOrderId, plan })
  // The candles of the first card were asked for and are here: those of the next one are another question.
  turn.live = { ...turn.live, cards: without(turn.live.cards, clientOrderId) }
  return askTrader(turn, orderIn(turn.book, clientOrderId), { tag: 'price.collar', reason })
}
