// Events of a provider: its standing, the keyset in force, and the reset of streams after a revocation.
import { anew } from './apply-stream.ts'
import type { FactOf } from './events.ts'
import { type Provider, providerOf } from './provider.ts'
import type { Portfolio } from './state.ts'

/** Throws for another root: that is another provider, and may not have this one's name. */
export function applyProvider(
  portfolio: Portfolio,
  { provider: name, root, status, terms }: FactOf<'provider'>,
): Portfolio {
  const before = portfolio.providers[name]
  if (before === undefined)
    return withProvider(portfolio, name, {
      root,
      status,
      terms: terms ?? '',
      keyset: null,
      revoked: [],
      equivocations: [],
    })
  if (before.root !== root) throw new Error(`the root of ${name} is another than the one journaled`)
  return withProvider(portfolio, name, { ...before, status, terms: terms ?? before.terms })
}

/** Throws for a provider that is not known, and for a version that is not higher. */
export function applyKeyset(portfolio: Portfolio, event: FactOf<'keyset'>): Portfolio {
  const { provider: name, version, hash, root, iat, revoked } = event
  const before = known(portfolio, name)
  if (before.keyset !== null && version <= before.keyset.version)
    throw new Error(`the keyset of ${name} went from ${before.keyset.version} to ${version}`)
  const provider = {
    ...before,
    keyset: { version, hash, root, iat },
    revoked,
    equivocations: before.equivocations.filter((signers) => !isAny(signers, revoked)),
  }
  return forgetSigned(withProvider(portfolio, name, provider), name, revoked)
}

/**
 * Whatever a thief has signed into a stream ends here: a candle far ahead, a number far ahead, a hash that no genuine
 * signal follows. What was bought counts as older than the head with which the stream begins anew.
 */
function forgetSigned(portfolio: Portfolio, name: string, revoked: readonly string[]): Portfolio {
  const streams = mapped(portfolio.streams, (stream, key) =>
    providerOf(key) === name && isAny(stream.signers, revoked) ? anew(stream) : stream,
  )
  const isAnew = (key: string) => streams[key] !== portfolio.streams[key]
  return {
    ...portfolio,
    streams,
    positions: mapped(portfolio.positions, (position) =>
      isAnew(position.stream) ? { ...position, seq: -1 } : position,
    ),
    orders: mapped(portfolio.orders, (order) =>
      providerOf(order.stream) === name && isAny([order.kid ?? ''], revoked)
        ? { ...order, seq: -1 }
        : order,
    ),
  }
}

export function applyEquivocated(
  portfolio: Portfolio,
  { stream, signers }: FactOf<'equivocated'>,
): Portfolio {
  const name = providerOf(stream)
  const before = known(portfolio, name)
  return withProvider(portfolio, name, {
    ...before,
    equivocations: [...before.equivocations, signers],
  })
}

export function clearEquivocation(portfolio: Portfolio, name: string): Portfolio {
  return withProvider(portfolio, name, { ...known(portfolio, name), equivocations: [] })
}

function known({ providers }: Portfolio, name: string): Provider {
  const provider = providers[name]
  if (provider === undefined) throw new Error(`no provider ${name} is known`)
  return provider
}

function withProvider(portfolio: Portfolio, name: string, provider: Provider): Portfolio {
  return { ...portfolio, providers: { ...portfolio.providers, [name]: provider } }
}

function isAny(signers: readonly string[], revoked: readonly string[]): boolean {
  return signers.some((kid) => revoked.includes(kid))
}

function mapped<T>(
  record: Readonly<Record<string, T>>,
  change: (value: T, key: string) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]))
}
