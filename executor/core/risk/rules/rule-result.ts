// How a rule words its answer.
import type { Rule, RuleResult } from './types.ts'

export function deny({ tag }: Pick<Rule, 'tag'>, reason: string): RuleResult {
  return { verdict: 'deny', tag, reason }
}

export function confirm({ tag }: Pick<Rule, 'tag'>, reason: string): RuleResult {
  return { verdict: 'confirm', tag, reason }
}
