// The corners of Ed25519 in which verifiers differ: the portable one and OpenSSL must give one verdict on all of them.
import { Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeBase64url } from './base64url.ts'
import { enrolKey, portablePublicKey, portableSigningKey } from './keys.ts'
import { publicKey } from './node.ts'

const { n: ORDER, p: FIELD } = Point.CURVE()
const MESSAGE = new TextEncoder().encode('one verdict')

const numberOf = (bytes: Uint8Array) =>
  bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)
const bytesOf = (number: bigint) =>
  Uint8Array.from({ length: 32 }, (_, at) => Number((number >> BigInt(8 * at)) & 255n))
const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts))

/** Points of order 1, 2, 4 and 8: what is left of any point times the order of the large group. */
const SMALL: readonly Point[] = (() => {
  for (let y = 2n; ; y += 1n) {
    try {
      const point = Point.fromBytes(bytesOf(y), false)
      const eighth = point.multiply(ORDER - 1n, false).add(point)
      const order8 = !eighth.multiply(4n, false).is0()
      if (order8)
        return Array.from({ length: 8 }, (_, times) => eighth.multiply(BigInt(times), false))
    } catch {
      // No point of the curve has this y.
    }
  }
})()

interface Secret {
  readonly scalar: bigint
  readonly point: Point
}

function secretOf(byte: number): Secret {
  const scalar = numberOf(sha512(Uint8Array.of(byte))) % ORDER
  return { scalar, point: Point.BASE.multiply(scalar) }
}

interface Signing {
  readonly key?: Uint8Array
  readonly nonce?: bigint
  /** Added to R before it is signed. */
  readonly twist?: Point
  /** How R is written. */
  readonly writtenR?: Uint8Array
  readonly addToS?: bigint
}

/** RFC 8032 section 5.1.6, with whatever is changed of it. */
function signed({ scalar, point }: Secret, change: Signing = {}): Uint8Array {
  const nonce = change.nonce ?? 12_345n
  const plain = nonce === 0n ? Point.ZERO : Point.BASE.multiply(nonce)
  const R = change.writtenR ?? plain.add(change.twist ?? Point.ZERO).toBytes()
  const k = numberOf(sha512(joined(R, change.key ?? point.toBytes(), MESSAGE))) % ORDER
  return joined(R, bytesOf(((nonce + k * scalar) % ORDER) + (change.addToS ?? 0n)))
}

type Verdict = 'accepted' | 'refused' | 'key refused' | 'they differ'

function verdictOn(key: Uint8Array, signature: Uint8Array): Verdict {
  const text = encodeBase64url(key)
  if (!enrolKey(text).ok) return 'key refused'
  const portable = portablePublicKey(text).verify(MESSAGE, signature)
  const onOpenSsl = publicKey(text).verify(MESSAGE, signature)
  if (portable !== onOpenSsl) return 'they differ'
  return portable ? 'accepted' : 'refused'
}

const OWN = secretOf(1)
const OWN_KEY = OWN.point.toBytes()
const twisted = (times: number) => OWN.point.add(SMALL[times] ?? Point.ZERO).toBytes()

test('an honest signature is accepted by both, and one made here is made like it', () => {
  expect(verdictOn(OWN_KEY, signed(OWN))).toBe('accepted')
  const key = portableSigningKey(new Uint8Array(32).fill(1))
  expect(publicKey(key.publicKey).verify(MESSAGE, key.sign(MESSAGE))).toBe(true)
  expect(portablePublicKey(key.publicKey).verify(MESSAGE, key.sign(MESSAGE))).toBe(true)
})

test('there are eight points of small order, and none is a key', () => {
  const keys = SMALL.map((point) => point.toBytes())
  expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(8)
  for (const key of keys) expect(verdictOn(key, joined(key, bytesOf(0n)))).toBe('key refused')
})

test.each([1, 2, 3, 4, 5, 6, 7])(
  'a key of mixed order is none either, though its owner can sign with it (%i/8)',
  (times) => {
    const key = twisted(times)
    expect(verdictOn(key, signed(OWN, { key }))).toBe('key refused')
  },
)

test.each([1, 2, 3, 4, 5, 6, 7])(
  'an R with a part of small order, which the equation with the cofactor accepts, is refused (%i/8)',
  (times) => {
    const twist = SMALL[times] ?? Point.ZERO
    expect(verdictOn(OWN_KEY, signed(OWN, { twist }))).toBe('refused')
    expect(verdictOn(OWN_KEY, signed(OWN, { twist, nonce: 0n })), 'R of small order').toBe(
      'refused',
    )
  },
)

test('an R that is the identity is refused, though the equation holds', () => {
  expect(verdictOn(OWN_KEY, signed(OWN, { nonce: 0n }))).toBe('refused')
})

test.each([
  ['the identity, written as y = 1 + p', bytesOf(1n + FIELD)],
  ['the identity with the sign bit', bytesOf(1n + (1n << 255n))],
  ['no point', bytesOf(2n)],
  ['a point, written as y = p', bytesOf(FIELD)],
])('an R that is %s is refused', (_, writtenR) => {
  expect(verdictOn(OWN_KEY, signed(OWN, { writtenR, nonce: 0n }))).toBe('refused')
})

test.each([1n, 2n, 7n])(
  'an S above the order is refused, though it is the same number (%i times)',
  (times) => {
    expect(verdictOn(OWN_KEY, signed(OWN, { addToS: times * ORDER }))).toBe('refused')
  },
)

test('a key that is written with y above p is none', () => {
  for (let y = 0n; y < 19n; y += 1n)
    for (const sign of [0n, 1n << 255n])
      expect(verdictOn(bytesOf(FIELD + y + sign), signed(OWN))).toBe('key refused')
})

test('whatever is changed in a signature, the two say the same', () => {
  const byte = fc.record({ at: fc.nat(63), with: fc.integer({ min: 1, max: 255 }) })
  fc.assert(
    fc.property(
      fc.array(byte, { maxLength: 3 }),
      fc.integer({ min: 0, max: 7 }),
      (changes, times) => {
        const signature = signed(OWN, { twist: SMALL[times] ?? Point.ZERO })
        for (const change of changes)
          signature[change.at] = (signature[change.at] ?? 0) ^ change.with
        expect(verdictOn(OWN_KEY, signature)).not.toBe('they differ')
      },
    ),
    { numRuns: 60 },
  )
})
