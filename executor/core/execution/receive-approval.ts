// The trader's answer to one exact order. It counts once, for the order it names, while that order waits.
import type { Approval } from '@keyside/protocol'
import { wrongAt } from '../model/apply.ts'
import { type ExecutorCode, sentenceOf } from '../model/codes.ts'
import type { Order } from '../model/state.ts'
import { isLarge } from './approval-card.ts'
import { record, type Turn } from './context.ts'
import { takeOnce } from './deduplicate.ts'
import { reportOrder } from './order-view.ts'
import { refuseInput } from './refusals.ts'

export function onApproval(turn: Turn, claims: Approval): undefined {
  if (takeOnce(turn, claims, `${claims.answer} ${claims.order}`) !== 'taken') return
  const order = Object.values(turn.book.orders).find(({ plan }) => plan?.id === claims.order)
  if (order?.state !== 'waiting') return refuse(turn, claims, whyNot(turn, claims.order))
  // Whatever the clock of the button says: the order expires in the same turn.
  if (turn.world.now >= order.approval.expires) return refuse(turn, claims, 'approval_late')
  return claims.answer === 'approve' ? approve(turn, order, claims) : reject(turn, order)
}

/** Policy and price are asked again before it is sent: `orders/journey.ts` goes on from here. */
function approve(turn: Turn, order: Order, claims: Approval): undefined {
  const { clientOrderId } = order
  const coded = isLarge(turn, order)
  const taken = coded ? takeCode(turn, order, claims.code) : 'taken'
  if (taken !== 'taken') return refuse(turn, claims, taken)
  record(turn, { type: 'step', clientOrderId, event: 'approve', by: coded ? 'code' : 'tap' })
  reportOrder(turn, order, 'approved')
}

function reject(turn: Turn, order: Order): undefined {
  const code = 'approval_rejected'
  record(turn, { type: 'step', clientOrderId: order.clientOrderId, event: 'reject', code })
  reportOrder(turn, order, 'rejected', { code, message: sentenceOf(code) })
}

function whyNot(turn: Turn, id: string): ExecutorCode {
  switch (turn.book.ended.findLast((one) => one.id === id)?.state) {
    case 'expired':
      return 'approval_late'
    case 'replaced':
      return 'approval_replaced'
    default:
      return 'approval_unknown'
  }
}

/** It names the order, so that a card which still waits can say so. */
function refuse(turn: Turn, { order }: Approval, code: ExecutorCode): undefined {
  refuseInput(turn, { code, message: sentenceOf(code), order })
}

// The code of the trader's authenticator, which an order above the policy's `code_above` needs besides the tap.
/** Six digits are a million codes: whoever guesses gets this many tries in an hour. */
export const WRONG_AN_HOUR = 5

/** A true code is used up by this, whatever becomes of the order. */
export function takeCode(
  turn: Turn,
  { clientOrderId }: Order,
  code: string | undefined,
): 'taken' | ExecutorCode {
  const { stepOfCode, now } = turn.world
  const { wrong, usedUpTo } = { ...turn.book.codes, wrong: wrongAt(turn.book.codes, now) }
  if (stepOfCode === 'unset') return 'approval_code_unset'
  if (code === undefined) return 'approval_code_needed'
  // Not even looked at: an answer would tell the guesser something.
  if (wrong.length >= WRONG_AN_HOUR) return 'approval_code_locked'
  const step = stepOfCode(code)
  if (step !== null && step <= usedUpTo) return 'approval_code_used'
  record(turn, { type: 'code', clientOrderId, step: step ?? 'wrong' })
  return step === null ? 'approval_code_wrong' : 'taken'
}
