// Conditions: something that is wrong for a time. Its beginning and its end are each told once.
import { kept, without } from '../model/backoff.ts'
import { sentenceOf } from '../model/codes.ts'
import {
  CONDITIONS,
  type Condition,
  type ConditionCode,
  conditionKey,
} from '../model/conditions.ts'
import type { State } from '../model/state.ts'
import { append, type DecisionContext, notice } from './context.ts'

/** A condition must hold, or be gone, for this long before it counts, so that wavering is not told, ms. */
const LASTING_MS = 60_000

interface Telling {
  /** What it is about in particular, for the words of the notice. */
  readonly detail?: string
  /** `no`: it is known already, or told in other words. */
  readonly told?: 'yes' | 'no'
}

export function stands({ portfolio }: Pick<State, 'portfolio'>, condition: Condition): boolean {
  return portfolio.conditions[conditionKey(condition)] !== undefined
}

/** Nothing where it is so already. */
export function beginCondition(
  context: DecisionContext,
  { code, about }: Condition,
  { detail, told = 'yes' }: Telling = {},
): undefined {
  if (stands(context, { code, about })) return
  append(context, { type: 'condition', code, about, is: 'begun' })
  if (told === 'no') return
  const message = worded(code, about, detail)
  notice(context, { level: CONDITIONS[code].level, code, message })
}

/** Nothing where it is not so. */
export function endCondition(
  context: DecisionContext,
  { code, about }: Condition,
  { detail, told = 'yes' }: Telling = {},
): undefined {
  if (!stands(context, { code, about })) return
  append(context, { type: 'condition', code, about, is: 'over' })
  if (told === 'no') return
  const { over } = CONDITIONS[code]
  notice(context, { level: 'info', code: over, message: worded(over, about, detail) })
}

export function setCondition(
  context: DecisionContext,
  condition: Condition,
  is: 'so' | 'not so',
  telling: Telling = {},
): undefined {
  if (is === 'so') beginCondition(context, condition, telling)
  else endCondition(context, condition, telling)
}

/** As `setCondition`, once it has been so for a minute, which begins anew after each time in which it was unknown. */
export function setWhenLasting(
  context: DecisionContext,
  condition: Condition,
  is: 'so' | 'not so' | 'unknown',
): undefined {
  const { now } = context.environment
  const key = conditionKey(condition)
  const since = context.session.lasting[key]
  const isNew = is !== 'unknown' && stands(context, condition) !== (is === 'so')
  if (!isNew && since === undefined) return
  // A moment ahead of the clock: the clock was set back.
  const began = since === undefined || since > now ? now : since
  const isPast = now - began >= LASTING_MS
  const others = without(context.session.lasting, key)
  const lasting = isNew && !isPast ? { ...others, [key]: began } : others
  context.session = { ...context.session, lasting }
  if (isNew && isPast) setCondition(context, condition, is)
}

/** Unix ms. */
export function lastingDue({ session }: State): readonly number[] {
  return Object.values(session.lasting).map((since) => since + LASTING_MS)
}

/** What one code says of anything else is over, and nobody is told. */
export function forgetOthers(
  context: DecisionContext,
  code: ConditionCode,
  abouts: ReadonlySet<string>,
): undefined {
  for (const condition of standing(context, code))
    if (!abouts.has(condition.about)) endCondition(context, condition, { told: 'no' })
  const { lasting } = context.session
  const of = `${code} `
  const others = kept(lasting, (key) => !key.startsWith(of) || abouts.has(key.slice(of.length)))
  if (others !== lasting) context.session = { ...context.session, lasting: others }
}

/** Those of one code, whatever they are about. */
function standing(
  { portfolio }: Pick<State, 'portfolio'>,
  code: ConditionCode,
): readonly Condition[] {
  return Object.values(portfolio.conditions).filter((one) => one.code === code)
}

function worded(code: string, about: string, detail: string | undefined): string {
  const sentence = sentenceOf(code)
  const begun = about === '' ? sentence : `${about}: ${sentence}`
  return detail === undefined ? begun : `${begun} (${detail})`
}
