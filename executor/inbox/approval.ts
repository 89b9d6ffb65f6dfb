// The trader's answer to one exact order. It counts once, for the order it names, while that order waits.
import type { Approval } from '@keyside/protocol'
import { type ExecutorCode, sentenceOf } from '../codes.ts'
import type { Order } from '../core/state.ts'
import { record, type Turn } from '../core/turn.ts'
import { isLarge } from '../orders/card.ts'
import { reportOrder } from '../orders/view.ts'
import { takeCode } from './code.ts'
import { takeOnce } from './once.ts'
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
