// Verifying: a token becomes claims, or one refusal. The checks and their order are the table in docs/protocol.md.
import { decodeBase64url } from './base64url.ts'
import type { VerifyCode } from './codes.ts'
import { hashText } from './hash.ts'
import type { Keyring, Pin } from './keyring.ts'
import { type Claims, KINDS, type Kind } from './kinds.ts'
import { parseStrictJson } from './strict-json.ts'

/** Tolerated clock difference, seconds. */
export const CLOCK_SKEW = 5

const LARGEST = Math.max(...Object.values(KINDS).map((rule) => rule.maxChars))
const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/
const MAX_HEADER = 256

export interface Expected<Name extends Kind> {
  readonly kinds: readonly Name[]
  readonly audience: string
  /** Seconds since 1970, read once for the whole check. */
  readonly now: number
  /** The MQTT topic it arrived on; null for an access token, which has none. */
  readonly topic: string | null
}

/** What an accepted token is. `hash` names the token: SHA-256 of its characters. */
export type Verified<Name extends Kind> = {
  [Each in Name]: { ok: true; kind: Each; claims: Claims[Each]; kid: string; hash: string }
}[Name]

export interface Refused {
  ok: false
  code: VerifyCode
  /** What was expected and what came; never a secret. */
  message: string
}

/** Never throws for any input. */
export function verify<Name extends Kind>(
  token: string,
  pins: Keyring,
  expected: Expected<Name>,
): Verified<Name> | Refused {
  if (token.length > LARGEST) return refuse('token_too_large', `over ${LARGEST} characters`)
  const parts = COMPACT.exec(token)
  if (parts === null) return refuse('token_malformed', 'not three base64url segments')
  const [, header = '', payload = '', signature = ''] = parts
  if (header.length > MAX_HEADER) return refuse('token_too_large', 'the header is too long')
  const payloadBytes = decodeBase64url(payload)
  const signatureBytes = decodeBase64url(signature)
  if (payloadBytes === null || signatureBytes === null || decodeBase64url(header) === null)
    return refuse('token_not_canonical', 'a segment is not canonical base64url')
  const pin = pins.get(header)
  if (pin === undefined) return refuse('header_not_pinned', 'no trusted key has this header')
  if (!expects(expected.kinds, pin.kind))
    return refuse('kind_unexpected', `a ${pin.kind} is not expected here`)
  if (token.length > KINDS[pin.kind].maxChars)
    return refuse('token_too_large', `over ${KINDS[pin.kind].maxChars} characters`)
  const signed = new TextEncoder().encode(`${header}.${payload}`)
  if (!pin.key.verify(signed, signatureBytes))
    return refuse('signature_invalid', 'the signature does not fit')
  return verifyClaims(payloadBytes, pin, expected, token) as Verified<Name> | Refused
}

function expects<Name extends Kind>(kinds: readonly Name[], kind: Kind): kind is Name {
  return kinds.some((name) => name === kind)
}

function verifyClaims(
  payload: Uint8Array,
  pin: Pin,
  expected: Expected<Kind>,
  token: string,
): Verified<Kind> | Refused {
  const json = parseStrictJson(payload)
  if ('fault' in json) return refuse(json.fault, 'the payload is not strict JSON')
  const parsed = KINDS[pin.kind].schema.safeParse(json.value)
  if (!parsed.success) return refuse('claims_invalid', firstIssue(parsed.error.issues))
  const refused =
    checkParties(parsed.data, pin, expected) ?? checkTime(parsed.data, pin.kind, expected.now)
  if (refused !== null) return refused
  const opened = { ok: true, kind: pin.kind, claims: parsed.data, kid: pin.key.kid }
  return { ...opened, hash: hashText(token) } as Verified<Kind>
}

function checkParties(claims: Claims[Kind], pin: Pin, expected: Expected<Kind>): Refused | null {
  if (claims.iss !== pin.issuer)
    return refuse('issuer_mismatch', `expected issuer "${pin.issuer}", got "${claims.iss}"`)
  if (claims.aud !== expected.audience)
    return refuse(
      'audience_mismatch',
      `expected audience "${expected.audience}", got "${claims.aud}"`,
    )
  const topic = topicOf(pin.kind, claims)
  if (topic !== expected.topic)
    return refuse('topic_mismatch', `expected on ${topic}, came on ${expected.topic}`)
  return null
}

function topicOf<Name extends Kind>(kind: Name, claims: Claims[Kind]): string | null {
  return KINDS[kind].topic?.(claims as Claims[Name]) ?? null
}

function checkTime<Name extends Kind>(
  claims: Claims[Kind],
  kind: Name,
  now: number,
): Refused | null {
  const life = claims.exp - claims.iat
  const longest = KINDS[kind].maxLife(claims as Claims[Name])
  if (claims.iat > now + CLOCK_SKEW)
    return refuse('issued_in_future', `issued ${seconds(claims.iat - now)} ahead of this clock`)
  if (life <= 0 || life > longest)
    return refuse(
      'life_too_long',
      `lives ${seconds(life)}, expected more than 0 and at most ${longest} s`,
    )
  if (now >= claims.exp) return refuse('expired', `expired ${seconds(now - claims.exp)} ago`)
  return null
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`
}

function firstIssue(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  const issue = issues[0]
  const where = issue?.path.map(String).join('.') || 'claims'
  return `${where}: ${issue?.message ?? 'invalid'}`
}

function refuse(code: VerifyCode, message: string): Refused {
  return { ok: false, code, message }
}
