// Tokens that `sign` would never make: any header, any payload, signed as well as can be.
import { encodeBase64url } from '../base64url.ts'
import { headerSegment } from '../keyring.ts'
import type { Kind } from '../kinds.ts'
import { ENGINE, type VectorKey } from './keys.ts'

export function base64url(text: string): string {
  return encodeBase64url(bytes(text))
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Signs two segments as they are. */
export function signSegments(header: string, payload: string, { key }: VectorKey = ENGINE): string {
  return `${header}.${payload}.${encodeBase64url(key.sign(bytes(`${header}.${payload}`)))}`
}

/** A token with the right header around a payload that is text or raw bytes. */
export function signPayload(
  payload: string | Uint8Array,
  kind: Kind = 'signal',
  signer: VectorKey = ENGINE,
): string {
  const raw = typeof payload === 'string' ? bytes(payload) : payload
  return signSegments(headerSegment(signer.key.kid, kind), encodeBase64url(raw), signer)
}

/** A token with any header around good claims. */
export function signHeader(header: string, claims: unknown, signer: VectorKey = ENGINE): string {
  return signSegments(base64url(header), base64url(JSON.stringify(claims)), signer)
}
