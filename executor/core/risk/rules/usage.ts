// What each rule says of one order, and how much of its limit is used with it: for a person who wants to know why it may go out.
import { type Decimal, toTotal } from '@keyside/protocol'
import Big from 'big.js'
import type { Policy } from '../policy/schema.ts'
import { judge, RULES } from './check.ts'
import type { RiskInput, Use } from './rule.ts'

export interface Check {
  readonly rule: string
  readonly verdict: 'pass' | 'ask' | 'deny'
  readonly used?: Decimal
  readonly limit?: Decimal
  readonly unit?: Use['unit']
}

/** Every rule in its order, as if the trader had approved. */
export function checksOf(question: RiskInput, policy: Policy): readonly Check[] {
  return RULES.map((rule) => {
    const verdict = judge(rule, question, policy)?.verdict ?? 'pass'
    return {
      rule: rule.tag,
      verdict: verdict === 'confirm' ? ('ask' as const) : verdict,
      ...told(rule.uses?.(question, policy) ?? null),
    }
  })
}

/** Percents are rounded up to what a person reads. */
function told(use: Use | null) {
  if (use === null) return {}
  const used = use.unit === 'percent' ? use.used.round(2, Big.roundUp) : use.used
  return { used: toTotal(used), limit: toTotal(use.limit), unit: use.unit }
}
