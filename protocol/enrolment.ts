// Verifying an enrolment: here alone a key comes from the message. That it holds the invitation is what makes it count.
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import type { KEY_CODES, VerifyCode } from './codes.ts'
import { keyring } from './keyring.ts'
import { enrolKey, portablePublicKey, thumbprint } from './keys.ts'
import { KINDS } from './kinds.ts'
import { readClaims, readSegments } from './read.ts'
import { type Verified, verify } from './verify.ts'

export interface EnrollExpected {
  readonly provider: string
  readonly invitation: string
  /** The invitation's `enroll` key, 32 bytes in base64url; see deriveInvitation. */
  readonly enrollKey: string
  /** Seconds since 1970, read once for the whole check. */
  readonly now: number
  readonly topic: string
}

export interface RefusedEnroll {
  readonly ok: false
  readonly code: VerifyCode | 'enroll_mac_invalid' | (typeof KEY_CODES)[number]
  readonly message: string
}

/** The claim `mac` of an enrolment. Throws a RangeError for a key that is not 32 bytes in base64url. */
export function enrollMac(
  enrollKey: string,
  { invitation, kid, jti }: { invitation: string; kid: string; jti: string },
): string {
  const key = decodeBase64url(enrollKey)
  if (key?.length !== 32) throw new RangeError('expected a key of 32 bytes in base64url')
  const text = new TextEncoder().encode(`${invitation}|${kid}|${jti}`)
  return encodeBase64url(hmac(sha256, key, text))
}

/**
 * Never throws for any token. A token from somebody without the invitation costs one HMAC and no signature check; any
 * other is signed with the key that `cnf` names, and `kid` is that key's.
 */
export function verifyEnroll(
  token: string,
  { provider, invitation, enrollKey, now, topic }: EnrollExpected,
): Verified<'enroll'> | RefusedEnroll {
  const segments = readSegments(token, KINDS.enroll.maxChars)
  if (!segments.ok) return segments
  const read = readClaims(segments.payloadBytes, 'enroll')
  if (!read.ok) return read
  const { cnf, jti, mac } = read.claims
  const key = cnf.jwk.x
  if (!sameText(mac, enrollMac(enrollKey, { invitation, kid: thumbprint(key), jti })))
    return refuse('enroll_mac_invalid', 'it does not come from the holder of the invitation')
  const enrolled = enrolKey(key)
  if (!enrolled.ok) return enrolled
  const pins = keyring([{ key: portablePublicKey(key), issuer: invitation, kinds: ['enroll'] }])
  return verify(token, pins, { kinds: ['enroll'], audience: provider, now, topic })
}

/** In a time that does not tell where two texts of one length begin to differ. */
function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let at = 0; at < a.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at)
  return difference === 0
}

function refuse(code: RefusedEnroll['code'], message: string): RefusedEnroll {
  return { ok: false, code, message }
}
