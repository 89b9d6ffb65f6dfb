// What is behind an order that waits for the trader: the signal's reason, and each rule of the policy.
import type { Answer } from '@keyside/protocol'
import { type DecisionContext, singleLine } from '../execution/context.ts'
import { riskInput } from '../execution/plan-and-check.ts'
import { sentenceOf } from '../model/codes.ts'
import { checksOf } from '../risk/rules/usage.ts'

export function whyAnswer(context: DecisionContext, { order: id }: { order: string }): Answer {
  const code = 'approval_unknown'
  const order = Object.values(context.portfolio.orders).find(({ planned }) => planned?.id === id)
  if (order === undefined || order.planned === null || order.approval.prompts === 0)
    return { about: 'refused', code, message: sentenceOf(code) }
  const question = { ...riskInput(context, order, order.planned), approved: 'coded' as const }
  const checks = checksOf(question, context.environment.policy)
  return {
    about: 'why',
    order: id,
    reason: singleLine(order.reason),
    checks: checks.map((check) => ({ ...check })),
  }
}
