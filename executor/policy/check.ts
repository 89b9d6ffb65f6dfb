// The verdict on one order: any deny wins, whatever cannot be decided is a deny.
import { approval } from './rules/approval.ts'
import { clockSkew, expiry, heartbeat, trading, unknownOrders } from './rules/moment.ts'
import { deny } from './rules/opinion.ts'
import { priceCollar } from './rules/price.ts'
import { streams, symbols, types } from './rules/scope.ts'
import { allotment, dayTurnover, holding, orderRate, orderSize } from './rules/size.ts'
import type { Policy } from './schema.ts'
import type { Opinion, Question, Rule, Verdict } from './types.ts'

/** In the order in which a refusal is the most telling. */
export const RULES: readonly Rule[] = [
  trading,
  types,
  symbols,
  streams,
  unknownOrders,
  heartbeat,
  clockSkew,
  expiry,
  holding,
  orderSize,
  allotment,
  dayTurnover,
  orderRate,
  priceCollar,
  approval,
]

export function check(question: Question, policy: Policy): Verdict {
  const opinions = RULES.map((rule) => judge(rule, question, policy)).filter((one) => one !== null)
  return (
    opinions.find(({ verdict }) => verdict !== 'confirm') ?? opinions[0] ?? { verdict: 'allow' }
  )
}

/** A rule that fails, or answers with a word that does not exist, denies. */
export function judge(rule: Rule, question: Question, policy: Policy): Opinion {
  try {
    const opinion = rule.check(question, policy)
    if (opinion === null || opinion.verdict === 'deny' || opinion.verdict === 'confirm')
      return opinion
    return deny(rule, 'the rule gave no answer: refused, please report this')
  } catch (error) {
    const why = error instanceof Error ? error.message : 'no reason given'
    return deny(rule, `the rule could not decide (${why}): refused`)
  }
}
