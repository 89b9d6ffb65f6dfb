// Renews a subscriber's access token: for a key on record, near the end of the present token, and a few times an hour at most.
import {
  keyring,
  type PublicKey,
  responseTopic,
  type SigningKey,
  sign,
  verify,
} from '@keyside/protocol'
import { newJti, type Quota, type RandomBytes } from '@keyside/runtime'
import { type AccessSigner, accessToken } from './access.ts'
import { issueTime, type Message } from './enrolment.ts'
import type { AuthorityRecord } from './record/record.ts'
import type { Subscriber } from './record/rows.ts'

/** Seconds. */
const RESPONSE_LIFE = 60

export interface AccessRequestDeps {
  readonly record: AuthorityRecord
  readonly quota: Quota
  readonly access: AccessSigner
  /** A key that the keyset has for the kind `response`. */
  readonly answerKey: SigningKey
  readonly randomBytes: RandomBytes
  readonly publicKey: (text: string) => PublicKey
}

/** `ignored`: another program answers it, or it is not signed by the subscriber. */
export type AccessOutcome =
  | {
      readonly outcome: 'renewed'
      readonly response: Message
    }
  | { readonly outcome: 'refused'; readonly code: string; readonly response: Message }
  | { readonly outcome: 'ignored'; readonly code: string; readonly message: string }

/** `subscriber` is whom the topic names. `now` is Unix seconds. */
export function answerAccessRequest(
  deps: AccessRequestDeps,
  subscriber: Subscriber,
  { topic, token, now }: { readonly topic: string; readonly token: string; readonly now: number },
): AccessOutcome {
  const { access, quota, publicKey } = deps
  const { client, key } = subscriber
  const pins = keyring([{ key: publicKey(key), issuer: client, kinds: ['request'] }])
  const expected = { kinds: ['request'] as const, audience: access.provider, now, topic }
  const verified = verify(token, pins, expected)
  if (!verified.ok) return { outcome: 'ignored', code: verified.code, message: verified.message }
  const { ask, jti: to } = verified.claims
  if (ask.do !== 'access')
    return { outcome: 'ignored', code: 'not_ours', message: 'the engine answers it' }
  const refuse = (code: string, message: string): AccessOutcome => ({
    outcome: 'refused',
    code,
    response: respond(deps, client, { to, now, answer: { do: 'refused', code, message } }),
  })
  if (!quota.allows(client, now * 1000))
    return refuse('request_quota', 'asked too often: ask again in an hour')
  const next = issue(deps, client, now)
  if (next === null) return refuse('subscription_ended', 'the subscription has ended')
  const response = respond(deps, client, { to, now, answer: { do: 'access', token: next } })
  return { outcome: 'renewed', response }
}

/** Null for a client that is no longer a subscriber. One transaction on the record: a removal cannot come between. */
function issue({ record, access }: AccessRequestDeps, client: string, now: number): string | null {
  return record.atomic(() => {
    const subscriber = record.subscriber(client)
    if (subscriber === null || subscriber.removed !== null || now >= subscriber.until) return null
    const { plans, until } = subscriber
    const iat = issueTime(record, client, now)
    record.issued(client, iat)
    return accessToken(access, { client, plans, until, iat })
  })
}

type Answer = Parameters<typeof sign<'response'>>[1]['answer']

function respond(
  { access: { provider }, answerKey, randomBytes }: AccessRequestDeps,
  client: string,
  { to, now, answer }: { to: string; now: number; answer: Answer },
): Message {
  const times = { iat: now, exp: now + RESPONSE_LIFE, jti: newJti(randomBytes) }
  const claims = { iss: provider, aud: client, ...times, to, answer }
  return { topic: responseTopic(provider, client), token: sign('response', claims, answerKey) }
}
