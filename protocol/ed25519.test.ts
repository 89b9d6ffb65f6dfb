// The corners of Ed25519 in which verifiers differ: the portable one and OpenSSL must give one verdict on all of them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Point } from '@noble/ed25519'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { portablePublicKey, portableSigningKey } from './keys.ts'
import { publicKey } from './node.ts'
import { tallyOf } from './testing/ed25519-files.ts'
import { verdictOn } from './testing/verdict.ts'
import { ED25519_CASES, type Ed25519Case } from './vectors/ed25519-cases.ts'
import { forgeSignature, SMALL, secretOf } from './vectors/ed25519-forge.ts'

const MESSAGE = new TextEncoder().encode('one verdict')
const file = join(import.meta.dirname, 'vectors/ed25519.json')
const cases: Ed25519Case[] = JSON.parse(readFileSync(file, 'utf8'))

test.each(cases)('both verifiers give the verdict of the vector "$name"', (each) => {
  const [key, signature, message] = [each.pub_key, each.signature, each.message].map((hex) =>
    Uint8Array.fromHex(hex),
  )
  if (key === undefined || signature === undefined || message === undefined) throw new Error()
  expect(verdictOn(key, signature, message)).toBe(each.verdict)
})

test('there are eight points of small order, and a vector for each of these and of the seven mixtures', () => {
  expect(new Set(SMALL.map((point) => point.toBytes().toHex())).size).toBe(8)
  const named = (start: string) => ED25519_CASES.filter(({ name }) => name.startsWith(start))
  expect(named('key of small order')).toHaveLength(8)
  expect(named('key of mixed order')).toHaveLength(14)
  expect(named('R of mixed order')).toHaveLength(7)
})

const OWN = secretOf(1)
const OWN_KEY = OWN.point.toBytes()

test('a signature that is made here is accepted by both', () => {
  const key = portableSigningKey(new Uint8Array(32).fill(1))
  expect(publicKey(key.publicKey).verify(MESSAGE, key.sign(MESSAGE))).toBe(true)
  expect(portablePublicKey(key.publicKey).verify(MESSAGE, key.sign(MESSAGE))).toBe(true)
})

test('vectors are read in the forms that others publish', () => {
  const [honest, ...rest] = ED25519_CASES
  if (honest === undefined) throw new Error()
  const { pub_key, message, signature } = honest
  const group = (result: string) => ({
    publicKey: { pk: pub_key },
    tests: [{ msg: message, sig: signature, result }],
  })
  const wycheproof = { testGroups: [group('valid'), group('invalid')] }
  expect(tallyOf(JSON.stringify(wycheproof))).toMatchObject({ accepted: 2, 'against the file': 1 })
  const cctv = [{ key: pub_key, sig: signature, msg: 'one verdict' }]
  expect(tallyOf(JSON.stringify(cctv))).toMatchObject({ accepted: 1 })
  const speccheck = tallyOf(JSON.stringify([honest, ...rest]))
  expect(speccheck).toMatchObject({ accepted: 1, 'they differ': 0, 'against the file': 0 })
  expect(() => tallyOf('[{}]')).toThrow()
})

test('whatever is changed in a signature, the two say the same', () => {
  const byte = fc.record({ at: fc.nat(63), with: fc.integer({ min: 1, max: 255 }) })
  fc.assert(
    fc.property(
      fc.array(byte, { maxLength: 3 }),
      fc.integer({ min: 0, max: 7 }),
      (changes, times) => {
        const signature = forgeSignature(MESSAGE, OWN, { twist: SMALL[times] ?? Point.ZERO })
        for (const change of changes)
          signature[change.at] = (signature[change.at] ?? 0) ^ change.with
        expect(verdictOn(OWN_KEY, signature, MESSAGE)).not.toBe('they differ')
      },
    ),
    { numRuns: 60 },
  )
})
