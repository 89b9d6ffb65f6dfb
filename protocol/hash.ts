// SHA-256 as the wire writes it.
import { sha256 } from '@noble/hashes/sha2.js'
import { encodeBase64url } from './base64url.ts'

/** Where there is Node, its own: a token comes seldom, and then this one takes a fifth of the time. */
const node = globalThis.process?.getBuiltinModule?.('node:crypto')

/** SHA-256 of a UTF-8 text, base64url, 43 characters. */
export function hashText(text: string): string {
  return node === undefined ? portableHash(text) : node.hash('sha256', text, 'base64url')
}

export function portableHash(text: string): string {
  return encodeBase64url(sha256(new TextEncoder().encode(text)))
}

/** `prev` of a stream's first signal, and the hash in a head before it: 32 zero bytes. */
export const GENESIS = 'A'.repeat(43)
