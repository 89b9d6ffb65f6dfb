// Verifying a keyset: the one message whose keys come with it. A pinned fingerprint says which of its roots counts.
import type { Keyset, Root } from './claims/keyset.ts'
import type { KEY_CODES, KeysetCode, VerifyCode } from './codes.ts'
import { hashText } from './hash.ts'
import { headerSegment } from './keyring.ts'
import { enrolKey, portablePublicKey, thumbprint } from './keys.ts'
import { KINDS } from './kinds.ts'
import { readClaims, readSegments, type Segments } from './read.ts'
import { keysetTopic, WIRE_VERSIONS } from './topics.ts'
import { CLOCK_SKEW } from './verify.ts'

/** What is kept of the last keyset that was taken. */
export interface HeldKeyset {
  readonly version: number
  readonly hash: string
  /** Fingerprint of the root in force: it must sign the next one, too. */
  readonly root: string
}

export interface KeysetExpected {
  /** Fingerprint of the root that was pinned when the provider was followed. Counts until a keyset is held. */
  readonly pinned: string
  /** Seconds since 1970, read once for the whole check. */
  readonly now: number
  readonly topic: string
  readonly held: HeldKeyset | null
}

export interface VerifiedKeyset extends HeldKeyset {
  readonly ok: true
  readonly claims: Keyset
}

export interface RefusedKeyset {
  readonly ok: false
  readonly code: VerifyCode | KeysetCode | (typeof KEY_CODES)[number]
  readonly message: string
}

const { maxChars, maxLife } = KINDS.keyset
const MAX_TOKENS = 5

/** A provider's identity: SHA-256 of its root's keys and threshold, base64url. */
export function rootFingerprint({ keys, threshold }: Root): string {
  return hashText(JSON.stringify({ keys, threshold }))
}

/** Never throws for any text. The order of the checks is in docs/protocol.md. */
export function verifyKeyset(
  text: string,
  expected: KeysetExpected,
): VerifiedKeyset | RefusedKeyset {
  const read = readKeyset(text)
  if (!read.ok) return read
  const { claims, tokens, payload } = read
  const anchor = expected.held?.root ?? expected.pinned
  const at = claims.roots.findIndex((root) => rootFingerprint(root) === anchor)
  if (at < 0)
    return refuse('keyset_root_unknown', `the pinned root ${anchor} is not among its roots`)
  const signers = verifySigners(tokens, claims.roots)
  if (!signers.ok) return signers
  let root = anchor
  for (const each of claims.roots.slice(at)) {
    root = rootFingerprint(each)
    const signed = each.keys.filter((key) => signers.keys.has(key)).length
    if (signed < each.threshold)
      return refuse(
        'keyset_signatures_missing',
        `signed by ${signed} keys of root ${root}, expected ${each.threshold}`,
      )
  }
  const hash = hashText(payload)
  const refused =
    checkKeys(claims) ??
    checkTopic(claims, expected) ??
    checkVersion(claims, hash, expected) ??
    checkTime(claims, expected)
  return refused ?? { ok: true, claims, version: claims.version, hash, root }
}

/** The highest version of the wire that the provider and this release speak; null where there is none any more. */
export function wireVersion({ wire }: Keyset, now: number): number | null {
  const spoken = wire.filter(
    ({ version, until }) =>
      WIRE_VERSIONS.some((known) => known === version) && (until === undefined || now < until),
  )
  return spoken.length === 0 ? null : Math.max(...spoken.map(({ version }) => version))
}

interface ReadKeyset {
  readonly ok: true
  readonly claims: Keyset
  readonly tokens: readonly Segments[]
  readonly payload: string
}

/** Form and claims, before anybody's signature: the roots that tell the signers are in there. */
function readKeyset(text: string): ReadKeyset | RefusedKeyset {
  if (text.length > maxChars) return refuse('token_too_large', `over ${maxChars} characters`)
  const tokens: Segments[] = []
  for (const line of text.split('\n', MAX_TOKENS + 1)) {
    const read = readSegments(line, maxChars)
    if (!read.ok) return read
    tokens.push(read)
  }
  const [first] = tokens
  if (first === undefined || tokens.length > MAX_TOKENS)
    return refuse('token_malformed', `expected 1 to ${MAX_TOKENS} tokens`)
  if (tokens.some(({ payload }) => payload !== first.payload))
    return refuse('token_malformed', 'its tokens have different payloads')
  const claims = readClaims(first.payloadBytes, 'keyset')
  return claims.ok ? { ...claims, tokens, payload: first.payload } : claims
}

/** Each token is by another key of one of the roots, and each signature fits. */
function verifySigners(
  tokens: readonly Segments[],
  roots: readonly Root[],
): { ok: true; keys: ReadonlySet<string> } | RefusedKeyset {
  const byHeader = new Map(
    roots.flatMap(({ keys }) => keys).map((key) => [headerSegment(thumbprint(key), 'keyset'), key]),
  )
  const keys = new Set<string>()
  for (const { header, payload, signature } of tokens) {
    const key = byHeader.get(header)
    if (key === undefined)
      return refuse('header_not_pinned', 'signed by a key of none of its roots')
    if (keys.has(key)) return refuse('token_malformed', 'signed twice by one key')
    const enrolled = enrolKey(key)
    if (!enrolled.ok) return enrolled
    const signed = new TextEncoder().encode(`${header}.${payload}`)
    if (!portablePublicKey(key).verify(signed, signature))
      return refuse('signature_invalid', 'the signature does not fit')
    keys.add(key)
  }
  return { ok: true, keys }
}

/** The keys that the root vouches for are safe ones, so that every verifier reads their signatures alike. */
function checkKeys({ keys }: Keyset): RefusedKeyset | null {
  for (const { key } of keys) {
    const enrolled = enrolKey(key)
    if (!enrolled.ok) return enrolled
  }
  return null
}

function checkTopic({ iss }: Keyset, { topic }: KeysetExpected): RefusedKeyset | null {
  const named = keysetTopic(iss)
  return named === topic ? null : refuse('topic_mismatch', `expected on ${named}, came on ${topic}`)
}

/** Before the time: two contents under one version are proof of a broken root, however old they are. */
function checkVersion(
  { version }: Keyset,
  hash: string,
  { held }: KeysetExpected,
): RefusedKeyset | null {
  if (held === null || version > held.version) return null
  if (version < held.version)
    return refuse('keyset_version_old', `version ${version}, and ${held.version} is held`)
  return hash === held.hash ? null : refuse('keyset_twice', `version ${version} has two contents`)
}

function checkTime(claims: Keyset, { now }: KeysetExpected): RefusedKeyset | null {
  const life = claims.exp - claims.iat
  const longest = maxLife(claims)
  if (claims.iat > now + CLOCK_SKEW)
    return refuse('issued_in_future', `issued ${Math.ceil(claims.iat - now)} s ahead of this clock`)
  if (life <= 0 || life > longest)
    return refuse('life_too_long', `lives ${life} s, expected more than 0 and at most ${longest} s`)
  if (now >= claims.exp)
    return refuse('keyset_expired', `expired ${Math.floor(now - claims.exp)} s ago`)
  return null
}

function refuse(code: RefusedKeyset['code'], message: string): RefusedKeyset {
  return { ok: false, code, message }
}
