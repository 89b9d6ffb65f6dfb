// The corners in which Ed25519 verifiers differ, as vectors: small order, mixed order, and other ways to write a number.
import { Point } from '@noble/ed25519'
import {
  bytesOf,
  challenge,
  FIELD,
  forgeSignature,
  joined,
  ORDER,
  type Signing,
  SMALL,
  secretOf,
} from './ed25519-forge.ts'

export interface Ed25519Case {
  readonly name: string
  /** Hex, as the other three. */
  readonly message: string
  readonly pub_key: string
  readonly signature: string
  readonly verdict: 'accepted' | 'refused' | 'key refused'
}

const OWN = secretOf(1)
const OWN_KEY = OWN.point.toBytes()
const MESSAGE: Uint8Array = new TextEncoder().encode('one verdict')
const EIGHTHS = [1, 2, 3, 4, 5, 6, 7] as const
const small = (times: number) => SMALL[times] ?? Point.ZERO

function written(
  name: string,
  verdict: Ed25519Case['verdict'],
  key: Uint8Array,
  signature: Uint8Array,
  message = MESSAGE,
): Ed25519Case {
  return {
    name,
    message: message.toHex(),
    pub_key: key.toHex(),
    signature: signature.toHex(),
    verdict,
  }
}

const own = (name: string, verdict: Ed25519Case['verdict'], change: Signing = {}) =>
  written(name, verdict, OWN_KEY, forgeSignature(MESSAGE, OWN, change))

/** A message whose challenge is a multiple of 8: under it the small part of a mixed key vanishes from the equation. */
function messageWithoutTrace(key: Uint8Array): Uint8Array {
  const R = Point.BASE.multiply(12_345n).toBytes()
  for (let count = 0; ; count += 1) {
    const message = new TextEncoder().encode(`one verdict ${count}`)
    if (challenge(R, key, message) % 8n === 0n) return message
  }
}

function ofMixedKey(times: number): Ed25519Case[] {
  const key = OWN.point.add(small(times)).toBytes()
  const message = messageWithoutTrace(key)
  return [
    written(
      `key of mixed order, ${times}/8`,
      'key refused',
      key,
      forgeSignature(MESSAGE, OWN, { key }),
    ),
    written(
      `key of mixed order, ${times}/8, and both equations hold`,
      'key refused',
      key,
      forgeSignature(message, OWN, { key }),
      message,
    ),
  ]
}

const neutral = joined(bytesOf(1n), bytesOf(0n))
const smallKeys = SMALL.map((point, times) =>
  written(`key of small order, ${times}/8`, 'key refused', point.toBytes(), neutral),
)
const highKeys = Array.from({ length: 19 }, (_, y) =>
  [0n, 1n << 255n].map((sign) => [y, sign] as const),
)
  .flat()
  .map(([y, sign]) =>
    written(
      `key written as y = p + ${y}${sign === 0n ? '' : ' with the sign bit'}`,
      'key refused',
      bytesOf(FIELD + BigInt(y) + sign),
      neutral,
    ),
  )

export const ED25519_CASES: readonly Ed25519Case[] = [
  own('honest', 'accepted'),
  ...smallKeys,
  ...EIGHTHS.flatMap(ofMixedKey),
  ...highKeys,
  ...EIGHTHS.flatMap((times) => [
    own(`R of mixed order, ${times}/8`, 'refused', { twist: small(times) }),
    own(`R of small order, ${times}/8`, 'refused', { twist: small(times), nonce: 0n }),
  ]),
  own('R is the identity', 'refused', { nonce: 0n }),
  own('R is the identity, y = 1 + p', 'refused', { nonce: 0n, writtenR: bytesOf(1n + FIELD) }),
  own('R is the identity with the sign bit', 'refused', {
    nonce: 0n,
    writtenR: bytesOf(1n + (1n << 255n)),
  }),
  own('R is no point', 'refused', { nonce: 0n, writtenR: bytesOf(2n) }),
  own('R is a point, y = p', 'refused', { nonce: 0n, writtenR: bytesOf(FIELD) }),
  ...[1n, 2n, 7n].map((times) =>
    own(`S plus ${times} times the order`, 'refused', { addToS: times * ORDER }),
  ),
  written('S is zero', 'refused', OWN_KEY, joined(OWN_KEY, bytesOf(0n))),
  written('all zeros', 'refused', OWN_KEY, new Uint8Array(64)),
]
