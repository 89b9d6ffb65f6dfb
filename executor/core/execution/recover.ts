// The first turn after a start. What was being sent may be live; what was only intended was proved not sent.

import { sentenceOf } from '../model/codes.ts'
import { check } from '../risk/rules/check.ts'
import { notice, record, report, type Turn } from './context.ts'
import { launch } from './order-pipeline.ts'
import { loseSight, notPlaced } from './order-status.ts'
import { beginLooks } from './reconcile.ts'
import { question } from './risk-input.ts'

export function recover(turn: Turn): undefined {
  beginLooks(turn)
  for (const order of Object.values(turn.book.orders)) {
    if (order.state === 'sending') loseSight(turn, order, 'the program stopped while it was sent')
    if (order.state === 'intended') resume(turn, order.clientOrderId)
  }
  if (turn.book.tradingSince === 0)
    record(turn, { type: 'trading', state: 'running', by: 'device' })
  warnOfCodes(turn)
  report(turn, { type: 'state', state: turn.book.trading, by: 'start' })
}

/** Large orders are refused until there is one: better said at the start than at the first of them. */
function warnOfCodes(turn: Turn): undefined {
  const { policy, stepOfCode } = turn.world
  if (policy.codeAbove === 'never' || stepOfCode !== 'unset') return
  const code = 'approval_code_unset'
  notice(turn, { level: 'warning', code, message: sentenceOf(code) })
}

function resume(turn: Turn, clientOrderId: string): undefined {
  const order = turn.book.orders[clientOrderId]
  if (order === undefined || order.plan === null) return
  const verdict = check(question(turn, order, order.plan), turn.world.policy)
  if (verdict.verdict === 'allow') launch(turn, clientOrderId)
  else notPlaced(turn, order, verdict.reason)
}
