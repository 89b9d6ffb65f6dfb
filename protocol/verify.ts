// Verifying: a token becomes claims, or one refusal. The checks and their order are the table in docs/protocol.md.
import { hashText } from './hash.ts'
import type { Keyring, TrustedPin } from './keyring.ts'
import { type Claims, KINDS, type Kind } from './kinds.ts'
import { type Refused, readClaims, readSegments, refuse } from './read.ts'
import { outsideScope } from './scope.ts'

/** Tolerated clock difference, seconds. */
export const CLOCK_SKEW = 5

const MAX_CHARS = Math.max(...Object.values(KINDS).map((rule) => rule.maxChars))

export interface Expected<Name extends Kind> {
  readonly kinds: readonly Name[]
  readonly audience: string
  /** Seconds since 1970, read once for the whole check. */
  readonly now: number
  /** The MQTT topic it arrived on; null for an access token, which has none. */
  readonly topic: string | null
  /** For signals that are replayed: `exp`, and the end of the key that signed, are not held against `now`. */
  readonly history?: boolean
}

/** What an accepted token is. `hash` names the token: SHA-256 of its characters. */
export type Verified<Name extends Kind> = {
  [Each in Name]: { ok: true; kind: Each; claims: Claims[Each]; kid: string; hash: string }
}[Name]

/** Never throws for any input. */
export function verify<Name extends Kind>(
  token: string,
  pins: Keyring,
  expected: Expected<Name>,
): Verified<Name> | Refused {
  const read = readSegments(token, MAX_CHARS)
  if (!read.ok) return read
  const pin = pins.get(read.header)
  if (pin === undefined) return refuse('header_not_pinned', 'no trusted key has this header')
  if (!expects(expected.kinds, pin.kind))
    return refuse('kind_unexpected', `a ${pin.kind} is not expected here`)
  if (token.length > KINDS[pin.kind].maxChars)
    return refuse('token_too_large', `over ${KINDS[pin.kind].maxChars} characters`)
  if (pin.key === null)
    return refuse('key_revoked', 'the provider has revoked the key that is named as signer')
  const signed = new TextEncoder().encode(`${read.header}.${read.payload}`)
  if (!pin.key.verify(signed, read.signature))
    return refuse('signature_invalid', 'the signature does not fit')
  return verifyClaims(read.payloadBytes, pin, expected, token) as Verified<Name> | Refused
}

function expects<Name extends Kind>(kinds: readonly Name[], kind: Kind): kind is Name {
  return kinds.some((name) => name === kind)
}

function verifyClaims(
  payload: Uint8Array,
  pin: TrustedPin,
  expected: Expected<Kind>,
  token: string,
): Verified<Kind> | Refused {
  const read = readClaims(payload, pin.kind)
  if (!read.ok) return read
  const { claims } = read
  const refused =
    checkParties(claims, pin, expected) ??
    checkScope(claims, pin, expected) ??
    checkTime(claims, pin.kind, expected)
  if (refused !== null) return refused
  const verified = { ok: true, kind: pin.kind, claims, kid: pin.key.kid, hash: hashText(token) }
  return verified as Verified<Kind>
}

function checkParties(
  claims: Claims[Kind],
  pin: TrustedPin,
  expected: Expected<Kind>,
): Refused | null {
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

function checkScope(
  claims: Claims[Kind],
  { kind, scope }: TrustedPin,
  { now, history }: Expected<Kind>,
): Refused | null {
  if (scope === null) return null
  const at = history ? claims.iat : now
  if (scope.until !== null && at >= scope.until)
    return refuse(
      'key_expired',
      `the key that signed it counted until ${seconds(at - scope.until)} ago`,
    )
  const outside = outsideScope(scope, kind, claims)
  return outside === null ? null : refuse('key_out_of_scope', outside)
}

function checkTime<Name extends Kind>(
  claims: Claims[Kind],
  kind: Name,
  { now, history }: Expected<Kind>,
): Refused | null {
  const life = claims.exp - claims.iat
  const longest = KINDS[kind].maxLife(claims as Claims[Name])
  if (claims.iat > now + CLOCK_SKEW)
    return refuse('issued_in_future', `issued ${seconds(claims.iat - now)} ahead of this clock`)
  if (life <= 0 || life > longest)
    return refuse(
      'life_too_long',
      `lives ${Math.ceil(life * 1000) / 1000} s, expected more than 0 and at most ${longest} s`,
    )
  if (now >= claims.exp && !history)
    return refuse('expired', `expired ${seconds(now - claims.exp)} ago`)
  return null
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`
}
