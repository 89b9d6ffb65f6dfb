// Base64url without padding, decoded strictly: one text for one sequence of bytes (RFC 4648 sections 3.5 and 5).

const ALPHABET = /^[A-Za-z0-9_-]*$/

export function encodeBase64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
}

/** Returns null for a foreign character, padding, white space, or unused bits that are not zero. */
export function decodeBase64url(text: string): Uint8Array | null {
  if (!ALPHABET.test(text) || text.length % 4 === 1) return null
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: 'base64url' })
    return encodeBase64url(bytes) === text ? bytes : null
  } catch {
    return null
  }
}
