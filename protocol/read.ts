// Reading a token without believing it: its segments and its claims. Who signed it is another question (verify.ts).
import { decodeBase64url } from './base64url.ts'
import type { VerifyCode } from './codes.ts'
import { type Claims, KINDS, type Kind } from './kinds.ts'
import { parseStrictJson } from './strict-json.ts'

export interface Refused {
  ok: false
  code: VerifyCode
  /** What was expected and what came; never a secret. */
  message: string
}

export interface Segments {
  readonly ok: true
  readonly header: string
  readonly payload: string
  readonly payloadBytes: Uint8Array
  readonly signature: Uint8Array
}

const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/
const MAX_HEADER = 256

export function readSegments(token: string, maxChars: number): Segments | Refused {
  if (token.length > maxChars) return refuse('token_too_large', `over ${maxChars} characters`)
  const parts = COMPACT.exec(token)
  if (parts === null) return refuse('token_malformed', 'not three base64url segments')
  const [, header = '', payload = '', signature = ''] = parts
  if (header.length > MAX_HEADER) return refuse('token_too_large', 'the header is too long')
  const payloadBytes = decodeBase64url(payload)
  const signatureBytes = decodeBase64url(signature)
  if (payloadBytes === null || signatureBytes === null || decodeBase64url(header) === null)
    return refuse('token_not_canonical', 'a segment is not canonical base64url')
  return { ok: true, header, payload, payloadBytes, signature: signatureBytes }
}

/** Strict JSON and the closed schema of the kind. */
export function readClaims<Name extends Kind>(
  payload: Uint8Array,
  kind: Name,
): { ok: true; claims: Claims[Name] } | Refused {
  const json = parseStrictJson(payload)
  if ('fault' in json) return refuse(json.fault, 'the payload is not strict JSON')
  const parsed = KINDS[kind].schema.safeParse(json.value)
  if (!parsed.success) return refuse('claims_invalid', firstIssue(parsed.error.issues))
  return { ok: true, claims: parsed.data }
}

/** Of a token that the caller has signed and kept itself: nobody's signature is checked. */
export function readOwnClaims<Name extends Kind>(
  token: string,
  kind: Name,
): { ok: true; claims: Claims[Name] } | Refused {
  const read = readSegments(token, KINDS[kind].maxChars)
  return read.ok ? readClaims(read.payloadBytes, kind) : read
}

function firstIssue(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  const issue = issues[0]
  const where = issue?.path.map(String).join('.') || 'claims'
  return `${where}: ${issue?.message ?? 'invalid'}`
}

export function refuse(code: VerifyCode, message: string): Refused {
  return { ok: false, code, message }
}
