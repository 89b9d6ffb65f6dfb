// The verdict on one order: any deny wins, whatever cannot be decided is a deny.

import type { Policy } from '../policy/schema.ts'
import { approval, approvalCode, unprovedVenue } from './approval.ts'
import { duplicate, fatFinger, overtrading } from './fat-finger.ts'
import { liquidity } from './liquidity.ts'
import { dayLoss, drawdown } from './losses.ts'
import { mapRatio } from './map-ratio.ts'
import { priceCollar, selfTrade, spread } from './price.ts'
import { providerState } from './provider.ts'
import { reconciled } from './reconciled.ts'
import { deny, type RiskInput, type Rule, type RuleResult, type Verdict } from './rule.ts'
import { environment, streams, symbols, types } from './scope.ts'
import {
  allocation,
  dayTurnover,
  holding,
  hourTurnover,
  marketPosition,
  orderRate,
  orderSize,
  streamBudget,
} from './size.ts'
import { stopRequired } from './stop.ts'
import { clockSkew, expiry, heartbeat, pausedPart, trading, unknownOrders } from './timing.ts'

/** The order decides which denial is reported first. */
export const RULES: readonly Rule[] = [
  trading,
  pausedPart,
  types,
  symbols,
  streams,
  providerState,
  environment,
  unknownOrders,
  reconciled,
  heartbeat,
  clockSkew,
  expiry,
  holding,
  dayLoss,
  drawdown,
  orderSize,
  allocation,
  marketPosition,
  dayTurnover,
  hourTurnover,
  orderRate,
  streamBudget,
  priceCollar,
  spread,
  liquidity,
  stopRequired,
  selfTrade,
  overtrading,
  duplicate,
  fatFinger,
  mapRatio,
  approvalCode,
  approval,
  unprovedVenue,
]

export function check(question: RiskInput, policy: Policy): Verdict {
  const opinions = RULES.map((rule) => judge(rule, question, policy))
  // The trader's one answer answers every rule that asks about this order.
  const answered = question.approved === 'tapped' || question.approved === 'coded'
  return combine(answered ? opinions.filter((opinion) => opinion?.verdict === 'deny') : opinions)
}

/** The first deny; without one, the first question to the trader; without any, allow. */
export function combine(opinions: readonly RuleResult[]): Verdict {
  const held = opinions.filter((opinion) => opinion !== null)
  return held.find(({ verdict }) => verdict === 'deny') ?? held[0] ?? { verdict: 'allow' }
}

/** A rule that fails, or answers with a word that does not exist, denies. */
export function judge(rule: Rule, question: RiskInput, policy: Policy): RuleResult {
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
