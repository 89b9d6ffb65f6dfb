// How providers stand: what the shell says of them, which keyset counts, and whether an entry of theirs counts now.
import { kept } from '../model/backoff.ts'
import { type ExecutorCode, sentenceOf } from '../model/codes.ts'
import type { Order } from '../model/order.ts'
import { isPending } from '../model/order-table.ts'
import { type ProviderStatus, providerOf } from '../model/provider.ts'
import type { Portfolio, State } from '../model/state.ts'
import type { Standing } from '../risk/rules/rule.ts'
import { append, type DecisionContext, notice } from './context.ts'
import type { Input } from './inputs.ts'
import { requestCancel } from './order-polling.ts'
import { denyOrder } from './report-order.ts'

const LEVELS = {
  followed: 'info',
  removed: 'info',
  unreachable: 'warning',
  unverified: 'warning',
  ended: 'error',
  equivocated: 'error',
} as const

/** Told once for each change; throws for another root under a name that is taken. */
export function onProvider(
  context: DecisionContext,
  { provider, root, status, terms, message }: Extract<Input, { type: 'provider' }>,
): undefined {
  const before = context.portfolio.providers[provider]
  const accepted = terms === undefined || terms === (before?.terms ?? '') ? {} : { terms }
  const isSame = before?.root === root && before.status === status
  if (isSame && !('terms' in accepted)) return
  append(context, { type: 'provider', provider, root, status, ...accepted })
  if (isSame || (before === undefined && status === 'followed')) return
  const code = codeOf(status)
  notice(context, { level: LEVELS[status], code, message: message || sentenceOf(code) })
}

function codeOf(status: ProviderStatus): ExecutorCode {
  return `provider_${status}`
}

/** From here on nothing counts that a revoked key has signed, whenever it comes. */
export function onKeyset(
  context: DecisionContext,
  { provider, version, hash, root, iat, revoked, news }: Extract<Input, { type: 'keyset' }>,
): undefined {
  const before = context.portfolio.providers[provider]
  if (before === undefined || version <= (before.keyset?.version ?? 0)) return
  append(context, { type: 'keyset', provider, version, hash, root, iat, revoked })
  const revokes = revoked.some((kid) => !before.revoked.includes(kid))
  if (revokes) endRevoked(context, provider)
  const code = revokes ? 'key_revoked' : 'keyset_taken'
  if (before.keyset === null && !revokes) return
  notice(context, {
    level: revokes ? 'warning' : 'info',
    code,
    message: `${provider}: ${sentenceOf(code)}${news === '' ? '' : `. New in it: ${news}`}`,
  })
}

/** Its waiting and resting orders end, and what its heads said is forgotten. */
function endRevoked(context: DecisionContext, name: string): undefined {
  forgetNamed(context, name)
  const heads = kept(
    context.session.heads,
    (stream, { head }) =>
      providerOf(stream) !== name || !isRevoked(context.portfolio, name, head.kid),
  )
  context.session = { ...context.session, heads }
  for (const order of Object.values(context.portfolio.orders)) {
    if (providerOf(order.stream) !== name || order.kid === undefined) continue
    if (!isRevoked(context.portfolio, name, order.kid)) continue
    if (isPending(order.state) || order.state === 'canceling_stop')
      denyOrder(context, order, 'key_revoked')
    else requestCancel(context, order)
  }
}

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
function forgetNamed(context: DecisionContext, name: string): undefined {
  const named = context.session.keysetsNamed[name]
  if (named === undefined || !isRevoked(context.portfolio, name, named.kid)) return
  const { [name]: _, ...keysetsNamed } = context.session.keysetsNamed
  context.session = { ...context.session, keysetsNamed }
}
