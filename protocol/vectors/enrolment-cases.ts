// Enrolments that must be taken, and one for each reason to refuse it.
import type { Enroll } from '../claims/enroll.ts'
import { enrollMac, type RefusedEnroll } from '../enrolment.ts'
import { deriveInvitation } from '../invitation.ts'
import { thumbprint } from '../keys.ts'
import { NOW } from './claims.ts'
import { signPayload } from './forge.ts'
import { INVITATION_LINK } from './invitation-cases.ts'
import { NEWCOMER, STRANGER, type VectorKey } from './keys.ts'

export interface EnrolmentCase {
  readonly provider: string
  readonly invitation: string
  readonly enrollKey: string
  readonly topic: string
  readonly now: number
  readonly token: string
  readonly claims?: Enroll
  readonly code?: RefusedEnroll['code']
}

const { enroll: enrollKey, connect } = deriveInvitation(INVITATION_LINK)
const jti = 'MDEyMzQ1Njc4OTo7PD0-Pw'
const base = {
  provider: 'acme',
  invitation: 'alice-1',
  enrollKey,
  topic: 'keyside/v1/enroll/acme/alice-1',
  now: NOW,
}

const macOf = (publicKey: string, key = enrollKey, invitation = 'alice-1') =>
  enrollMac(key, { invitation, kid: thumbprint(publicKey), jti })
const jwkOf = (publicKey: string) => ({
  kty: 'OKP' as const,
  crv: 'Ed25519' as const,
  x: publicKey,
})

const enroll: Enroll = {
  iss: 'alice-1',
  aud: 'acme',
  iat: NOW - 1,
  exp: NOW + 29,
  jti,
  cnf: { jwk: jwkOf(NEWCOMER.key.publicKey) },
  versions: [1],
  terms: [{ plan: 'trend', version: 2 }],
  mac: macOf(NEWCOMER.key.publicKey),
}

const signed = (claims: object, signer: VectorKey = NEWCOMER) =>
  signPayload(JSON.stringify(claims), 'enroll', signer)
const refused = (
  code: RefusedEnroll['code'],
  change: object,
  signer: VectorKey = NEWCOMER,
): EnrolmentCase => ({ ...base, token: signed({ ...enroll, ...change }, signer), code })

const swapped = jwkOf(STRANGER.key.publicKey)
const smallOrder = 'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'

export const ENROLMENT_CASES: Readonly<Record<string, EnrolmentCase>> = {
  taken: { ...base, token: signed(enroll), claims: enroll },
  'refused-empty': { ...base, token: '', code: 'token_malformed' },
  'refused-too-large': { ...base, token: 'A'.repeat(4097), code: 'token_too_large' },
  'refused-json': {
    ...base,
    token: signPayload('{"iss":1,"iss":2}', 'enroll', NEWCOMER),
    code: 'json_duplicate_name',
  },
  'refused-private-key': refused('claims_invalid', {
    cnf: { jwk: { ...jwkOf(NEWCOMER.key.publicKey), d: 'AA' } },
  }),
  'refused-other-curve': refused('claims_invalid', { cnf: { jwk: { ...swapped, crv: 'X25519' } } }),
  'refused-ext': refused('claims_invalid', { ext: { a: 'b' } }),
  'refused-key-swapped': refused('enroll_mac_invalid', { cnf: { jwk: swapped } }, STRANGER),
  'refused-mac-of-another-link': refused('enroll_mac_invalid', {
    mac: macOf(NEWCOMER.key.publicKey, connect),
  }),
  'refused-mac-of-another-invitation': refused('enroll_mac_invalid', {
    mac: macOf(NEWCOMER.key.publicKey, enrollKey, 'alice-2'),
  }),
  'refused-mac-of-another-message': refused('enroll_mac_invalid', {
    jti: 'AAECAwQFBgcICQoLDA0ODw',
  }),
  /** The mac is looked at before the signature, which costs more. */
  'refused-neither-mac-nor-signature': refused(
    'enroll_mac_invalid',
    { mac: macOf(NEWCOMER.key.publicKey, connect) },
    { ...STRANGER, key: { ...STRANGER.key, kid: NEWCOMER.key.kid } },
  ),
  'refused-signed-by-another-key': refused('header_not_pinned', {}, STRANGER),
  'refused-under-its-name': refused(
    'signature_invalid',
    {},
    {
      ...STRANGER,
      key: { ...STRANGER.key, kid: NEWCOMER.key.kid },
    },
  ),
  'refused-key-of-small-order': refused('key_refused', {
    cnf: { jwk: jwkOf(smallOrder) },
    mac: macOf(smallOrder),
  }),
  'refused-request-of-its-key': {
    ...base,
    token: signPayload(JSON.stringify(enroll), 'request', NEWCOMER),
    code: 'header_not_pinned',
  },
  'refused-other-invitation': refused('issuer_mismatch', { iss: 'alice-2' }),
  'refused-other-provider': refused('audience_mismatch', { aud: 'beta' }),
  'refused-other-topic': {
    ...base,
    topic: 'keyside/v1/enroll/acme/alice-2',
    token: signed(enroll),
    code: 'topic_mismatch',
  },
  'refused-lives-61-s': refused('life_too_long', { exp: NOW + 60 }),
  'refused-in-future': refused('issued_in_future', { iat: NOW + 6, exp: NOW + 30 }),
  'refused-expired': refused('expired', { iat: NOW - 40, exp: NOW - 10 }),
}
