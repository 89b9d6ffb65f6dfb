// Answers enrolments: the first key that proves it has an invitation becomes the subscriber.
import {
  type EnrollAnswer,
  enrollAnswerTopic,
  type Keyset,
  type SigningKey,
  sign,
  type Verified,
  verifyEnroll,
  WIRE_VERSIONS,
} from '@keyside/protocol'
import { newJti, type RandomBytes } from '@keyside/runtime'
import { type AccessSigner, accessToken } from './access.ts'
import type { AuthorityRecord } from './record/record.ts'
import type { Invitation } from './record/rows.ts'

/** Seconds. */
const ANSWER_LIFE = 60

/** Who signs answers: a key that the keyset has for the kind `answer`. */
interface AnswerSigner {
  readonly key: SigningKey
  readonly provider: string
  readonly randomBytes: RandomBytes
}

type AnswerBody =
  | Pick<Extract<EnrollAnswer, { access: string }>, 'access' | 'client' | 'plans' | 'until'>
  | Pick<Extract<EnrollAnswer, { refused: object }>, 'refused'>

export interface Message {
  readonly topic: string
  readonly token: string
}

/** The answer to one verified enrolment. `now` is Unix seconds. */
export function enrolmentAnswer(
  { key, provider, randomBytes }: AnswerSigner,
  { claims, kid, hash }: Verified<'enroll'>,
  body: AnswerBody,
  now: number,
): Message {
  const token = sign(
    'answer',
    {
      iss: provider,
      aud: kid,
      iat: now,
      exp: now + ANSWER_LIFE,
      jti: newJti(randomBytes),
      invitation: claims.iss,
      to: hash,
      ...body,
    },
    key,
  )
  return { topic: enrollAnswerTopic(provider, claims.iss), token }
}

export interface EnrolmentDeps {
  readonly record: AuthorityRecord
  readonly answer: AnswerSigner
  readonly access: AccessSigner
  /** The plans of the keyset in force, with their terms. */
  readonly plans: Keyset['plans']
}

export interface EnrolRequest {
  readonly topic: string
  readonly token: string
  /** The invitation that the topic names. */
  readonly invitation: string
  /** Unix seconds. */
  readonly now: number
}

type RefusedCode = Extract<EnrollAnswer, { refused: object }>['refused']['code']

/** `ignored`: it does not prove that it has the invitation, and gets no answer. */
export type EnrolmentOutcome =
  | { readonly outcome: 'enrolled'; readonly client: string; readonly answer: Message }
  | { readonly outcome: 'again'; readonly client: string; readonly answer: Message }
  | {
      readonly outcome: 'refused'
      readonly client: string
      readonly code: RefusedCode
      readonly answer: Message
    }
  | { readonly outcome: 'ignored'; readonly code: string; readonly message: string }

/** One transaction on the record: of two enrolments at the same time only one can be the first. */
export function answerEnrolment(deps: EnrolmentDeps, request: EnrolRequest): EnrolmentOutcome {
  const { record, answer } = deps
  return record.atomic((): EnrolmentOutcome => {
    const invitation = record.invitation(request.invitation)
    if (invitation === null)
      return { outcome: 'ignored', code: 'invitation_unknown', message: 'no such invitation' }
    const { enrollKey, id, client } = invitation
    const { provider } = answer
    const verified = verifyEnroll(request.token, {
      ...request,
      provider,
      invitation: id,
      enrollKey,
    })
    if (!verified.ok) return { outcome: 'ignored', code: verified.code, message: verified.message }
    const refused = refusalOf(deps, invitation, verified, request.now)
    if (refused !== null) {
      if (refused.code === 'invitation_used') record.countOther(id)
      const message = enrolmentAnswer(answer, verified, { refused }, request.now)
      return { outcome: 'refused', client, code: refused.code, answer: message }
    }
    if (invitation.state === 'used') {
      const body = givenBefore(deps, client)
      return {
        outcome: 'again',
        client,
        answer: enrolmentAnswer(answer, verified, body, request.now),
      }
    }
    const body = enrol(deps, invitation, verified, request.now)
    return {
      outcome: 'enrolled',
      client,
      answer: enrolmentAnswer(answer, verified, body, request.now),
    }
  })
}

function refusalOf(
  { record, plans }: EnrolmentDeps,
  { id, state, kid: first, expires, client, plans: invited }: Invitation,
  { claims, kid }: Verified<'enroll'>,
  now: number,
): { code: RefusedCode; message: string } | null {
  const ask = 'ask the provider for a new one'
  if (state === 'used' && first !== kid)
    return {
      code: 'invitation_used',
      message: `this invitation was used already: if that was not by you, tell the provider at once; for another device ${ask}`,
    }
  const subscriber = state === 'used' ? record.subscriber(client) : null
  // Another device may have been enrolled under the same name since.
  const isShutOut =
    state === 'used' && (subscriber?.invitation !== id || subscriber.removed !== null)
  if (state === 'withdrawn' || isShutOut)
    return { code: 'invitation_unknown', message: `this invitation was withdrawn: ${ask}` }
  if (now >= expires)
    return { code: 'invitation_expired', message: `the time of this invitation is over: ${ask}` }
  if (!claims.versions.some((version) => WIRE_VERSIONS.some((ours) => ours === version)))
    return {
      code: 'enrolment_declined',
      message: 'this device speaks no version of the wire that the provider does: update it',
    }
  const open = plans.filter(
    ({ plan, terms }) =>
      terms !== undefined &&
      invited.includes(plan) &&
      !claims.terms.some((each) => each.plan === plan && each.version === terms.version),
  )
  if (open.length === 0) return null
  return {
    code: 'enrolment_declined',
    message: `the terms in force of ${open.map(({ plan }) => plan).join(', ')} were not accepted: follow the link again and read them`,
  }
}

function enrol(
  { record, access }: EnrolmentDeps,
  { id, client, plans, until, made }: Invitation,
  { claims, kid }: Verified<'enroll'>,
  now: number,
): AnswerBody {
  const iat = issueTime(record, client, now)
  const token = accessToken(access, { client, plans, until, iat })
  const { versions, terms, cnf } = claims
  const times = { invited: made, enrolled: now, until, issued: iat }
  const what = { client, invitation: id, key: cnf.jwk.x, plans, versions, terms, access: token }
  record.enrol({ ...what, ...times }, kid)
  return { access: token, client, plans: [...plans], until }
}

/** A repeated enrolment gets the same answer again: the first answer may have been lost. */
function givenBefore({ record }: EnrolmentDeps, client: string): AnswerBody {
  const subscriber = record.subscriber(client)
  if (subscriber === null) throw new RangeError(`no subscriber "${client}"`)
  const { access, plans, until } = subscriber
  return { access, client, plans: [...plans], until }
}

/** Later than the moment up to which this name's tokens were shut out. */
export function issueTime(record: AuthorityRecord, client: string, now: number): number {
  return Math.max(now, record.refusedBefore(client))
}
