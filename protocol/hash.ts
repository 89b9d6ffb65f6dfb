// SHA-256 as the wire writes it.
import { sha256 } from '@noble/hashes/sha2.js'
import { encodeBase64url } from './base64url.ts'

const nodes = () => globalThis.process?.getBuiltinModule?.('node:crypto')
let crypto: ReturnType<typeof nodes>

/**
 * SHA-256 of a UTF-8 text, base64url, 43 characters. Where there is Node, by its own, which takes a fifth of the time for
 * a token that comes seldom; loaded with the first text, since most commands have none.
 */
export function hashText(text: string): string {
  crypto ??= nodes()
  return crypto === undefined ? portableHash(text) : crypto.hash('sha256', text, 'base64url')
}

export function portableHash(text: string): string {
  return encodeBase64url(sha256(new TextEncoder().encode(text)))
}

/** `prev` of a stream's first signal, and the hash in a head before it: 32 zero bytes. */
export const GENESIS = 'A'.repeat(43)
