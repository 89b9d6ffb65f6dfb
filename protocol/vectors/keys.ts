// The keys of the vectors. Their secrets are public on purpose, so that any language can sign the same bytes.
import { portableSigningKey, type SigningKey } from '../keys.ts'
import type { Kind } from '../kinds.ts'

export interface VectorKey {
  readonly issuer: string
  readonly kinds: readonly Kind[]
  readonly seed: Uint8Array
  readonly key: SigningKey
}

function vectorKey(fill: number, issuer: string, kinds: readonly Kind[]): VectorKey {
  const seed = new Uint8Array(32).fill(fill)
  return { issuer, kinds, seed, key: portableSigningKey(seed) }
}

export const ENGINE = vectorKey(1, 'home', ['signal', 'head', 'presence'])
export const BOT = vectorKey(2, 'bot', ['command', 'approval'])
export const DEVICE = vectorKey(3, 'device', ['report', 'presence'])
export const AUTHORITY = vectorKey(4, 'authority', ['access'])
/** Signs well, and nobody trusts it. */
export const STRANGER = vectorKey(5, 'home', ['signal'])

export const TRUSTED = [ENGINE, BOT, DEVICE, AUTHORITY]
