// Looks for a secret in everything a program lets out: any 16 bytes of it in a row, in the forms in which secrets travel.

export interface Canary {
  readonly name: string
  readonly secret: Buffer
  /** Places that may hold it: names of haystacks. */
  readonly at?: RegExp
}

export interface Haystack {
  /** Where it was found. */
  readonly name: string
  readonly bytes: Buffer
}

/** Long enough not to match by accident, short enough to find a secret without its ends. */
const WINDOW = 16

interface Sought {
  readonly canary: Canary
  readonly how: string
}

/** `secret in haystack, as form` for every hit. */
export function leaks(canaries: readonly Canary[], haystacks: readonly Haystack[]): string[] {
  const windows = windowsOf(canaries)
  const hits = haystacks.flatMap(({ name, bytes }) =>
    [...windows].flatMap(([length, sought]) =>
      [...found(bytes.toString('latin1'), length, sought)]
        .filter(({ canary }) => !canary.at?.test(name))
        .map(({ canary, how }) => `${canary.name} in ${name}, as ${how}`),
    ),
  )
  return [...new Set(hits)]
}

function found(
  text: string,
  length: number,
  sought: ReadonlyMap<string, readonly Sought[]>,
): ReadonlySet<Sought> {
  const hits = new Set<Sought>()
  for (let at = 0; at + length <= text.length; at += 1)
    for (const hit of sought.get(text.slice(at, at + length)) ?? []) hits.add(hit)
  return hits
}

/** Every window of every form of every secret, by its length. */
function windowsOf(canaries: readonly Canary[]): Map<number, Map<string, Sought[]>> {
  const windows = new Map<number, Map<string, Sought[]>>()
  for (const canary of canaries)
    for (const { how, text, window } of formsOf(canary.secret)) {
      const length = Math.min(window, text.length)
      const same = windows.get(length) ?? new Map<string, Sought[]>()
      windows.set(length, same)
      const sought = { canary, how }
      for (let at = 0; at + length <= text.length; at += 1) {
        const part = text.slice(at, at + length)
        same.set(part, [...(same.get(part) ?? []), sought])
      }
    }
  return windows
}

interface Form {
  readonly how: string
  readonly text: string
  /** Characters that hold what `WINDOW` bytes hold. */
  readonly window: number
}

function formsOf(secret: Buffer): Form[] {
  const hex = secret.toString('hex')
  const percent = hex.replace(/../g, '%$&')
  const plain = secret.toString('latin1')
  const base64 = [0, 1, 2].map((shift) => inBase64(secret, shift))
  return [
    { how: 'plain', text: plain, window: WINDOW },
    { how: 'hex', text: hex, window: 2 * WINDOW },
    { how: 'HEX', text: hex.toUpperCase(), window: 2 * WINDOW },
    { how: 'every byte percent-encoded', text: percent, window: 3 * WINDOW },
    { how: 'every byte percent-encoded', text: percent.toUpperCase(), window: 3 * WINDOW },
    { how: 'URL-encoded', text: encodeURIComponent(plain), window: WINDOW },
    ...base64.flatMap((text) => [
      { how: 'base64', text, window: BASE64_WINDOW },
      { how: 'base64url', text: toUrl(text), window: BASE64_WINDOW },
      { how: 'base64 in a URL', text: encodeURIComponent(text), window: BASE64_WINDOW },
    ]),
  ]
}

/** Whole characters that depend on nothing but 16 bytes, wherever those begin. */
const BASE64_WINDOW = Math.floor((WINDOW * 8 - 5) / 6)

/** The characters that depend on nothing but the secret, when `shift` bytes stand before it in its group of three. */
function inBase64(secret: Buffer, shift: number): string {
  const padded = Buffer.concat([Buffer.alloc(shift), secret])
  const first = Math.ceil((shift * 8) / 6)
  return padded.toString('base64').slice(first, Math.floor((padded.length * 8) / 6))
}

function toUrl(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_')
}
