// The next keyset, from the one in force and a change. Pure: nothing is signed here.
import { type Address, type Keyset, type Root, thumbprint, WIRE_VERSIONS } from '@keyside/protocol'

const DAY = 86_400
/** Life of a keyset, days. A device that is cut off trusts a revoked key for at most that long. */
export const KEYSET_DAYS = 30
/** How long a key stays listed after its end, seconds: a replay may still send signals that it signed. */
const LISTED_AFTER = 30 * DAY
const MAX_ROOTS = 5
const MAX_REVOKED = 64

type Delegated = Keyset['keys'][number]

/** When it is written, when it ends (Unix seconds), and its name. */
export interface Dates {
  readonly now: number
  readonly days: number
  readonly jti: string
}

/** What a provider writes into config.yaml. */
export interface Offered {
  readonly plans: Readonly<Record<string, Omit<Keyset['plans'][number], 'plan'>>>
  /** The first one first. */
  readonly addresses: Address[]
}

export interface FirstKeyset extends Offered {
  readonly provider: string
  readonly root: Root
  /** Raw public keys. */
  readonly engine: string
  readonly answer: string
}

export function firstKeyset(first: FirstKeyset, dates: Dates): Keyset {
  const { provider, root, engine, answer } = first
  return {
    iss: provider,
    aud: 'executors',
    ...lifeOf(dates),
    version: 1,
    roots: [root],
    keys: [
      { key: engine, kinds: ['signal', 'head', 'alert', 'response'] },
      { key: answer, kinds: ['answer', 'response'] },
    ],
    revoked: [],
    ...offered(first),
    wire: WIRE_VERSIONS.map((version) => ({ version })),
  }
}

/** The same keys, and what is offered now: plans with their terms, and where the broker is. */
export function renewed(current: Keyset, what: Offered, dates: Dates): Keyset {
  const keys = current.keys.filter(
    ({ until }) => until === undefined || dates.now < until + LISTED_AFTER,
  )
  const wire = WIRE_VERSIONS.map((version) => ({ version }))
  const version = current.version + 1
  return { ...current, ...lifeOf(dates), version, keys, ...offered(what), wire }
}

/** `successor` may sign what `kid` may; that one counts until `until`, so that nobody loses a signal. */
export function withSuccessor(
  keyset: Keyset,
  kid: string,
  { successor, until }: { readonly successor: string; readonly until: number },
): Keyset {
  const keys = keyset.keys.flatMap((delegated): Delegated[] => {
    if (thumbprint(delegated.key) !== kid) return [delegated]
    const { until: _, ...scope } = delegated
    return [
      { ...delegated, until: Math.min(until, delegated.until ?? until) },
      { ...scope, key: successor },
    ]
  })
  return { ...keyset, keys }
}

/** Nothing that the key has ever signed counts any more. */
export function withoutKey(keyset: Keyset, kid: string): Keyset {
  const keys = keyset.keys.filter(({ key }) => thumbprint(key) !== kid)
  const revoked = [...keyset.revoked.filter((each) => each !== kid), kid].slice(-MAX_REVOKED)
  return { ...keyset, keys, revoked }
}

/** The earlier roots and the new one must all sign it. */
export function withRoot(keyset: Keyset, root: Root): Keyset {
  return { ...keyset, roots: [...keyset.roots, root].slice(-MAX_ROOTS) }
}

/** The keys that may sign signals and heads at `now`, by thumbprint. */
export function engineKids({ keys }: Keyset, now: number): string[] {
  return keys
    .filter(({ kinds, until }) => kinds.includes('signal') && (until === undefined || now < until))
    .map(({ key }) => thumbprint(key))
}

function lifeOf({ now, days, jti }: Dates): Pick<Keyset, 'iat' | 'exp' | 'jti'> {
  return { iat: now, exp: now + days * DAY, jti }
}

function offered({ plans, addresses }: Offered): Pick<Keyset, 'plans' | 'addresses'> {
  return {
    plans: Object.entries(plans).map(([plan, { about, markets, terms }]) => ({
      plan,
      about,
      markets,
      ...(terms && { terms }),
    })),
    addresses,
  }
}
