// The kinds of message, and what is fixed for each: its `typ`, size, life and topic.
import { z } from 'zod'
import { type Access, access } from './claims/access.ts'
import { type Alert, alert } from './claims/alert.ts'
import { type Approval, approval } from './claims/approval.ts'
import { type Command, command } from './claims/command.ts'
import { type Enroll, type EnrollAnswer, enroll, enrollAnswer } from './claims/enroll.ts'
import { type Head, head } from './claims/head.ts'
import { type Intent, type IntentResult, intent, result } from './claims/intent.ts'
import { type Keyset, keyset } from './claims/keyset.ts'
import { type Presence, presence } from './claims/presence.ts'
import { type Report, report } from './claims/report.ts'
import { type ProviderRequest, type ProviderResponse, request, response } from './claims/request.ts'
import { type Signal, signal } from './claims/signal.ts'
import {
  commandTopic,
  enrollAnswerTopic,
  enrollTopic,
  headTopic,
  intentTopic,
  keysetTopic,
  presenceTopic,
  reportTopic,
  requestTopic,
  responseTopic,
  resultTopic,
  signalTopic,
} from './topics.ts'

export interface Claims {
  signal: Signal
  head: Head
  alert: Alert
  command: Command
  approval: Approval
  report: Report
  presence: Presence
  access: Access
  keyset: Keyset
  enroll: Enroll
  answer: EnrollAnswer
  request: ProviderRequest
  response: ProviderResponse
  intent: Intent
  result: IntentResult
}

export type Kind = keyof Claims

interface KindRule<Name extends Kind> {
  readonly typ: string
  readonly schema: z.ZodType<Claims[Name]>
  /** Most characters of a token. */
  readonly maxChars: number
  /** Longest `exp - iat`, seconds. */
  readonly maxLife: (claims: Claims[Name]) => number
  /** The one topic that such claims may arrive on; access tokens travel as a password. */
  readonly topic: ((claims: Claims[Name]) => string) | null
}

/**
 * Compiled by zod to straight code, which takes a third of the time; what that refuses is walked through as always, for
 * the reason. Made when it is first asked for, since that takes milliseconds.
 */
let compiledSignal: z.ZodType<Signal> | undefined

const MINUTE = 60
const DAY = 86_400

export const KINDS: { readonly [Name in Kind]: KindRule<Name> } = {
  signal: {
    typ: 'keyside-signal+jwt',
    get schema() {
      compiledSignal ??= z.compile(signal)
      return compiledSignal
    },
    maxChars: 4096,
    maxLife: (claims) => (claims.kind === 'entry' ? MINUTE : 10 * MINUTE),
    topic: (claims) => signalTopic(claims.iss, claims.plan),
  },
  head: {
    typ: 'keyside-head+jwt',
    schema: head,
    maxChars: 14_000,
    maxLife: () => 45,
    topic: (claims) => headTopic(claims.iss, claims.sub),
  },
  alert: {
    typ: 'keyside-alert+jwt',
    schema: alert,
    maxChars: 4096,
    maxLife: () => 10 * MINUTE,
    topic: (claims) => signalTopic(claims.iss, claims.plan),
  },
  command: {
    typ: 'keyside-command+jwt',
    schema: command,
    maxChars: 4096,
    maxLife: () => MINUTE,
    topic: (claims) => commandTopic(claims.aud),
  },
  approval: {
    typ: 'keyside-approval+jwt',
    schema: approval,
    maxChars: 4096,
    maxLife: () => MINUTE,
    topic: (claims) => commandTopic(claims.aud),
  },
  report: {
    typ: 'keyside-report+jwt',
    schema: report,
    maxChars: 12_288,
    maxLife: () => 7 * DAY,
    topic: (claims) => reportTopic(claims.iss),
  },
  presence: {
    typ: 'keyside-presence+jwt',
    schema: presence,
    maxChars: 4096,
    maxLife: () => 31 * DAY,
    topic: (claims) => presenceTopic(claims.aud, claims.sub),
  },
  access: {
    typ: 'keyside-access+jwt',
    schema: access,
    maxChars: 4096,
    maxLife: () => 400 * DAY,
    topic: null,
  },
  keyset: {
    typ: 'keyside-keyset+jws',
    schema: keyset,
    maxChars: 14_000,
    maxLife: () => 400 * DAY,
    topic: (claims) => keysetTopic(claims.iss),
  },
  enroll: {
    typ: 'keyside-enroll+jwt',
    schema: enroll,
    maxChars: 4096,
    maxLife: () => MINUTE,
    topic: (claims) => enrollTopic(claims.aud, claims.iss),
  },
  answer: {
    typ: 'keyside-answer+jwt',
    schema: enrollAnswer,
    maxChars: 8192,
    maxLife: () => MINUTE,
    topic: (claims) => enrollAnswerTopic(claims.iss, claims.invitation),
  },
  request: {
    typ: 'keyside-request+jwt',
    schema: request,
    maxChars: 8192,
    maxLife: () => MINUTE,
    topic: (claims) => requestTopic(claims.aud, claims.iss),
  },
  response: {
    typ: 'keyside-response+jwt',
    schema: response,
    maxChars: 14_000,
    maxLife: () => MINUTE,
    topic: (claims) => responseTopic(claims.iss, claims.aud),
  },
  intent: {
    typ: 'keyside-intent+jwt',
    schema: intent,
    maxChars: 4096,
    maxLife: () => 30,
    topic: (claims) => intentTopic(claims.aud, claims.sub),
  },
  result: {
    typ: 'keyside-result+jwt',
    schema: result,
    maxChars: 4096,
    maxLife: () => MINUTE,
    topic: (claims) => resultTopic(claims.iss, claims.sub),
  },
}
