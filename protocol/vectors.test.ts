// Every vector file means what it says: to both of our verifiers, and to a JOSE library that is not ours.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compactVerify, importJWK } from 'jose'
import { expect, test } from 'vitest'
import type { Keyset } from './claims/keyset.ts'
import { INVITATION_CODES, KEY_CODES, KEYSET_CODES, VERIFY_CODES } from './codes.ts'
import { verifyEnroll } from './enrolment.ts'
import { deriveInvitation, formatInvitation, parseInvitation } from './invitation.ts'
import { keyring, keysetKeyring } from './keyring.ts'
import { portablePublicKey } from './keys.ts'
import { verifyKeyset } from './keyset.ts'
import type { Kind } from './kinds.ts'
import { publicKey } from './node.ts'
import type { EnrolmentCase } from './vectors/enrolment-cases.ts'
import type { InvitationCase } from './vectors/invitation-cases.ts'
import { TRUSTED } from './vectors/keys.ts'
import type { KeysetCase } from './vectors/keyset-cases.ts'
import { vectorFiles } from './vectors/make.ts'
import { verify } from './verify.ts'

interface Vector {
  /** Where there is one, its keys count. */
  keyset?: Keyset
  kinds: Kind[]
  audience: string
  topic: string | null
  now: number
  token: string
  claims?: unknown
  code?: string
}

const folder = join(import.meta.dirname, 'vectors')
const read = <Case>(name: string) =>
  readdirSync(join(folder, name)).map((file): [string, Case] => [
    file,
    JSON.parse(readFileSync(join(folder, name, file), 'utf8')),
  ])
const valid = read<Vector>('valid')
const refused = read<Vector>('refused')
const keysets = read<KeysetCase>('keysets')
const enrolments = read<EnrolmentCase>('enrolments')
const invitations = read<InvitationCase>('invitations')

for (const [engine, makeKey] of [
  ['node:crypto', publicKey],
  ['portable', portablePublicKey],
] as const) {
  const trusted = keyring(TRUSTED.map((each) => ({ ...each, key: makeKey(each.key.publicKey) })))
  const ringOf = ({ keyset }: Vector) =>
    keyset === undefined ? trusted : keysetKeyring(keyset, makeKey)

  test.each(valid)(`${engine} verifies valid/%s`, (_file, vector) => {
    const verified = verify(vector.token, ringOf(vector), vector)
    expect(verified).toMatchObject({ ok: true, claims: vector.claims })
  })

  test.each(refused)(`${engine} refuses refused/%s with the code it names`, (_file, vector) => {
    const verified = verify(vector.token, ringOf(vector), vector)
    expect(verified).toMatchObject({ ok: false, code: vector.code })
  })
}

test.each(keysets)('the verdict of keysets/%s is the one it names', (_file, vector) => {
  const { claims, hash, root, code, text, ...expected } = vector
  expect(verifyKeyset(text, expected)).toMatchObject(
    code === undefined
      ? { ok: true, claims, hash, root, version: claims?.version }
      : { ok: false, code },
  )
})

test.each(enrolments)('the verdict of enrolments/%s is the one it names', (_file, vector) => {
  const { claims, code, token, ...expected } = vector
  expect(verifyEnroll(token, expected)).toMatchObject(
    code === undefined ? { ok: true, claims } : { ok: false, code },
  )
})

test.each(invitations)('the verdict of invitations/%s is the one it names', (_file, vector) => {
  const { text, invitation, keys, code } = vector
  const result = parseInvitation(text, vector)
  expect(result).toMatchObject(code === undefined ? { ok: true, invitation } : { ok: false, code })
  if (result.ok) expect(formatInvitation(result.invitation)).toBe(text)
  if (keys !== undefined) expect(deriveInvitation(text)).toEqual(keys)
})

test.each(valid)('jose verifies valid/%s', async (_file, vector) => {
  const keys = TRUSTED.map(({ key }) => ({
    kty: 'OKP',
    crv: 'Ed25519',
    x: key.publicKey,
    kid: key.kid,
  }))
  const { payload, protectedHeader } = await compactVerify(
    vector.token,
    async (header) => importJWK(keys.find(({ kid }) => kid === header.kid) ?? {}, 'Ed25519'),
    { algorithms: ['Ed25519'] },
  )
  expect(protectedHeader.typ).toMatch(/^keyside-[a-z]+\+jwt$/)
  expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(vector.claims)
})

test('the files are what the generator writes', () => {
  for (const [path, text] of vectorFiles())
    expect(readFileSync(join(folder, path), 'utf8')).toBe(text)
  const folders = [valid, refused, keysets, enrolments, invitations]
  expect(vectorFiles().size).toBe(folders.flat().length + 2)
})

test('every refusal of the open path has a vector', () => {
  const reached = (cases: readonly [string, { code?: string }][]) =>
    new Set(cases.map(([, { code }]) => code))
  const missing = (codes: readonly string[], among: ReadonlySet<string | undefined>) =>
    codes.filter((code) => !among.has(code))
  expect(missing(VERIFY_CODES, reached(refused))).toEqual([])
  expect(missing([...KEYSET_CODES, ...KEY_CODES], reached(keysets))).toEqual([])
  expect(missing(['enroll_mac_invalid', ...KEY_CODES], reached(enrolments))).toEqual([])
  expect(missing([...INVITATION_CODES, 'invitation_expired'], reached(invitations))).toEqual([])
})
