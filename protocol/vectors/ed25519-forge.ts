// Ed25519 signatures that an honest signer never makes: other points, other numbers, other ways to write them.
import { Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'

export const { n: ORDER, p: FIELD } = Point.CURVE()

const numberOf = (bytes: Uint8Array) =>
  bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)

/** 32 bytes, the smallest first. */
export const bytesOf = (number: bigint) =>
  Uint8Array.from({ length: 32 }, (_, at) => Number((number >> BigInt(8 * at)) & 255n))

export const joined = (...parts: readonly Uint8Array[]) =>
  Uint8Array.from(parts.flatMap((part) => [...part]))

/** Points of order 1, 2, 4 and 8: what is left of any point times the order of the large group. */
export const SMALL: readonly Point[] = (() => {
  for (let y = 2n; ; y += 1n) {
    try {
      const point = Point.fromBytes(bytesOf(y), false)
      const eighth = point.multiply(ORDER - 1n, false).add(point)
      const order8 = !eighth.multiply(4n, false).is0()
      if (order8)
        return Array.from({ length: 8 }, (_, times) => eighth.multiply(BigInt(times), false))
    } catch {
      // No point of the curve has this y.
    }
  }
})()

export interface Secret {
  readonly scalar: bigint
  readonly point: Point
}

export function secretOf(byte: number): Secret {
  const scalar = numberOf(sha512(Uint8Array.of(byte))) % ORDER
  return { scalar, point: Point.BASE.multiply(scalar) }
}

export interface Signing {
  readonly key?: Uint8Array
  readonly nonce?: bigint
  /** Added to R before it is signed. */
  readonly twist?: Point
  /** How R is written. */
  readonly writtenR?: Uint8Array
  readonly addToS?: bigint
}

/** RFC 8032 section 5.1.6, with whatever is changed of it. */
export function forgeSignature(
  message: Uint8Array,
  { scalar, point }: Secret,
  change: Signing = {},
): Uint8Array {
  const nonce = change.nonce ?? 12_345n
  const plain = nonce === 0n ? Point.ZERO : Point.BASE.multiply(nonce)
  const R = change.writtenR ?? plain.add(change.twist ?? Point.ZERO).toBytes()
  const k = challenge(R, change.key ?? point.toBytes(), message)
  return joined(R, bytesOf(((nonce + k * scalar) % ORDER) + (change.addToS ?? 0n)))
}

/** RFC 8032 section 5.1.7, step 2: the number that binds R, key and message. */
export function challenge(R: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
  return numberOf(sha512(joined(R, key, message))) % ORDER
}
