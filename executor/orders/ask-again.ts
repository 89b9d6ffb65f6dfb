// Asks the trader: the first time, and again when the price has left what was approved before it could be sent.
import { sentenceOf } from '../codes.ts'
import { orderIn } from '../core/apply.ts'
import { without } from '../core/patience.ts'
import type { Order, Plan } from '../core/state.ts'
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

/** For the first time: at a price that the market may leave a little before the answer comes. */
export function askTrader(turn: Turn, order: Order, why: { tag: string; reason: string }): 'left' {
  const plan = planToAsk(turn, order)
  if (plan !== null && !isDenied(turn, order, plan)) ask(turn, order, plan, why)
  return 'left'
}

/**
 * The same signal and client order id, for nothing was sent; a new plan at the present price, and so a new id that no
 * earlier tap can name.
 */
export function askAgain(turn: Turn, order: Order): 'left' {
  const plan = planToAsk(turn, order)
  if (plan === null) return 'left'
  if (order.approval.asks >= MOST_ASKS || plan.id === order.plan?.id)
    return refuseOrder(turn, order, 'price_moved')
  if (isDenied(turn, order, plan)) return 'left'
  const reason = sentenceOf('approval_replaced')
  reportOrder(turn, order, 'replaced', { code: 'approval_replaced', message: reason })
  // The candles of the first card were asked for and are here: those of the next one are another question.
  turn.live = { ...turn.live, cards: without(turn.live.cards, order.clientOrderId) }
  ask(turn, order, plan, { tag: 'price.collar', reason })
  return 'left'
}

function planToAsk(turn: Turn, order: Order): Plan | null {
  const drawn = drawPlan(turn, order, 'ask')
  if (drawn.ok) return drawn.plan
  refuseOrder(turn, order, drawn.code, drawn.message)
  return null
}

/** Policy judges it before anybody is asked, as if the trader had said yes: a question that would be refused is none. */
function isDenied(turn: Turn, order: Order, plan: Plan): boolean {
  const verdict = check({ ...question(turn, order, plan), approved: 'coded' }, turn.world.policy)
  if (verdict.verdict === 'deny') refuseOrder(turn, order, verdict.tag, verdict.reason)
  return verdict.verdict === 'deny'
}

function ask(
  turn: Turn,
  { clientOrderId, plan: before }: Order,
  plan: Plan,
  { tag, reason }: { tag: string; reason: string },
): undefined {
  if (plan.id !== before?.id) record(turn, { type: 'planned', clientOrderId, plan })
  const order = orderIn(turn.book, clientOrderId)
  if (isLarge(turn, order) && turn.world.stepOfCode === 'unset') {
    refuseOrder(turn, order, 'approval_code_unset')
    return
  }
  const approval = { tag, reason, expires: deadline(order, turn.world.policy) }
  record(turn, { type: 'step', clientOrderId, event: 'ask', approval })
}
