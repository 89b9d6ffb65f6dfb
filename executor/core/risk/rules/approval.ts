// When the trader is asked first, and when that answer needs a code. An approval lifts no other rule.
import { parseDecimal } from '../../model/decimals.ts'
import type { Policy } from '../policy/schema.ts'
import { confirm, deny, type RiskInput, type Rule } from './rule.ts'
import { orderValue } from './size.ts'

export function needsCode(
  { kind, order }: Pick<RiskInput, 'kind' | 'order'>,
  { codeAbove }: Pick<Policy, 'codeAbove'>,
): boolean {
  return (
    kind === 'entry' && codeAbove !== 'never' && !orderValue(order).lte(parseDecimal(codeAbove))
  )
}

/** Whoever owns the chat can tap, and cannot read the trader's authenticator. */
export const approvalCode: Rule = {
  tag: 'confirm.code',
  check(question, policy) {
    const { order, approved } = question
    const { codeAbove, currency } = policy
    if (approved === 'coded' || !needsCode(question, policy)) return null
    const reason = `${orderValue(order).toFixed()} ${currency} on ${order.market} is above ${codeAbove}: approve it with the code from your authenticator`
    return approved === 'tapped' ? deny(this, reason) : confirm(this, reason)
  },
}

export const approval: Rule = {
  tag: 'confirm.above',
  check(question, policy) {
    const { kind, order } = question
    if (kind !== 'entry' || !asks(question, policy)) return null
    return confirm(
      this,
      `${orderValue(order).toFixed()} ${policy.currency} on ${order.market} needs your approval`,
    )
  },
}

/** What nobody has seen at the venue is watched, order by order, or taken on by the trader in the policy. */
export const unprovedVenue: Rule = {
  tag: 'venue.unproved',
  check({ kind, realMoney, unproved: { venue, claims } }, policy) {
    if (kind !== 'entry' || claims.length === 0) return null
    if (realMoney === 'no' || policy.unprovedVenue === 'accept') return null
    const things = claims.length === 1 ? 'a thing' : `${claims.length} things`
    return confirm(
      this,
      `${venue} itself has not shown ${things} that an order relies on: look at this one there too; "keyside venue prove" at the device has it show them`,
    )
  },
}

function asks({ order }: RiskInput, { approval }: Policy): boolean {
  if (approval === 'never') return false
  return approval === 'always' || !orderValue(order).lte(parseDecimal(approval.above))
}
