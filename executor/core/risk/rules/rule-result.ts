// How a rule words its answer.
import type { Opinion, Rule } from './types.ts'

export function deny({ tag }: Pick<Rule, 'tag'>, reason: string): Opinion {
  return { verdict: 'deny', tag, reason }
}

export function confirm({ tag }: Pick<Rule, 'tag'>, reason: string): Opinion {
  return { verdict: 'confirm', tag, reason }
}
