// Ed25519 keys: who may be trusted, and how a key is named (RFC 8032, RFC 8037, RFC 7638).
import { getPublicKey, hashes, sign as nobleSign, Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { hashText } from './hash.ts'

hashes.sha512 = sha512

/** A private key that signs. It does not give its secret back. */
export interface SigningKey {
  /** JWK thumbprint of the public key. */
  readonly kid: string
  /** Raw public key, base64url, 43 characters. */
  readonly publicKey: string
  sign(message: Uint8Array): Uint8Array
}

/** A public key that passed enrolment. */
export interface PublicKey {
  readonly kid: string
  readonly publicKey: string
  verify(message: Uint8Array, signature: Uint8Array): boolean
}

export type Enrolment =
  | { ok: true; bytes: Uint8Array }
  | { ok: false; code: 'key_refused'; message: string }

/** RFC 7638 section 3.2 with the members that RFC 8037 section 2 requires, in their fixed order. */
export function thumbprint(publicKey: string): string {
  return hashText(`{"crv":"Ed25519","kty":"OKP","x":"${publicKey}"}`)
}

/**
 * Accepts only canonical encodings of points of the prime-order group: with others a signature could fit two messages,
 * or one verifier and not the other.
 */
export function enrolKey(publicKey: string): Enrolment {
  const bytes = decodeBase64url(publicKey)
  if (bytes?.length !== 32) return refused('expected 32 bytes in base64url')
  if (accepted.has(publicKey)) return { ok: true, bytes }
  try {
    const point = Point.fromBytes(bytes, false)
    if (point.isSmallOrder()) return refused('the key is of small order')
    if (!point.isTorsionFree()) return refused('the key is of mixed order')
  } catch {
    return refused('the bytes are no point of the curve')
  }
  if (accepted.size >= MAX_ACCEPTED) accepted.clear()
  accepted.add(publicKey)
  return { ok: true, bytes }
}

/** To look at a point takes longer than ten signatures, and a program meets its few keys again and again as it starts. */
const accepted = new Set<string>()
const MAX_ACCEPTED = 64

/** The key whose 32 secret bytes are `seed`. Portable; on Node use `signingKey` of `@keyside/protocol/node`. */
export function portableSigningKey(seed: Uint8Array): SigningKey {
  const publicKey = encodeBase64url(getPublicKey(seed))
  return {
    kid: thumbprint(publicKey),
    publicKey,
    sign: (message) => nobleSign(message, seed),
  }
}

/** Portable verifier, with the verdicts of OpenSSL. Throws a RangeError for a key that enrolment refuses. */
export function portablePublicKey(publicKey: string): PublicKey {
  const enrolled = enrolKey(publicKey)
  if (!enrolled.ok) throw new RangeError(enrolled.message)
  return {
    kid: thumbprint(publicKey),
    publicKey,
    verify: (message, signature) => verifyStrict(signature, message, enrolled.bytes),
  }
}

/** The order of the group, RFC 8032 section 5.1. */
const { n: ORDER } = Point.CURVE()

/**
 * RFC 8032 section 5.1.7 without the cofactor: S below the order, and [S]B - [k]A encodes to exactly the R that was
 * signed, and is not the identity. So R is canonical, and one equation decides: the one with the cofactor accepts signatures that OpenSSL,
 * and with it another device, refuses.
 */
function verifyStrict(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  if (signature.length !== 64) return false
  const R = signature.subarray(0, 32)
  const S = fromLittleEndian(signature.subarray(32))
  if (S >= ORDER) return false
  const k = fromLittleEndian(sha512(concat(R, key, message))) % ORDER
  const A = Point.fromBytes(key, false)
  const computed = Point.BASE.multiply(S, false).subtract(A.multiply(k, false))
  // OpenSSL refuses an R of small order; of those, the equation leaves the identity alone.
  return !computed.is0() && computed.toBytes().every((byte, at) => byte === R[at])
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function refused(message: string): Enrolment {
  return { ok: false, code: 'key_refused', message }
}
