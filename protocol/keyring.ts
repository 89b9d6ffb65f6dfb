// The keys a program trusts, each for named kinds and one issuer. The header is looked up here, never interpreted.
import { encodeBase64url } from './base64url.ts'
import { DELEGATED_KINDS, type Keyset } from './claims/keyset.ts'
import { type PublicKey, portablePublicKey } from './keys.ts'
import { KINDS, type Kind } from './kinds.ts'
import type { Scope } from './scope.ts'

export interface TrustedPin {
  readonly key: PublicKey
  readonly kind: Kind
  readonly issuer: string
  /** Null for a key that is pinned by hand. */
  readonly scope: Scope | null
}

/** A key that a keyset revokes: known, and never believed. */
interface RevokedPin {
  readonly key: null
  readonly kind: Kind
}

type Pin = TrustedPin | RevokedPin

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
    for (const kind of kinds)
      pins.set(headerSegment(key.kid, kind), { key, kind, issuer, scope: null })
  return pins
}

/**
 * The keys of a verified keyset, each within its scope; a revoked key is refused, even where it is listed.
 * `publicKey` makes the verifiers: on Node, that of `@keyside/protocol/node` is ten times faster.
 */
export function keysetKeyring(
  { iss: issuer, keys, plans, revoked }: Keyset,
  publicKey: (text: string) => PublicKey = portablePublicKey,
): Keyring {
  const pins = new Map<string, Pin>()
  for (const delegated of keys) {
    const key = publicKey(delegated.key)
    const scope: Scope = {
      plans: scopeOf(delegated, plans),
      access: delegated.kinds.includes('answer') ? 'yes' : 'no',
      until: delegated.until ?? null,
    }
    for (const kind of delegated.kinds)
      pins.set(headerSegment(key.kid, kind), { key, kind, issuer, scope })
  }
  for (const kid of revoked)
    for (const kind of DELEGATED_KINDS) pins.set(headerSegment(kid, kind), { key: null, kind })
  return pins
}

/** The plans of the keyset that the key may speak for, and those markets of each that it may. */
function scopeOf(
  key: Pick<Keyset['keys'][number], 'plans' | 'markets'>,
  plans: Keyset['plans'],
): Scope['plans'] {
  return new Map(
    plans
      .filter(({ plan }) => key.plans?.includes(plan) ?? true)
      .map(({ plan, markets }) => [
        plan,
        new Set(markets.filter((market) => key.markets?.includes(market) ?? true)),
      ]),
  )
}
