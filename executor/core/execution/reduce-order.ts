// The trader wants less of what was asked about: the same signal and client order id, planned anew within the smaller
// amount, and asked about again. Nothing is sent for it before that is approved.
import type { Approval } from '@keyside/protocol'
import { sentenceOf } from '../model/codes.ts'
import { atLeast } from '../model/decimals.ts'
import type { Order, PlannedOrder } from '../model/order.ts'
import { asIfApproved, ask } from './approval.ts'
import { append, type DecisionContext, findingOf } from './context.ts'
import { planFor } from './plan-and-check.ts'
import { refuseInput } from './refusals.ts'
import { reportOrder } from './report-order.ts'

/** At the price that is known: what cannot be is told at once, and the card that was shown goes on waiting. */
export function onLess(context: DecisionContext, order: Order, claims: Approval): undefined {
  const { planned, clientOrderId } = order
  if (planned === null || claims.value === undefined)
    throw new Error(`less of ${clientOrderId} was asked without a plan or a value`)
  if (atLeast(claims.value, planned.value))
    return refuse(context, planned.id, 'approval_not_less', sentenceOf('approval_not_less'))
  const most = { value: claims.value, amount: planned.request.amount }
  const problem = problemOf(context, { ...order, state: 'reducing', wanted: most }, 'at once')
  if (problem !== null) return refuse(context, planned.id, problem.code, problem.message)
  append(context, { type: 'step', clientOrderId, event: 'reduce', most })
}

/** With a fresh price. What was shown stays as it was where there can be no smaller one. */
export function askForLess(context: DecisionContext, order: Order): 'left' {
  const { clientOrderId, planned } = order
  if (planned === null) throw new Error(`${clientOrderId} was to be smaller without a plan`)
  const problem = problemOf(context, order, 'now')
  if (problem !== null) {
    append(context, { type: 'step', clientOrderId, event: 'keep' })
    refuse(context, planned.id, problem.code, problem.message)
    return 'left'
  }
  const drawn = planFor(context, order, 'ask')
  if (!drawn.ok) throw new Error(`${clientOrderId} was planned a moment ago`)
  const code = 'approval_reduced'
  const reason = sentenceOf(code)
  reportOrder(context, order, 'replaced', { code, message: reason })
  ask(context, order, drawn.plan, { tag: order.approval.tag, reason, why: 'less' })
  return 'left'
}

interface Problem {
  readonly code: string
  readonly message: string
}

/** `at once`: the price may be old, so only refusals that no other price would change count. */
function problemOf(
  context: DecisionContext,
  order: Order,
  when: 'at once' | 'now',
): Problem | null {
  const drawn = planFor(context, order, 'ask')
  if (!drawn.ok) {
    // The rest of the sentence advises the provider about the size, which the trader chose here.
    if (when === 'at once' && drawn.code === 'quote_missing') return null
    return { code: drawn.code, message: findingOf(drawn.message ?? sentenceOf(drawn.code)) }
  }
  if (order.planned !== null && !isLess(drawn.plan, order.planned))
    return { code: 'approval_not_less', message: sentenceOf('approval_not_less') }
  if (when === 'at once') return null
  const verdict = asIfApproved(context, order, drawn.plan)
  return verdict.verdict === 'deny' ? { code: verdict.tag, message: verdict.reason } : null
}

/** Neither more of the coin nor more money, and not the same order. */
function isLess(plan: PlannedOrder, before: PlannedOrder): boolean {
  const { amount } = plan.request
  return (
    atLeast(before.request.amount, amount) &&
    !atLeast(plan.value, before.value) &&
    plan.id !== before.id
  )
}

/** It names the order, whose card still waits. */
function refuse(context: DecisionContext, order: string, code: string, message: string): undefined {
  refuseInput(context, { code, message, order })
}
