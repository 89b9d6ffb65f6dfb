// The exchange key: what it may do now, what has changed since it was looked at last, how old it is, and when it ends.
import { beginCondition, endCondition, setCondition, stands } from '../execution/conditions.ts'
import { append, type DecisionContext, notice } from '../execution/context.ts'
import { setTrading } from '../execution/trading-state.ts'
import { sentenceOf } from '../model/codes.ts'
import type { Condition } from '../model/conditions.ts'
import type { Answered, KeyRights } from '../model/exchange.ts'
import {
  AGE_DAYS,
  ageInDays,
  canTakeAway,
  daysLeft,
  END_DAYS,
  keyWarnings,
  OLD_DAYS,
} from '../model/key-warnings.ts'

interface Judged extends Condition {
  readonly is: 'so' | 'not so'
}

/** Asked at the start, and once a day. */
export function onKeyRights(context: DecisionContext, answer: Answered<KeyRights>): undefined {
  if (!answer.ok) return setCondition(context, { code: 'key_unchecked', about: '' }, 'so')
  const rights = answer.value
  const before = context.portfolio.keyRights
  const changes = before === null ? [] : changesOf(before, rights)
  if (before === null || JSON.stringify(before) !== JSON.stringify(rights))
    append(context, { type: 'key_rights', rights })
  // Of another key the trader knows.
  if (changes.length > 0 && before?.created === rights.created)
    tell(context, 'error', 'key_rights_changed', changes.join(', '))
  const families = judge(rights, context.environment.now)
  for (const family of families) begin(context, family)
  end(context, families.flat())
  if (!canTakeAway(rights)) return
  setTrading(context, 'halted', 'key_can_withdraw')
  tell(context, 'error', 'key_can_withdraw')
}

/** Each family from what is least to what is most urgent. */
function judge(rights: KeyRights, now: number): readonly (readonly Judged[])[] {
  const warnings = keyWarnings(rights, now)
  const [age, left] = [ageInDays(rights, now), daysLeft(rights, now)]
  const plain = (['key_without_ip_list', 'key_unchecked'] as const).map((code) => [
    judged({ code, about: '' }, warnings.includes(code)),
  ])
  const ages = AGE_DAYS.map((days) =>
    judged({ code: days < OLD_DAYS ? 'key_ages' : 'key_old', about: `${days} days` }, age >= days),
  )
  const ends = END_DAYS.map((days) =>
    judged({ code: 'key_expires', about: `${days} days` }, left <= days),
  )
  return [...plain, ages, ends]
}

function judged(condition: Condition, isSo: boolean): Judged {
  return { ...condition, is: isSo ? 'so' : 'not so' }
}

/** The most urgent alone is told: whoever looks after a long time need not hear of each. */
function begin(context: DecisionContext, family: readonly Judged[]): undefined {
  const isNew = family.filter((one) => one.is === 'so' && !stands(context, one))
  for (const one of isNew)
    beginCondition(context, one, { told: one === isNew.at(-1) ? 'yes' : 'no' })
}

/** What one new key has put in order is told together. */
function end(context: DecisionContext, all: readonly Judged[]): undefined {
  const over = all.filter((one) => one.is === 'not so' && stands(context, one))
  for (const one of over) endCondition(context, one, { told: 'no' })
  if (over.length > 0)
    tell(context, 'info', 'key_in_order', over.map(({ code, about }) => about || code).join(', '))
}

const RIGHTS = ['trade', 'withdraw', 'transfer', 'ipList'] as const
const NAMES = { trade: 'trading', withdraw: 'withdrawal', transfer: 'transfer', ipList: 'IP list' }

function changesOf(before: KeyRights, now: KeyRights): readonly string[] {
  return RIGHTS.filter((right) => before[right] !== now[right]).map(
    (right) => `${NAMES[right]}: ${before[right]}, now ${now[right]}`,
  )
}

function tell(
  context: DecisionContext,
  level: 'info' | 'error',
  code: string,
  detail?: string,
): undefined {
  const sentence = sentenceOf(code)
  notice(context, {
    level,
    code,
    message: detail === undefined ? sentence : `${sentence} (${detail})`,
  })
}
