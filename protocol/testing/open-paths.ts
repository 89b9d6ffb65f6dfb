// Where a stranger's text is read: each with true messages, and what the reader says of a text.
import { verifyEnroll } from '../enrolment.ts'
import { deriveInvitation, formatInvitation, parseInvitation } from '../invitation.ts'
import { type Keyring, keyring, keysetKeyring } from '../keyring.ts'
import { rootFingerprint, verifyKeyset } from '../keyset.ts'
import type { Kind } from '../kinds.ts'
import { publicKey } from '../node.ts'
import { sign } from '../sign.ts'
import { head, NOW, namelessAlert } from '../vectors/claims.ts'
import { ENROLMENT_CASES } from '../vectors/enrolment-cases.ts'
import { INVITATION_CASES, INVITATION_LINK } from '../vectors/invitation-cases.ts'
import { NEWCOMER, PROGRAM, PROVIDER, ROOTS, SUBSCRIBER } from '../vectors/keys.ts'
import { KEYSET_CASES } from '../vectors/keyset-cases.ts'
import * as provider from '../vectors/provider-claims.ts'
import { type Expected, verify } from '../verify.ts'
import type { Message } from './mutate.ts'

export interface OpenPath {
  readonly name: string
  readonly messages: readonly Message[]
  /** `accepted`, or the code of the refusal. */
  read(text: string): string
}

const verdict = (result: { ok: true } | { ok: false; code: string }) =>
  result.ok ? 'accepted' : result.code

function ofTokens<Name extends Kind>(
  kind: Name,
  messages: readonly Message[],
  pins: Keyring,
  place: Pick<Expected<Name>, 'audience' | 'topic'>,
): OpenPath {
  const expected = { kinds: [kind], now: NOW, ...place }
  return { name: kind, messages, read: (text) => verdict(verify(text, pins, expected)) }
}

const { token: enrolment, ...enrolExpected } = ENROLMENT_CASES['taken'] ?? missing()
const ofProvider = keysetKeyring(provider.keyset, publicKey)
const ofSubscriber = keyring([{ ...SUBSCRIBER, key: publicKey(SUBSCRIBER.key.publicKey) }])
const ofProgram = keyring([{ ...PROGRAM, key: publicKey(PROGRAM.key.publicKey) }])
const by = (kind: Kind, signer = PROVIDER) => ({ kind, signers: [signer] })
const keysets = ['taken-one-signer', 'taken-new-root'].map(
  (name) => KEYSET_CASES[name] ?? missing(),
)
const lines = new Set(keysets.flatMap(({ text }) => text.split('\n')))
const genuine = deriveInvitation(INVITATION_LINK)

export const OPEN_PATHS: readonly OpenPath[] = [
  {
    name: 'invitation',
    messages: Object.values(INVITATION_CASES)
      .filter(({ invitation }) => invitation !== undefined)
      .map(({ text }) => ({ text })),
    /** An altered link may be one that somebody could have written: it is accepted where its keys are. */
    read: (text) => {
      const result = parseInvitation(text, { now: NOW, plaintext: false })
      if (!result.ok) return result.code
      if (formatInvitation(result.invitation) !== text) return 'accepted'
      const { connect, enroll } = deriveInvitation(text)
      return connect === genuine.connect || enroll === genuine.enroll ? 'accepted' : 'other keys'
    },
  },
  {
    name: 'enroll',
    messages: [{ text: enrolment, ...by('enroll', NEWCOMER) }],
    read: (text) => verdict(verifyEnroll(text, enrolExpected)),
  },
  {
    name: 'keyset',
    messages: keysets.map(({ text }, nth) => ({
      text,
      kind: 'keyset',
      signers: ROOTS.slice(0, nth + 1),
    })),
    read: (text) => {
      const pinned = rootFingerprint(provider.firstRoot)
      const topic = 'keyside/v1/keyset/acme'
      const result = verifyKeyset(text, { pinned, topic, now: NOW, held: null })
      // The same tokens in another order are the same keyset.
      return result.ok && text.split('\n').every((line) => lines.has(line))
        ? 'the same keyset'
        : verdict(result)
    },
  },
  ofTokens(
    'answer',
    [
      { text: sign('answer', provider.accepted, PROVIDER.key), ...by('answer') },
      { text: sign('answer', provider.declined, PROVIDER.key), ...by('answer') },
    ],
    ofProvider,
    { audience: provider.accepted.aud, topic: 'keyside/v1/enroll/acme/alice-1/answer' },
  ),
  ofTokens(
    'request',
    [provider.catalogueRequest, provider.replayRequest, provider.accessRequest].map((claims) => ({
      text: sign('request', claims, SUBSCRIBER.key),
      ...by('request', SUBSCRIBER),
    })),
    ofSubscriber,
    { audience: 'acme', topic: 'keyside/v1/request/acme/device-7' },
  ),
  ofTokens(
    'intent',
    [provider.entryIntent, provider.fullIntent, provider.exitIntent].map((claims) => ({
      text: sign('intent', claims, PROGRAM.key),
      ...by('intent', PROGRAM),
    })),
    ofProgram,
    { audience: 'acme', topic: 'keyside/v1/intent/acme/my-model' },
  ),
  ofTokens(
    'response',
    [provider.catalogue, provider.replay, provider.accessResponse, provider.refusal].map(
      (claims) => ({ text: sign('response', claims, PROVIDER.key), ...by('response') }),
    ),
    ofProvider,
    { audience: 'device-7', topic: 'keyside/v1/response/acme/device-7' },
  ),
  ofTokens(
    'alert',
    [
      { text: sign('alert', provider.alertOfProvider, PROVIDER.key), ...by('alert') },
      { text: sign('alert', { ...namelessAlert, iss: 'acme' }, PROVIDER.key), ...by('alert') },
    ],
    ofProvider,
    { audience: 'executors', topic: 'keyside/v1/signal/acme/trend' },
  ),
  ofTokens(
    'head',
    [{ text: sign('head', { ...head, iss: 'acme' }, PROVIDER.key), ...by('head') }],
    ofProvider,
    { audience: 'executors', topic: 'keyside/v1/head/acme/trend' },
  ),
]

function missing(): never {
  throw new Error('there is no such case')
}
