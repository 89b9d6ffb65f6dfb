// The keys a program trusts, each for named kinds and one issuer. The header is looked up here, never interpreted.
import { encodeBase64url } from './base64url.ts'
import type { PublicKey } from './keys.ts'
import { KINDS, type Kind } from './kinds.ts'

export interface Pin {
  readonly key: PublicKey
  readonly kind: Kind
  readonly issuer: string
}

/** From the one acceptable header segment of a (key, kind) to that pair. */
export type Keyring = ReadonlyMap<string, Pin>

/** `issuer` is the only `iss` that this key may write. */
export interface Trust {
  readonly key: PublicKey
  readonly issuer: string
  readonly kinds: readonly Kind[]
}

/** The protected header of a (key, kind), RFC 7515 section 4, with `alg` after RFC 9864 section 2.2. */
export function headerSegment(kid: string, kind: Kind): string {
  const header = `{"alg":"Ed25519","kid":"${kid}","typ":"${KINDS[kind].typ}"}`
  return encodeBase64url(new TextEncoder().encode(header))
}

export function keyring(trusted: readonly Trust[]): Keyring {
  const pins = new Map<string, Pin>()
  for (const { key, issuer, kinds } of trusted)
    for (const kind of kinds) pins.set(headerSegment(key.kid, kind), { key, kind, issuer })
  return pins
}
