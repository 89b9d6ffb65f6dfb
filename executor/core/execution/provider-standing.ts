// Whether a provider's entries count now, and why not: one word for each order.
import { sentenceOf } from '../model/codes.ts'
import type { Order } from '../model/order.ts'
import { type Portfolio, providerOf, type State } from '../model/state.ts'
import type { Standing } from '../risk/rules/types.ts'
import { type DecisionContext, notice } from './context.ts'

/** A head may overtake the keyset that it names by this much. */
const OVERTAKE_MS = 2_000

/** Also for a provider that nobody has introduced: it is unknown. */
export function standingOf(
  { portfolio, session }: Pick<State, 'portfolio' | 'session'>,
  { stream, kid }: Pick<Order, 'stream' | 'kid'>,
): Standing {
  const name = providerOf(stream)
  const provider = portfolio.providers[name]
  if (provider === undefined) return 'unknown'
  if (provider.status !== 'followed') return provider.status
  if (provider.equivocations.length > 0) return 'equivocated'
  if (kid !== undefined && provider.revoked.includes(kid)) return 'key_revoked'
  return isKeysetBehind({ portfolio, session }, name) ? 'keyset_missing' : 'followed'
}

/** Providers that are stopped because of two signals with one number. */
export function equivocated({ providers }: Portfolio): readonly string[] {
  return Object.entries(providers).flatMap(([name, { equivocations }]) =>
    equivocations.length > 0 ? [name] : [],
  )
}

export function isRevoked({ providers }: Portfolio, name: string, kid: string): boolean {
  return providers[name]?.revoked.includes(kid) === true
}

/** An engine whose key is pinned by hand has no keyset to name. */
function isKeysetBehind({ portfolio, session }: State, name: string): boolean {
  const held = portfolio.providers[name]?.keyset ?? null
  const named = session.keysetsNamed[name]
  return held !== null && named !== undefined && named.version > held.version
}

/** The highest counts until it is held, or until whoever named it is revoked: an older head takes nothing back. */
export function nameKeyset(
  context: DecisionContext,
  name: string,
  { version, kid }: { readonly version: number; readonly kid: string },
): undefined {
  const { keysetsNamed } = context.session
  const before = keysetsNamed[name]
  const { now } = context.environment
  if (before === undefined || version > before.version)
    context.session = {
      ...context.session,
      keysetsNamed: { ...keysetsNamed, [name]: { version, kid, since: now, told: 'no' } },
    }
  const named = context.session.keysetsNamed[name]
  if (named === undefined || named.told === 'yes' || !isKeysetBehind(context, name)) return
  if (now < named.since + OVERTAKE_MS) return
  const told = { ...named, told: 'yes' } as const
  context.session = { ...context.session, keysetsNamed: { ...keysetsNamed, [name]: told } }
  const code = 'keyset_missing'
  notice(context, { level: 'warning', code, message: `${name}: ${sentenceOf(code)}` })
}

/** Of what a revoked key has said nothing is remembered. */
export function forgetNamed(context: DecisionContext, name: string): undefined {
  const named = context.session.keysetsNamed[name]
  if (named === undefined || !isRevoked(context.portfolio, name, named.kid)) return
  const { [name]: _, ...keysetsNamed } = context.session.keysetsNamed
  context.session = { ...context.session, keysetsNamed }
}
