// Every vector file means what it says: to both of our verifiers, and to a JOSE library that is not ours.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compactVerify, importJWK } from 'jose'
import { expect, test } from 'vitest'
import { VERIFY_CODES } from './codes.ts'
import { keyring } from './keyring.ts'
import { portablePublicKey } from './keys.ts'
import type { Kind } from './kinds.ts'
import { publicKey } from './node.ts'
import { TRUSTED } from './vectors/keys.ts'
import { vectorFiles } from './vectors/make.ts'
import { verify } from './verify.ts'

interface Vector {
  kinds: Kind[]
  audience: string
  topic: string | null
  now: number
  token: string
  claims?: unknown
  code?: string
}

const folder = join(import.meta.dirname, 'vectors')
const read = (name: string) =>
  readdirSync(join(folder, name)).map((file): [string, Vector] => [
    file,
    JSON.parse(readFileSync(join(folder, name, file), 'utf8')),
  ])
const valid = read('valid')
const refused = read('refused')

const rings = {
  'node:crypto': keyring(TRUSTED.map((each) => ({ ...each, key: publicKey(each.key.publicKey) }))),
  portable: keyring(
    TRUSTED.map((each) => ({ ...each, key: portablePublicKey(each.key.publicKey) })),
  ),
}

for (const [engine, ring] of Object.entries(rings)) {
  test.each(valid)(`${engine} verifies valid/%s`, (_file, vector) => {
    expect(verify(vector.token, ring, vector)).toMatchObject({ ok: true, claims: vector.claims })
  })

  test.each(refused)(`${engine} refuses refused/%s with the code it names`, (_file, vector) => {
    expect(verify(vector.token, ring, vector)).toMatchObject({ ok: false, code: vector.code })
  })
}

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
  expect(vectorFiles().size).toBe(valid.length + refused.length + 1)
})

test('every refusal of the open path has a vector', () => {
  const reached = new Set(refused.map(([, vector]) => vector.code))
  expect(VERIFY_CODES.filter((code) => !reached.has(code))).toEqual([])
})
