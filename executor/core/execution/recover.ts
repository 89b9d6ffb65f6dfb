// The first decision after a start. A `submitted` order may be at the exchange; an `initialized` one was certainly not sent.

import { sentenceOf } from '../model/codes.ts'
import { append, type DecisionContext, notice, report } from './context.ts'
import { submit } from './order-pipeline.ts'
import { markUnknown, notPlaced } from './order-status.ts'
import { checkOrder } from './plan-and-check.ts'
import { watchMarkets } from './price-alerts.ts'
import { beginReconciling } from './reconcile.ts'

export function recover(context: DecisionContext): undefined {
  beginReconciling(context)
  for (const order of Object.values(context.portfolio.orders)) {
    if (order.state === 'submitted')
      markUnknown(context, order, 'the program stopped while it was sent')
    if (order.state === 'initialized') resume(context, order.clientOrderId)
  }
  if (context.portfolio.tradingSince === 0)
    append(context, { type: 'trading', state: 'running', by: 'device' })
  if (context.portfolio.priceAlerts.last > 0) watchMarkets(context)
  warnOfCodes(context)
  report(context, { type: 'state', state: context.portfolio.trading, by: 'start' })
}

/** Large orders are refused until there is one: better said at the start than at the first of them. */
function warnOfCodes(context: DecisionContext): undefined {
  const { policy, stepOfCode } = context.environment
  if (policy.codeAbove === 'never' || stepOfCode !== 'unset') return
  const code = 'approval_code_unset'
  notice(context, { level: 'warning', code, message: sentenceOf(code) })
}

function resume(context: DecisionContext, clientOrderId: string): undefined {
  const order = context.portfolio.orders[clientOrderId]
  if (order === undefined || order.planned === null) return
  const verdict = checkOrder(context, order, order.planned)
  if (verdict.verdict === 'allow') submit(context, clientOrderId)
  else notPlaced(context, order, verdict.reason)
}
