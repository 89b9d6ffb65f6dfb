// Randomness as an argument: random bytes, and the ids made from them.
import { randomBytes } from 'node:crypto'
import { encodeBase64url } from '@keyside/protocol'

export type RandomBytes = (bytes: number) => Uint8Array

export const systemRandomBytes: RandomBytes = (bytes) => randomBytes(bytes)

/** 128 random bits as the wire writes a `jti`. */
export function newJti(randomBytes: RandomBytes): string {
  return encodeBase64url(randomBytes(16))
}
