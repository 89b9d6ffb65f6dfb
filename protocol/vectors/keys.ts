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

export const ENGINE = vectorKey(1, 'home', ['signal', 'head', 'alert', 'presence', 'response'])
export const BOT = vectorKey(2, 'bot', ['command', 'approval', 'request'])
export const DEVICE = vectorKey(3, 'device', ['report', 'presence'])
export const AUTHORITY = vectorKey(4, 'authority', ['access'])
/** Signs well, and nobody trusts it. */
export const STRANGER = vectorKey(5, 'home', ['signal'])
/** A provider's engine and authority in one, and a subscriber of it. */
export const PROVIDER = vectorKey(6, 'acme', [
  'signal',
  'head',
  'alert',
  'response',
  'answer',
  'result',
])
export const SUBSCRIBER = vectorKey(7, 'device-7', ['request'])
/** A device that enrols. */
export const NEWCOMER = vectorKey(8, 'alice-1', ['enroll'])
/** The offline keys of the provider's roots. */
export const ROOTS = [
  vectorKey(9, 'acme', ['keyset']),
  vectorKey(10, 'acme', ['keyset']),
  vectorKey(11, 'acme', ['keyset']),
] as const

/** A program of the provider's that has a stream. */
export const PROGRAM = vectorKey(12, 'my-model', ['intent'])

export const TRUSTED = [ENGINE, BOT, DEVICE, AUTHORITY, PROVIDER, SUBSCRIBER, PROGRAM]
export const OTHERS = [STRANGER, NEWCOMER, ...ROOTS]
