// The trader's answer. It counts once, for the order it names, while that order waits.
import type { Approval } from '@keyside/protocol'
import { isLarge } from '../execution/approval.ts'
import { append, type DecisionContext } from '../execution/context.ts'
import { onLess } from '../execution/reduce-order.ts'
import { refuseInput } from '../execution/refusals.ts'
import { reportOrder } from '../execution/report-order.ts'
import { wrongAt } from '../model/approval-codes.ts'
import { type ExecutorCode, sentenceOf } from '../model/codes.ts'
import type { Order } from '../model/order.ts'
import { deduplicate } from './deduplicate.ts'

export function onApproval(context: DecisionContext, claims: Approval): undefined {
  if (deduplicate(context, claims, `${claims.answer} ${claims.order}`) !== 'taken') return
  const order = Object.values(context.portfolio.orders).find(
    ({ planned }) => planned?.id === claims.order,
  )
  if (order?.state === 'reducing') return refuse(context, claims, 'approval_replaced')
  if (order?.state !== 'waiting') return refuse(context, claims, whyNot(context, claims.order))
  // Whatever the clock of the button says: the order expires in the same decision.
  if (context.environment.now >= order.approval.expires)
    return refuse(context, claims, 'approval_late')
  switch (claims.answer) {
    case 'approve':
      return approve(context, order, claims)
    case 'less':
      return onLess(context, order, claims)
    case 'decline':
      return decline(context, order)
  }
}

/** Policy and price are asked again before it is sent: `order-pipeline.ts` goes on from here. */
function approve(context: DecisionContext, order: Order, claims: Approval): undefined {
  const { clientOrderId } = order
  const coded = isLarge(context, order)
  const taken = coded ? takeCode(context, order, claims.code) : 'taken'
  if (taken !== 'taken') return refuse(context, claims, taken)
  append(context, { type: 'step', clientOrderId, event: 'approve', by: coded ? 'code' : 'tap' })
  reportOrder(context, order, 'approved')
}

function decline(context: DecisionContext, order: Order): undefined {
  const code = 'approval_declined'
  append(context, { type: 'step', clientOrderId: order.clientOrderId, event: 'decline', code })
  reportOrder(context, order, 'declined', { code, message: sentenceOf(code) })
}

function whyNot(context: DecisionContext, id: string): ExecutorCode {
  switch (context.portfolio.endedOrders.findLast((one) => one.id === id)?.state) {
    case 'expired':
      return 'approval_late'
    case 'replaced':
      return 'approval_replaced'
    default:
      return 'approval_unknown'
  }
}

/** It names the order, so that a card which still waits can say so. */
function refuse(context: DecisionContext, { order }: Approval, code: ExecutorCode): undefined {
  refuseInput(context, { code, message: sentenceOf(code), order })
}

// The code of the trader's authenticator, which an order above the policy's `code_above` needs besides the tap.
/** Six digits are a million codes: whoever guesses gets this many tries in an hour. */
export const WRONG_AN_HOUR = 5

/** A correct code is used up by this, whatever becomes of the order. */
function takeCode(
  context: DecisionContext,
  { clientOrderId }: Order,
  code: string | undefined,
): 'taken' | ExecutorCode {
  const { stepOfCode, now } = context.environment
  const { wrong, usedUpTo } = {
    ...context.portfolio.codes,
    wrong: wrongAt(context.portfolio.codes, now),
  }
  if (stepOfCode === 'unset') return 'approval_code_unset'
  if (code === undefined) return 'approval_code_needed'
  // The code is not checked at all: the result would help whoever is guessing.
  if (wrong.length >= WRONG_AN_HOUR) return 'approval_code_locked'
  const step = stepOfCode(code)
  if (step !== null && step <= usedUpTo) return 'approval_code_used'
  append(context, { type: 'code', clientOrderId, step: step ?? 'wrong' })
  return step === null ? 'approval_code_wrong' : 'taken'
}
