// When the trader is asked first. An approval releases an order that every other rule allows; it lifts none.
import { exact } from '../../plan/exact.ts'
import type { Policy } from '../schema.ts'
import type { Question, Rule } from '../types.ts'
import { confirm } from './opinion.ts'
import { orderValue } from './size.ts'

export const approval: Rule = {
  tag: 'confirm.above',
  check(question, policy) {
    const { kind, order, approved } = question
    if (kind !== 'entry' || approved === true || !asks(question, policy)) return null
    return confirm(
      this,
      `${orderValue(order).toFixed()} ${policy.currency} on ${order.market} needs your approval`,
    )
  },
}

function asks({ order }: Question, { approval }: Policy): boolean {
  if (approval === 'never') return false
  return approval === 'always' || !orderValue(order).lte(exact(approval.above))
}
