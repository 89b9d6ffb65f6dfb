// Base64url without padding, decoded strictly: one text for one sequence of bytes (RFC 4648 sections 3.5 and 5).

const ALPHABET = /^[A-Za-z0-9_-]*$/
/** By the length of a text, less its multiples of 4; no text has one character more. */
const PADDING = ['', undefined, '==', '=']
/** Refuses unused bits that are not zero. */
const STRICT = { alphabet: 'base64url', lastChunkHandling: 'strict' } as const

export function encodeBase64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
}

/** Returns null for a foreign character, padding, white space, or unused bits that are not zero. */
export function decodeBase64url(text: string): Uint8Array | null {
  const padding = PADDING[text.length % 4]
  if (padding === undefined || !ALPHABET.test(text)) return null
  try {
    return Uint8Array.fromBase64(text + padding, STRICT)
  } catch {
    return null
  }
}
