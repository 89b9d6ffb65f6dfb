// Looks for a secret in everything a program lets out, in the forms in which secrets travel.

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

/** `secret in haystack, as form` for every hit. */
export function leaks(canaries: readonly Canary[], haystacks: readonly Haystack[]): string[] {
  return canaries.flatMap(({ name, secret, at }) =>
    haystacks
      .filter((haystack) => !at?.test(haystack.name))
      .flatMap((haystack) =>
        formsOf(secret)
          .filter(([, form]) => haystack.bytes.includes(form))
          .map(([how]) => `${name} in ${haystack.name}, as ${how}`),
      ),
  )
}

function formsOf(secret: Buffer): [string, Buffer | string][] {
  const hex = secret.toString('hex')
  const percent = hex.replace(/../g, '%$&')
  const base64 = [0, 1, 2].map((shift) => inBase64(secret, shift))
  return [
    ['plain', secret],
    ['hex', hex],
    ['HEX', hex.toUpperCase()],
    ['every byte percent-encoded', percent],
    ['every byte percent-encoded', percent.toUpperCase()],
    ['URL-encoded', encodeURIComponent(secret.toString('latin1'))],
    ...base64.map((form): [string, string] => ['base64', form]),
    ...base64.map((form): [string, string] => ['base64url', toUrl(form)]),
    ...base64.map((form): [string, string] => ['base64 in a URL', encodeURIComponent(form)]),
  ]
}

/** The characters that depend on nothing but the secret, when `shift` bytes stand before it in its group of three. */
function inBase64(secret: Buffer, shift: number): string {
  const padded = Buffer.concat([Buffer.alloc(shift), secret])
  const first = Math.ceil((shift * 8) / 6)
  return padded.toString('base64').slice(first, Math.floor((padded.length * 8) / 6))
}

function toUrl(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_')
}
