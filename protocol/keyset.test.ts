// The attacks on updates that TUF names, on keysets: what the thief has, and what it gets.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Keyset } from './claims/keyset.ts'
import { keysetKeyring } from './keyring.ts'
import {
  type HeldKeyset,
  type RefusedKeyset,
  rootFingerprint,
  type VerifiedKeyset,
  verifyKeyset,
} from './keyset.ts'
import { sign } from './sign.ts'
import { head, NOW } from './vectors/claims.ts'
import { signPayload } from './vectors/forge.ts'
import { PROVIDER, STRANGER, type VectorKey } from './vectors/keys.ts'
import {
  firstRoot,
  keyset,
  ofProvider,
  ROOT_1,
  ROOT_2,
  ROOT_3,
  rotated,
  secondRoot,
} from './vectors/provider-claims.ts'
import { verify } from './verify.ts'

const topic = 'keyside/v1/keyset/acme'
const signedBy = (claims: Keyset, ...signers: readonly VectorKey[]) =>
  signers.map(({ key }) => sign('keyset', claims, key)).join('\n')

function read(
  text: string,
  held: HeldKeyset | null = null,
  now = NOW,
): VerifiedKeyset | RefusedKeyset {
  return verifyKeyset(text, { pinned: rootFingerprint(firstRoot), topic, now, held })
}

function taken(text: string, held: HeldKeyset | null = null): HeldKeyset {
  const result = read(text, held)
  if (!result.ok) throw new Error(result.message)
  const { version, hash, root } = result
  return { version, hash, root }
}

test('rollback: in whatever order keysets come, and however often, the version held never falls', () => {
  const versions = Array.from({ length: 6 }, (_, nth) => nth + 1)
  const texts = versions.map((version) => signedBy({ ...keyset, version }, ROOT_1))
  fc.assert(
    fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 15 }), (order) => {
      let held: HeldKeyset | null = null
      for (const nth of order) {
        const result = read(texts[nth] ?? '', held)
        const before: number = held?.version ?? 0
        if (nth + 1 < before) expect(result).toMatchObject({ code: 'keyset_version_old' })
        else expect(result).toMatchObject({ ok: true, version: nth + 1 })
        if (result.ok) held = result
      }
      expect(held?.version).toBe(Math.max(...order) + 1)
    }),
    { numRuns: 20 },
  )
})

test('freeze: a keyset that is held back until its end counts no more, not even the one held', () => {
  const text = signedBy(keyset, ROOT_1)
  const held = taken(text)
  expect(read(text, held, keyset.exp - 0.001)).toMatchObject({ ok: true })
  expect(read(text, held, keyset.exp)).toMatchObject({ code: 'keyset_expired' })
  expect(read(text, null, keyset.exp)).toMatchObject({ code: 'keyset_expired' })
})

test('fast-forward: no key but the root can name a higher version', () => {
  const ahead = { ...keyset, version: Number.MAX_SAFE_INTEGER }
  const held = taken(signedBy(keyset, ROOT_1))
  expect(read(signedBy(ahead, PROVIDER), held), 'the engine and authority key').toMatchObject({
    code: 'header_not_pinned',
  })
  expect(read(signedBy(ahead, STRANGER), held)).toMatchObject({ code: 'header_not_pinned' })
  const inTwo = taken(signedBy(rotated, ROOT_1, ROOT_2))
  const one = { ...ahead, roots: rotated.roots }
  expect(read(signedBy(one, ROOT_3), inTwo), 'one root key of two').toMatchObject({
    code: 'keyset_signatures_missing',
  })
  const over = { ...keyset, version: 2 ** 53 }
  const text = signPayload(JSON.stringify(over), 'keyset', ROOT_1)
  expect(read(text, held)).toMatchObject({ code: 'claims_invalid' })
})

test('mix-and-match: signatures of two keysets do not add up', () => {
  const other = { ...rotated, revoked: [] }
  const [first = ''] = signedBy(rotated, ROOT_1).split('\n')
  const [second = ''] = signedBy(other, ROOT_2).split('\n')
  expect(read(`${first}\n${second}`)).toMatchObject({ code: 'token_malformed' })
  const [header, , signature] = second.split('.')
  const grafted = [header, first.split('.')[1], signature].join('.')
  expect(read(`${first}\n${grafted}`)).toMatchObject({ code: 'signature_invalid' })
})

test("mix-and-match: another provider's root signs nothing here, and its keyset counts nowhere else", () => {
  const foreign: Keyset = {
    ...keyset,
    roots: [{ keys: [STRANGER.key.publicKey], threshold: 1 }],
  }
  expect(read(signedBy(foreign, STRANGER))).toMatchObject({ code: 'keyset_root_unknown' })
  expect(read(signedBy({ ...foreign, roots: [firstRoot] }, STRANGER))).toMatchObject({
    code: 'header_not_pinned',
  })
  const both = { ...keyset, roots: [...foreign.roots, firstRoot] }
  expect(read(signedBy(both, STRANGER))).toMatchObject({ code: 'keyset_signatures_missing' })
  const elsewhere = signedBy({ ...keyset, iss: 'beta' }, ROOT_1)
  expect(read(elsewhere)).toMatchObject({ code: 'topic_mismatch' })
})

test.each([
  ['one long token', 'A'.repeat(20_000_000)],
  ['many lines', '\n'.repeat(20_000_000)],
  ['one keyset again and again', `${signedBy(keyset, ROOT_1)}\n`.repeat(10_000)],
])('endless data: %s is refused by its size', (_, text) => {
  expect(read(text)).toMatchObject({ code: 'token_too_large' })
})

test('endless data: a root cannot make a device hold more than the schema has places for', () => {
  const many = { ...keyset, revoked: Array.from({ length: 65 }, () => keyset.revoked[0]) }
  const text = signPayload(JSON.stringify(many), 'keyset', ROOT_1)
  expect(read(text)).toMatchObject({ code: 'claims_invalid' })
})

test('twin versions: two contents under one number are told from the same keyset signed again', () => {
  const held = taken(signedBy(rotated, ROOT_1, ROOT_2))
  expect(read(signedBy(rotated, ROOT_3, ROOT_1), held)).toMatchObject({ ok: true, ...held })
  const twin = { ...rotated, jti: PROVIDER.key.kid.slice(0, 21).concat('A') }
  expect(read(signedBy(twin, ROOT_1, ROOT_2), held)).toMatchObject({ code: 'keyset_twice' })
})

test('a root change needs the old root and the new one', () => {
  const held = taken(signedBy(keyset, ROOT_1))
  const thief = { keys: [STRANGER.key.publicKey], threshold: 1 }
  const next: Keyset = { ...keyset, version: 8, roots: [firstRoot, thief] }
  for (const signer of [STRANGER, ROOT_1])
    expect(read(signedBy(next, signer), held)).toMatchObject({ code: 'keyset_signatures_missing' })
  expect(read(signedBy(rotated, ROOT_1, ROOT_3), held)).toMatchObject({
    ok: true,
    root: rootFingerprint(secondRoot),
  })
})

test('no root of the way may be left out: who stole the first cannot lead past the second', () => {
  const thief = { keys: [STRANGER.key.publicKey], threshold: 1 }
  const past: Keyset = { ...keyset, version: 9, roots: [firstRoot, secondRoot, thief] }
  expect(read(signedBy(past, ROOT_1, STRANGER))).toMatchObject({
    code: 'keyset_signatures_missing',
  })
})

test('a root that was replaced signs nothing any more, and the new one alone is enough', () => {
  const held = taken(signedBy(rotated, ROOT_1, ROOT_2), taken(signedBy(keyset, ROOT_1)))
  const back: Keyset = { ...keyset, version: 9 }
  expect(read(signedBy(back, ROOT_1), held)).toMatchObject({ code: 'keyset_root_unknown' })
  const forth: Keyset = { ...keyset, version: 9, roots: [secondRoot] }
  expect(read(signedBy(forth, ROOT_3, ROOT_2), held)).toMatchObject({ ok: true, version: 9 })
})

const place = { audience: 'executors', topic: 'keyside/v1/signal/acme/trend' }

test('a key that a keyset leaves out is not known, and one that it revokes is told by name', () => {
  const token = sign('signal', ofProvider, PROVIDER.key)
  const without = keysetKeyring({ ...keyset, keys: [] })
  const revoked = keysetKeyring({ ...keyset, keys: [], revoked: [PROVIDER.key.kid] })
  const expected = { kinds: ['signal' as const], now: NOW, ...place }
  expect(verify(token, keysetKeyring(keyset), expected)).toMatchObject({ ok: true })
  expect(verify(token, without, expected)).toMatchObject({ code: 'header_not_pinned' })
  expect(verify(token, revoked, expected)).toMatchObject({ code: 'key_revoked' })
  expect(verify(token, revoked, { ...expected, history: true })).toMatchObject({
    code: 'key_revoked',
  })
})

test('a replayed signal is read after its time, within the time of its key, and never from the future', () => {
  const [engine] = keyset.keys
  if (engine === undefined) throw new Error('no key')
  const end = NOW + 100
  const pins = keysetKeyring({ ...keyset, keys: [{ ...engine, until: end }] })
  const at = (change: object, now: number, history = true) =>
    verify(signPayload(JSON.stringify({ ...ofProvider, ...change }), 'signal', PROVIDER), pins, {
      kinds: ['signal'],
      now,
      history,
      ...place,
    })
  expect(at({}, NOW + 50, false)).toMatchObject({ code: 'expired' })
  expect(at({}, NOW + 50)).toMatchObject({ ok: true })
  expect(at({}, end + 50, false)).toMatchObject({ code: 'key_expired' })
  expect(at({}, end + 50)).toMatchObject({ ok: true })
  const late = { iat: end, exp: end + 30, validUntil: end + 60 }
  expect(at(late, end + 50)).toMatchObject({ code: 'key_expired' })
  expect(at({ iat: NOW + 6, exp: NOW + 36 }, NOW)).toMatchObject({ code: 'issued_in_future' })
  expect(at({ exp: ofProvider.iat + 61 }, NOW)).toMatchObject({ code: 'life_too_long' })
})

test('a key that may sign heads alone signs no signal', () => {
  const keys = keyset.keys.map((key) => ({ ...key, kinds: ['head' as const] }))
  const pins = keysetKeyring({ ...keyset, keys })
  const token = sign('head', { ...head, iss: 'acme' }, PROVIDER.key)
  const topic = 'keyside/v1/head/acme/trend'
  const expected = { kinds: ['signal' as const, 'head' as const], audience: 'executors', now: NOW }
  expect(verify(token, pins, { ...expected, topic })).toMatchObject({ ok: true, kind: 'head' })
  const signal = sign('signal', ofProvider, PROVIDER.key)
  expect(verify(signal, pins, { ...expected, ...place })).toMatchObject({
    code: 'header_not_pinned',
  })
})
