// Signing: claims become a token (JWS Compact Serialization, RFC 7515 section 7.1).
import { encodeBase64url } from './base64url.ts'
import { headerSegment } from './keyring.ts'
import type { SigningKey } from './keys.ts'
import { type Claims, KINDS, type Kind } from './kinds.ts'
import { faultOf } from './strict-json.ts'

/** Throws for claims that no verifier would accept: sending them is a bug of the sender. */
export function sign<Name extends Kind>(kind: Name, claims: Claims[Name], key: SigningKey): string {
  const { schema, maxChars } = KINDS[kind]
  const payload = JSON.stringify(schema.parse(claims))
  const fault = faultOf(payload)
  if (fault !== null) throw new RangeError(`no verifier reads such a ${kind}: ${fault}`)
  const signed = `${headerSegment(key.kid, kind)}.${encodeBase64url(utf8(payload))}`
  const token = `${signed}.${encodeBase64url(key.sign(utf8(signed)))}`
  if (token.length > maxChars)
    throw new RangeError(`a ${kind} token has at most ${maxChars} characters, got ${token.length}`)
  return token
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
