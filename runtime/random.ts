// Randomness as an argument: random bytes, the ids made from them, and random numbers for what need not be secret.
import { randomBytes } from 'node:crypto'
import { encodeBase64url } from '@keyside/protocol'

export type RandomBytes = (bytes: number) => Uint8Array

export const systemRandomBytes: RandomBytes = (bytes) => randomBytes(bytes)

/** From 0 to less than 1, evenly. */
export type Random = () => number

export const systemRandom: Random = () => Math.random()

/** 128 random bits as the wire writes a `jti`. */
export function newJti(randomBytes: RandomBytes): string {
  return encodeBase64url(randomBytes(16))
}
