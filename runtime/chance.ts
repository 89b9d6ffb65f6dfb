// Chance as an argument: random bytes, and the names made from them.
import { randomBytes } from 'node:crypto'
import { encodeBase64url } from '@keyside/protocol'

export type Chance = (bytes: number) => Uint8Array

export const systemChance: Chance = (bytes) => randomBytes(bytes)

/** 128 random bits as the wire writes a `jti`. */
export function newJti(chance: Chance): string {
  return encodeBase64url(chance(16))
}
