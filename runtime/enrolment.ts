// A device enrols with a provider, over the provider's broker and with a right that opens nothing else.
import {
  deriveInvitation,
  type EnrollAnswer,
  enrollAnswerTopic,
  enrollMac,
  enrollTopic,
  formatInvitation,
  hashText,
  type Invitation,
  joinClient,
  keysetKeyring,
  keysetTopic,
  type SigningKey,
  seconds,
  sign,
  type VerifiedKeyset,
  verify,
  verifyKeyset,
  WIRE_VERSIONS,
} from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import type { Clock } from './clock.ts'
import { type Link, type LinkOptions, type LinkTrouble, openLink } from './link.ts'
import type { Logger } from './log.ts'
import { newJti, type RandomBytes } from './random.ts'
import { tlsTrust } from './tls-trust.ts'

export interface EnrolmentDeps {
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly randomBytes: RandomBytes
  readonly log: Logger
}

/** `open`: nobody can say whether it was enrolled; the same link and the same key give the same answer again. */
export interface EnrolmentRefusal {
  readonly ok: false
  readonly code: string
  readonly message: string
  readonly outcome: 'refused' | 'open'
}

export interface FetchedKeyset {
  readonly ok: true
  /** As it came. */
  readonly text: string
  readonly keyset: VerifiedKeyset
}

interface AcceptedTerms {
  readonly plan: string
  readonly version: number
}

export interface Enrolled {
  readonly ok: true
  readonly answer: Extract<EnrollAnswer, { access: string }>
}

/** For the retained keyset, and for the answer that an authority signs, ms. */
const KEYSET_MS = 10_000
const ANSWER_MS = 30_000
/** From a refusal of the broker to the second and last try, ms. */
const AGAIN_MS = 600
const REFUSED = 'invitation_refused'
/** Of an enrolment, s. */
const LIFE_S = 60

/** Who the provider is, by the root that the link names. */
export async function fetchKeyset(
  invitation: Invitation,
  deps: EnrolmentDeps,
): Promise<FetchedKeyset | EnrolmentRefusal> {
  const topic = keysetTopic(invitation.provider)
  return converse<FetchedKeyset>(invitation, deps, {
    subscribe: [topic],
    waitMs: KEYSET_MS,
    onMessage: (_, text) => {
      const now = deps.clock.now() / 1_000
      const keyset = verifyKeyset(text, { pinned: invitation.root, now, topic, held: null })
      return keyset.ok ? { ok: true, text, keyset } : { ...keyset, outcome: 'refused' }
    },
    late: {
      code: 'keyset_unseen',
      message: `no keyset of "${invitation.provider}" came within ${KEYSET_MS / 1_000} s: its authority does not run, or this is not its broker; ask the provider`,
    },
  })
}

export interface EnrolOptions extends EnrolmentDeps {
  readonly invitation: Invitation
  /** Made on this device for this provider alone. */
  readonly key: SigningKey
  readonly keyset: VerifiedKeyset
  readonly terms: readonly AcceptedTerms[]
}

export async function enrol(options: EnrolOptions): Promise<Enrolled | EnrolmentRefusal> {
  const { invitation, key, keyset, clock } = options
  const { provider, id } = invitation
  const token = enrollToken(options)
  const to = hashText(token)
  const keyring = keysetKeyring(keyset.claims, publicKey)
  // An answer that is not ours may be anybody's: the true one is waited for, and this is said if it does not come.
  let strange = ''
  return converse<Enrolled>(invitation, options, {
    subscribe: [enrollAnswerTopic(provider, id)],
    publish: { topic: enrollTopic(provider, id), token },
    waitMs: ANSWER_MS,
    onMessage: (topic, text) => {
      const now = clock.now() / 1_000
      const verified = verify(text, keyring, { kinds: ['answer'], audience: key.kid, now, topic })
      if (!verified.ok) {
        strange = `${verified.message} (${verified.code})`
        return null
      }
      const { claims } = verified
      if (claims.to !== to) {
        strange = 'it is the answer to another enrolment'
        return null
      }
      if ('refused' in claims) return { ok: false, outcome: 'refused', ...claims.refused }
      return { ok: true, answer: claims }
    },
    get late() {
      if (strange === '')
        return {
          code: 'enrolment_unanswered',
          message: `"${provider}" did not answer within ${ANSWER_MS / 1_000} s: try the same link again`,
        }
      return {
        code: 'enrolment_answer_invalid',
        message: `an answer came that is not for this device, or not signed by "${provider}": ${strange}; try the same link again, and compare the fingerprint with the provider`,
      }
    },
  })
}

function enrollToken({ invitation, key, terms, clock, randomBytes }: EnrolOptions): string {
  const iat = seconds(clock.now())
  const jti = newJti(randomBytes)
  const { enroll } = deriveInvitation(formatInvitation(invitation))
  return sign(
    'enroll',
    {
      iss: invitation.id,
      aud: invitation.provider,
      iat,
      exp: iat + LIFE_S,
      jti,
      cnf: { jwk: { kty: 'OKP', crv: 'Ed25519', x: key.publicKey } },
      versions: [...WIRE_VERSIONS],
      terms: terms.map(({ plan, version }) => ({ plan, version })),
      mac: enrollMac(enroll, { invitation: invitation.id, kid: key.kid, jti }),
    },
    key,
  )
}

interface Conversation<Result> {
  readonly subscribe: readonly string[]
  /** Sent once the subscriptions stand, and again after each new connection. */
  readonly publish?: { readonly topic: string; readonly token: string }
  readonly waitMs: number
  /** Null for what says nothing. */
  readonly onMessage: (topic: string, text: string) => Result | EnrolmentRefusal | null
  readonly late: { readonly code: string; readonly message: string }
}

/** A broker looks for new invitations a few times a second: the first refusal may have come too early. */
async function converse<Result extends { readonly ok: true }>(
  invitation: Invitation,
  deps: EnrolmentDeps,
  conversation: Conversation<Result>,
): Promise<Result | EnrolmentRefusal> {
  const first = await converseOnce(invitation, deps, conversation)
  if (first.ok || first.code !== REFUSED) return first
  await new Promise<void>((done) => void deps.clock.after(AGAIN_MS, done))
  return converseOnce(invitation, deps, conversation)
}

/** One connection, until there is a result. */
async function converseOnce<Result>(
  invitation: Invitation,
  { clock, log }: EnrolmentDeps,
  conversation: Conversation<Result>,
): Promise<Result | EnrolmentRefusal> {
  const { promise, resolve } = Promise.withResolvers<Result | EnrolmentRefusal>()
  const { subscribe, publish, waitMs, onMessage } = conversation
  let sent: 'sent' | 'not sent' = 'not sent'
  const cancel = clock.after(waitMs, () => {
    const { code, message } = link.connected() ? conversation.late : unreachable(invitation)
    resolve({ ok: false, code, message, outcome: sent === 'sent' ? 'open' : 'refused' })
  })
  const link: Link = openLink({
    ...brokerOf(invitation),
    subscribe,
    onMessage: (topic, text) => {
      const result = onMessage(topic, text)
      if (result !== null) resolve(result)
    },
    onReady: () => {
      if (publish === undefined || !link.connected()) return
      sent = 'sent'
      link.publish(publish.topic, publish.token).catch(() => undefined)
    },
    onTrouble: (trouble) => {
      const outcome = sent === 'sent' ? 'open' : 'refused'
      resolve({ ok: false, outcome, ...refusedBy(invitation, trouble) })
    },
    log,
  })
  try {
    return await promise
  } finally {
    cancel()
    await link.close()
  }
}

function brokerOf(
  invitation: Invitation,
): Pick<LinkOptions, 'url' | 'tls' | 'clientId' | 'token' | 'issuer'> {
  const { host, port, tls, id } = invitation
  const clientId = joinClient(id)
  return {
    url: `${tls === 'none' ? 'mqtt' : 'mqtts'}://${host}:${port}`,
    tls: tlsTrust(tls),
    clientId,
    token: deriveInvitation(formatInvitation(invitation)).connect,
    issuer: 'provider',
  }
}

function refusedBy({ provider }: Invitation, { code, message }: LinkTrouble) {
  if (code !== 'broker_refused') return { code, message }
  return {
    code: REFUSED,
    message: `the broker of "${provider}" does not take this link: it was used, its time is over, or a part of it was altered on the way; ask the provider for a new one`,
  }
}

function unreachable({ host, port }: Invitation) {
  return {
    code: 'broker_unreachable',
    message: `there is no connection to ${host}:${port}: look at your network, or ask the provider whether the broker runs`,
  }
}
