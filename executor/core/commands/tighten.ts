// What the chat may do to the policy: tighten it, at once and until the device accepts another; and ask the device for more.
import type { Answer } from '@keyside/protocol'
import Big from 'big.js'
import { append, type DecisionContext, notice, singleLine } from '../execution/context.ts'
import { losses } from '../execution/loss-limits.ts'
import { refusedAnswer } from '../execution/refusals.ts'
import { sentenceOf } from '../model/codes.ts'
import { fitting } from '../model/report-room.ts'
import type { LooseningRequest } from '../model/tightenings.ts'
import { type Change, difference } from '../risk/policy/difference.ts'
import { changeable, withSetting } from '../risk/policy/one-setting.ts'
import type { Policy } from '../risk/policy/schema.ts'
import { isTighterOrEqual, tightened } from '../risk/policy/tighten.ts'

/** What a report may list. */
const MAX_ROWS = 60
const MAX_CHANGES = 12
/** A bound, so that a stolen chat cannot fill the list at the terminal. */
const MAX_REQUESTS = 10

interface Asked {
  /** As policy.yaml names it, and writes it. */
  readonly setting: string
  readonly to: string
  /** `preview` says what it would change, and changes nothing. */
  readonly step: 'preview' | 'apply'
  /** What it was when the trader said yes. */
  readonly from?: string | undefined
}

type Changes = Extract<Answer, { about: 'change' }>

/** `accepted`: what the device accepted, where the chat has made it tighter. */
export function policyAnswer(context: DecisionContext): Answer {
  const { policy } = context.environment
  const accepted = new Map(changeable(context.accepted).map(({ setting, to }) => [setting, to]))
  const all = changeable(policy).map(({ setting, to }) => {
    const before = accepted.get(setting)
    return { setting, to, ...(before !== undefined && before !== to && { accepted: before }) }
  })
  const rows = fitting(all.slice(0, MAX_ROWS))
  const requests = Object.entries(context.portfolio.looseningRequests.waiting).map(
    ([number, request]) => {
      return { number: Number(number), setting: request.setting, to: request.to }
    },
  )
  const left = all.length - rows.length
  return {
    about: 'policy',
    currency: policy.currency,
    rows: [...rows],
    requests,
    ...(left > 0 && { more: left }),
  }
}

export function tighten(context: DecisionContext, asked: Asked, by: string): Answer {
  const { setting, to, step, from } = asked
  const { policy, stepOfCode } = context.environment
  const next = withSetting(policy, setting, to)
  if (next === null) return refusedAnswer('setting_unknown')
  const change = tightened(policy, setting, to)
  if (change === null) {
    if (isTighterOrEqual(policy, next)) return refusedAnswer('setting_unchanged')
    return step === 'preview'
      ? requestLoosening(context, asked, by)
      : refusedAnswer('tighten_loosens')
  }
  if (setting === 'code_above' && stepOfCode === 'unset')
    return refusedAnswer('approval_code_unset')
  if (step === 'preview')
    return changesOf(asked, 'tightens', { ...change, policy, note: noteOf(context, change) })
  if (from !== undefined && from !== changeableNow(policy, setting))
    return refusedAnswer('setting_moved')
  append(context, {
    type: 'tightened',
    setting,
    to,
    by,
    number: context.portfolio.tightenings.last + 1,
  })
  // The rest of this decision uses the tightened policy.
  context.environment = { ...context.environment, policy: change.policy }
  return changesOf(asked, 'tightens', { ...change, policy })
}

function changeableNow(policy: Policy, setting: string): string | undefined {
  return changeable(policy).find((one) => one.setting === setting)?.to
}

/** Waits for somebody at the device; here it changes nothing. */
export function requestLoosening(context: DecisionContext, asked: Asked, by: string): Answer {
  const { setting, to, step } = asked
  const { policy } = context.environment
  const next = withSetting(policy, setting, to)
  if (next === null) return refusedAnswer('setting_unknown')
  const changes = difference(policy, next)
  if (isTighterOrEqual(policy, next)) return refusedAnswer('setting_unchanged')
  const { waiting, last } = context.portfolio.looseningRequests
  const others = Object.values(waiting).filter((one) => one.setting !== setting)
  if (others.length >= MAX_REQUESTS) return refusedAnswer('loosening_requests_full')
  if (step === 'preview') return changesOf(asked, 'loosens', { policy, changes })
  const number = last + 1
  append(context, { type: 'loosening_requested', setting, to, by, number })
  return { ...changesOf(asked, 'loosens', { policy, changes }), request: number }
}

/** Somebody at the device has answered: the chat is told. `detail`: from when on it counts, or that it is dropped. */
export function onLooseningEnded(
  context: DecisionContext,
  { number, how, detail }: { number: number; how: 'accepted' | 'dropped'; detail: string },
): undefined {
  const ended = context.portfolio.looseningRequests.waiting[number]
  if (ended === undefined) return
  append(context, { type: 'loosening_ended', number, how })
  const code = `loosening_${how}` as const
  const message = `${requestText(ended)}: ${sentenceOf(code)}${detail === '' ? '' : `, ${detail}`}`
  notice(context, { level: 'info', code, message })
}

function requestText({ setting, to }: LooseningRequest): string {
  return `${setting} ${to}`
}

/** What it would do at once besides. */
function noteOf(context: DecisionContext, { policy }: { readonly policy: Policy }): string {
  const { today, drawdown } = losses(context)
  const reaches = (used: string | null, limit: string) => used !== null && new Big(used).gte(limit)
  if (reaches(drawdown, policy.limits.drawdown)) return sentenceOf('tighten_halts')
  return reaches(today, policy.limits.dayLoss) ? sentenceOf('tighten_closes_day') : ''
}

interface Found {
  /** In force before. */
  readonly policy: Policy
  readonly changes: readonly Change[]
  readonly note?: string
}

function changesOf(
  { setting, to, step }: Asked,
  effect: Changes['effect'],
  { policy, changes: all, note = '' }: Found,
): Changes {
  const before = changeableNow(policy, setting)
  const changes = all.slice(0, MAX_CHANGES).map(({ setting, from, to }) => ({
    setting,
    ...(from !== null && { from: singleLine(from) }),
    ...(to !== null && { to: singleLine(to) }),
  }))
  return {
    about: 'change',
    setting,
    to,
    step,
    effect,
    ...(before !== undefined && { from: before }),
    changes,
    ...(note !== '' && { note }),
  }
}
