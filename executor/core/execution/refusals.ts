// Every refusal is reported, up to a number a minute; one more report counts the rest, so that chat and disk cannot be filled.
import type { Answer, ReportEvent } from '@keyside/protocol'
import { type ExecutorCode, sentenceOf } from '../model/codes.ts'
import type { Session } from '../model/session.ts'
import { append, type DecisionContext, notice, report, singleLine } from './context.ts'

/** Refusals told in one minute. */
const REFUSALS_A_MINUTE = 20
const MINUTE_MS = 60_000

type Refusal = Omit<Extract<ReportEvent, { type: 'refusal' }>, 'type'>

/** True when it was told and not only counted. */
export function tellRefusal(context: DecisionContext, refusal: Refusal): boolean {
  const window = currentWindow(context)
  const full = window.told >= REFUSALS_A_MINUTE
  const refusals = full
    ? { ...window, kept: window.kept + 1 }
    : { ...window, told: window.told + 1 }
  context.session = { ...context.session, refusals }
  if (!full) report(context, { type: 'refusal', ...refusal, message: singleLine(refusal.message) })
  return !full
}

/** For messages that anybody can send: beyond the limit they are not journaled either. */
export function refuseInput(context: DecisionContext, refusal: Refusal, topic?: string): undefined {
  if (!tellRefusal(context, refusal)) return
  append(context, {
    type: 'refused',
    code: refusal.code,
    message: singleLine(refusal.message),
    ...(topic !== undefined && { topic }),
    ...(refusal.signal !== undefined && { jti: refusal.signal }),
  })
}

/** When the summary is due, Unix ms; null when there is nothing to sum up. */
export function summaryDue({ refusals }: Session): number | null {
  return refusals.kept === 0 ? null : refusals.since + MINUTE_MS
}

export function summarizeRefusals(context: DecisionContext): undefined {
  const due = summaryDue(context.session)
  if (due === null || context.environment.now < due) return
  const { kept } = context.session.refusals
  notice(context, {
    level: 'warning',
    code: 'refusals_many',
    message: `${kept} more messages were refused in the last minute: somebody floods this device, or a strategy has run wild`,
  })
  context.session = {
    ...context.session,
    refusals: { since: context.environment.now, told: 0, kept: 0 },
  }
}

function currentWindow(context: DecisionContext): Session['refusals'] {
  const { refusals } = context.session
  const over = context.environment.now - refusals.since >= MINUTE_MS
  return over && refusals.kept === 0
    ? { since: context.environment.now, told: 0, kept: 0 }
    : refusals
}

/** The answer to a command that is not done. `detail`: what the sentence cannot know. */
export function refusedAnswer(code: ExecutorCode, detail?: string): Answer {
  const sentence = sentenceOf(code)
  const message = detail === undefined ? sentence : singleLine(`${sentence}; ${detail}`)
  return { about: 'refused', code, message }
}
