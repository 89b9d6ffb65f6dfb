// Keysets that must be taken, and one for each reason to refuse it. A case is what comes, what is held, and the verdict.
import type { Keyset } from '../claims/keyset.ts'
import { hashText } from '../hash.ts'
import { headerSegment } from '../keyring.ts'
import { type HeldKeyset, type RefusedKeyset, rootFingerprint } from '../keyset.ts'
import { sign } from '../sign.ts'
import { NOW } from './claims.ts'
import { base64url, signPayload, signSegments } from './forge.ts'
import { PROVIDER, STRANGER, type VectorKey } from './keys.ts'
import {
  firstRoot,
  keyset,
  ROOT_1,
  ROOT_2,
  ROOT_3,
  rotated,
  secondRoot,
} from './provider-claims.ts'

export interface KeysetCase {
  readonly pinned: string
  readonly held: HeldKeyset | null
  readonly topic: string
  readonly now: number
  readonly text: string
  readonly claims?: Keyset
  readonly hash?: string
  readonly root?: string
  readonly code?: RefusedKeyset['code']
}

const TOPIC = 'keyside/v1/keyset/acme'
const DAY = 86_400

const by = (claims: object, ...signers: readonly VectorKey[]) =>
  signers.map((signer) => signPayload(JSON.stringify(claims), 'keyset', signer)).join('\n')
const payloadOf = (text: string) => text.split('.')[1] ?? ''
const heldAs = (claims: Keyset): HeldKeyset => ({
  version: claims.version,
  hash: hashText(base64url(JSON.stringify(claims))),
  root: rootFingerprint(claims.roots.at(-1) ?? firstRoot),
})

const base = { pinned: rootFingerprint(firstRoot), held: null, topic: TOPIC, now: NOW }

const taken = (claims: Keyset, text: string, change: Partial<KeysetCase> = {}): KeysetCase => ({
  ...base,
  ...change,
  text,
  claims,
  hash: hashText(payloadOf(text)),
  root: heldAs(claims).root,
})
const refused = (
  code: RefusedKeyset['code'],
  text: string,
  change: Partial<KeysetCase> = {},
): KeysetCase => ({ ...base, ...change, text, code })

const one = sign('keyset', keyset, ROOT_1.key)
const both = by(rotated, ROOT_1, ROOT_2)
/** The old root is gone: for devices that hold the one before it, and for links that pin the new one. */
const onlyNew: Keyset = { ...keyset, version: 9, roots: [secondRoot] }
const changed = (change: object, ...signers: readonly VectorKey[]) =>
  by({ ...keyset, ...change }, ...(signers.length === 0 ? [ROOT_1] : signers))

/** Signs well, under the name of another key. */
const underNameOf = ({ key }: VectorKey, signer: VectorKey): VectorKey => ({
  ...signer,
  key: { ...signer.key, kid: key.kid },
})

const strangersRoot = { keys: [STRANGER.key.publicKey], threshold: 1 }
const smallOrder = { keys: ['AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'], threshold: 1 }
const linesOf = (text: string) => text.split('\n')

export const KEYSET_CASES: Readonly<Record<string, KeysetCase>> = {
  'taken-one-signer': taken(keyset, one),
  'taken-the-same-again': taken(keyset, one, { held: heldAs(keyset) }),
  'taken-higher-version': taken(keyset, one, { held: heldAs({ ...keyset, version: 6 }) }),
  'taken-new-root': taken(rotated, both),
  'taken-new-root-after-the-old': taken(rotated, both, { held: heldAs(keyset) }),
  'taken-other-two-of-three': taken(rotated, by(rotated, ROOT_3, ROOT_1)),
  'taken-without-the-old-root': taken(onlyNew, by(onlyNew, ROOT_2, ROOT_3), {
    held: heldAs(rotated),
  }),
  'taken-by-a-link-to-the-new-root': taken(rotated, by(rotated, ROOT_3, ROOT_2), {
    pinned: rootFingerprint(secondRoot),
  }),

  'refused-empty': refused('token_malformed', ''),
  'refused-newline-at-end': refused('token_malformed', `${one}\n`),
  'refused-six-tokens': refused('token_malformed', Array(6).fill(one).join('\n')),
  'refused-too-large': refused('token_too_large', `${one}\n`.repeat(20)),
  'refused-loose-bits': refused('token_not_canonical', `${one.slice(0, -1)}B`),
  'refused-one-signer-twice': refused('token_malformed', `${one}\n${one}`),
  'refused-two-payloads': refused(
    'token_malformed',
    [linesOf(both)[0], linesOf(by({ ...rotated, version: 9 }, ROOT_2))[0]].join('\n'),
  ),
  'refused-json': refused('json_malformed', signPayload('{', 'keyset', ROOT_1)),
  'refused-version-zero': refused('claims_invalid', changed({ version: 0 })),
  'refused-ext': refused('claims_invalid', changed({ ext: { a: 'b' } })),
  'refused-key-kind-access': refused(
    'claims_invalid',
    changed({ keys: [{ key: PROVIDER.key.publicKey, kinds: ['access'] }] }),
  ),
  'refused-key-kind-keyset': refused(
    'claims_invalid',
    changed({ keys: [{ key: PROVIDER.key.publicKey, kinds: ['keyset'] }] }),
  ),
  'refused-key-twice': refused(
    'claims_invalid',
    changed({ keys: [...keyset.keys, ...keyset.keys] }),
  ),
  'refused-plan-twice': refused(
    'claims_invalid',
    changed({ plans: [...keyset.plans, ...keyset.plans] }),
  ),
  'refused-root-keys-not-sorted': refused(
    'claims_invalid',
    changed({ roots: [{ ...secondRoot, keys: secondRoot.keys.toReversed() }] }),
  ),
  'refused-threshold-above-keys': refused(
    'claims_invalid',
    changed({ roots: [{ ...firstRoot, threshold: 2 }] }),
  ),
  'refused-threshold-zero': refused(
    'claims_invalid',
    changed({ roots: [{ ...firstRoot, threshold: 0 }] }),
  ),
  'refused-address-in-clear-with-pin': refused(
    'claims_invalid',
    changed({ addresses: [{ url: 'mqtt://broker.example:1883', tls: 'ca' }] }),
  ),
  'refused-address-with-path': refused(
    'claims_invalid',
    changed({ addresses: [{ url: 'mqtts://broker.example:8883/x', tls: 'ca' }] }),
  ),
  'refused-root-of-another': refused(
    'keyset_root_unknown',
    changed({ roots: [strangersRoot] }, STRANGER),
  ),
  'refused-root-of-another-beside-it': refused('header_not_pinned', by(keyset, ROOT_1, STRANGER)),
  'refused-signed-by-the-engine-key': refused('header_not_pinned', by(keyset, PROVIDER)),
  'refused-signal-under-root-key': refused(
    'header_not_pinned',
    signSegments(headerSegment(ROOT_1.key.kid, 'signal'), payloadOf(one), ROOT_1),
  ),
  'refused-under-the-name-of-root': refused(
    'signature_invalid',
    by(keyset, underNameOf(ROOT_1, STRANGER)),
  ),
  'refused-new-root-by-itself-alone': refused(
    'keyset_signatures_missing',
    by({ ...rotated, roots: [firstRoot, strangersRoot] }, STRANGER),
  ),
  'refused-new-root-by-the-old-alone': refused(
    'keyset_signatures_missing',
    by({ ...rotated, roots: [firstRoot, strangersRoot] }, ROOT_1),
  ),
  'refused-one-of-two': refused('keyset_signatures_missing', by(rotated, ROOT_1)),
  'refused-old-root-after-its-end': refused('keyset_root_unknown', changed({ version: 9 }), {
    held: heldAs(rotated),
  }),
  'refused-root-of-small-order': refused(
    'key_refused',
    changed({ roots: [firstRoot, smallOrder] }, ROOT_1, smallOrderSigner()),
  ),
  'refused-key-of-small-order': refused(
    'key_refused',
    changed({ keys: [{ key: smallOrder.keys[0], kinds: ['signal'] }] }),
  ),
  'refused-topic-of-another': refused('topic_mismatch', one, { topic: 'keyside/v1/keyset/beta' }),
  'refused-version-old': refused('keyset_version_old', one, {
    held: heldAs({ ...keyset, version: 8 }),
  }),
  'refused-twins': refused('keyset_twice', changed({ revoked: [] }), { held: heldAs(keyset) }),
  'refused-twins-when-expired': refused('keyset_twice', changed({ revoked: [] }), {
    held: heldAs(keyset),
    now: keyset.exp,
  }),
  'refused-expired': refused('keyset_expired', one, { now: keyset.exp }),
  'refused-held-one-that-expired': refused('keyset_expired', one, {
    held: heldAs(keyset),
    now: keyset.exp,
  }),
  'refused-in-future': refused('issued_in_future', changed({ iat: NOW + 6 })),
  'refused-lives-401-days': refused('life_too_long', changed({ exp: NOW + 401 * DAY })),
}

/** Whoever reads a signature of it accepts any. */
function smallOrderSigner(): VectorKey {
  const [publicKey = ''] = smallOrder.keys
  const kid = hashText(`{"crv":"Ed25519","kty":"OKP","x":"${publicKey}"}`)
  const neutral = Uint8Array.from({ length: 64 }, (_, at) => (at === 0 ? 1 : 0))
  return { ...STRANGER, key: { kid, publicKey, sign: () => neutral } }
}
