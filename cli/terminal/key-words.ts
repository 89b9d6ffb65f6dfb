// Words of a command line that are keys.

/** Thumbprint or public key, base64url. No option is as long. */
const DASHED_KEY = /^-[\w-]{42}$/

/** A key may begin with "-", and is no option then: it goes to the end, behind "--". The value of an option stays. */
export function withKeysLast(words: readonly string[]): string[] {
  const isKey = (word: string, at: number) =>
    DASHED_KEY.test(word) && !(words[at - 1] ?? '').startsWith('--')
  const keys = words.filter(isKey)
  if (keys.length === 0 || words.includes('--')) return [...words]
  return [...words.filter((word, at) => !isKey(word, at)), '--', ...keys]
}
