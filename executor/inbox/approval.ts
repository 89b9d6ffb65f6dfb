// The trader's answer to one exact order. It counts once, for the order it names, while that order waits.
import type { Approval } from '@keyside/protocol'
import { type ExecutorCode, sentenceOf } from '../codes.ts'
import type { Order } from '../core/state.ts'
import { record, type Turn } from '../core/turn.ts'
import { reportOrder } from '../orders/view.ts'
import { takeOnce } from './once.ts'
import { refuseInput } from './refusals.ts'

export function onApproval(turn: Turn, claims: Approval): undefined {
  if (takeOnce(turn, claims, `${claims.answer} ${claims.order}`) !== 'taken') return
  const order = Object.values(turn.book.orders).find(({ plan }) => plan?.id === claims.order)
  if (order?.state !== 'waiting') return refuse(turn, whyNot(turn, claims.order))
  // Whatever the clock of the button says: the order expires in the same turn.
  if (turn.world.now >= order.approval.expires) return refuse(turn, 'approval_late')
  return claims.answer === 'approve' ? approve(turn, order) : reject(turn, order)
}

/** Policy and price are asked again before it is sent: `orders/journey.ts` goes on from here. */
function approve(turn: Turn, order: Order): undefined {
  record(turn, { type: 'step', clientOrderId: order.clientOrderId, event: 'approve' })
  reportOrder(turn, order, 'approved')
}

function reject(turn: Turn, order: Order): undefined {
  const code = 'approval_rejected'
  record(turn, { type: 'step', clientOrderId: order.clientOrderId, event: 'reject', code })
  reportOrder(turn, order, 'rejected', { code, message: sentenceOf(code) })
}

function whyNot(turn: Turn, id: string): ExecutorCode {
  const ended = turn.book.ended.find((one) => one.id === id)
  return ended?.state === 'expired' ? 'approval_late' : 'approval_unknown'
}

function refuse(turn: Turn, code: ExecutorCode): undefined {
  refuseInput(turn, { code, message: sentenceOf(code) })
}
