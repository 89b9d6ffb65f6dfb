// What the shell says of a provider: how it stands, and which keyset counts from now on.
import { kept } from '../model/backoff.ts'
import { type ExecutorCode, sentenceOf } from '../model/codes.ts'
import { isPending } from '../model/order-table.ts'
import { type ProviderStatus, providerOf } from '../model/state.ts'
import { append, type DecisionContext, notice } from './context.ts'
import { denyOrder } from './deny.ts'
import type { Input } from './inputs.ts'
import { requestCancel } from './order-polling.ts'
import { forgetNamed, isRevoked } from './provider-standing.ts'

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
  { provider, version, hash, iat, revoked }: Extract<Input, { type: 'keyset' }>,
): undefined {
  const before = context.portfolio.providers[provider]
  if (before === undefined || version <= (before.keyset?.version ?? 0)) return
  append(context, { type: 'keyset', provider, version, hash, iat, revoked })
  const news = revoked.some((kid) => !before.revoked.includes(kid))
  if (news) endRevoked(context, provider)
  const code = news ? 'key_revoked' : 'keyset_taken'
  if (before.keyset === null && !news) return
  notice(context, {
    level: news ? 'warning' : 'info',
    code,
    message: `${provider}: ${sentenceOf(code)}`,
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
