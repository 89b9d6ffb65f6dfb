// Ed25519 keys: who may be trusted, and how a key is named (RFC 8032, RFC 8037, RFC 7638).
import {
  getPublicKey,
  hashes,
  sign as nobleSign,
  verify as nobleVerify,
  Point,
} from '@noble/ed25519'
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

/** Accepts only canonical encodings of points of large order, so that no signature fits two messages. */
export function enrolKey(publicKey: string): Enrolment {
  const bytes = decodeBase64url(publicKey)
  if (bytes?.length !== 32) return refused('expected 32 bytes in base64url')
  try {
    const point = Point.fromBytes(bytes, false)
    if (point.isSmallOrder()) return refused('the key is of small order')
  } catch {
    return refused('the bytes are no point of the curve')
  }
  return { ok: true, bytes }
}

/** The key whose 32 secret bytes are `seed`. Portable; on Node use `signingKey` of `@keyside/protocol/node`. */
export function portableSigningKey(seed: Uint8Array): SigningKey {
  const publicKey = encodeBase64url(getPublicKey(seed))
  return {
    kid: thumbprint(publicKey),
    publicKey,
    sign: (message) => nobleSign(message, seed),
  }
}

/** Portable strict verifier. Throws a RangeError for a key that enrolment refuses. */
export function portablePublicKey(publicKey: string): PublicKey {
  const enrolled = enrolKey(publicKey)
  if (!enrolled.ok) throw new RangeError(enrolled.message)
  return {
    kid: thumbprint(publicKey),
    publicKey,
    verify: (message, signature) => verifyStrict(signature, message, enrolled.bytes),
  }
}

function verifyStrict(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  try {
    return nobleVerify(signature, message, key, { zip215: false })
  } catch {
    return false
  }
}

function refused(message: string): Enrolment {
  return { ok: false, code: 'key_refused', message }
}
