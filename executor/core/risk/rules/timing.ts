// Whether this is a moment to take new risk. Exits and stops lower risk and pass, except past an unknown order.
import type { Policy } from '../policy/schema.ts'
import { deny, type Rule } from './rule.ts'

/** A head lives 45 s: silence for longer may be someone holding back exits. */
export const HEAD_LIFE_MS = 45_000
/** Binance refuses what is stamped more than 1 s ahead of it; at 2 s no age or deadline means anything. */
const MAX_SKEW_MS = 2000

export const trading: Rule = {
  tag: 'trading.state',
  check({ kind, trading: state }) {
    if (kind !== 'entry' || state === 'running') return null
    const way = state === 'paused' ? 'send /resume' : 'run "keyside unhalt" at the device'
    return deny(this, `trading is ${state}: no new entries; ${way} when you want to go on`)
  },
}

export const pausedPart: Rule = {
  tag: 'trading.pause',
  check({ kind, pause }) {
    if (kind !== 'entry' || pause === null) return null
    const { of, name } = pause
    return deny(
      this,
      `the ${of} ${name} is paused: no new entries there; send /resume ${name.toLowerCase()} when you want to go on`,
    )
  },
}

export const heartbeat: Rule = {
  tag: 'hb.deadman',
  check({ kind, now, headAt }) {
    if (kind !== 'entry') return null
    const age = headAt === null ? Number.NaN : now - headAt
    if (age >= -MAX_SKEW_MS && age <= HEAD_LIFE_MS) return null
    return deny(
      this,
      `no valid sign of life from the strategy engine for ${HEAD_LIFE_MS / 1000} s: entries wait until it is back`,
    )
  },
}

export const clockSkew: Rule = {
  tag: 'clock.skew',
  check({ kind, skewMs }) {
    if (kind !== 'entry') return null
    if (skewMs !== null && Math.abs(skewMs) <= MAX_SKEW_MS) return null
    const found = skewMs === null ? 'not known' : `${skewMs} ms`
    return deny(
      this,
      `expected this device's clock within ${MAX_SKEW_MS} ms of the exchange's, the difference is ${found}: set the clock`,
    )
  },
}

/** Also for exits: while an order may or may not have filled, nobody knows how much there is to sell. */
export const unknownOrders: Rule = {
  tag: 'unknown.open',
  check({ order, unknownOnMarket }) {
    if (unknownOnMarket === 0) return null
    return deny(
      this,
      `the outcome of an earlier order on ${order.market} is not known yet: nothing is sent there until the exchange has answered`,
    )
  },
}

/** Without approval a signal is followed at once or not at all; with it, until `validUntil`. */
export const expiry: Rule = {
  tag: 'time.expiry',
  check({ kind, now, signedAt, validUntil, approved }, policy) {
    if (kind !== 'entry') return null
    if (approved === 'no') {
      const age = now - signedAt
      if (age >= -MAX_SKEW_MS && age <= policy.maxSignalAgeMs) return null
      return deny(
        this,
        `expected a signal at most ${policy.maxSignalAgeMs / 1000} s old, this one is ${age / 1000} s old: it came too late (or a clock is wrong)`,
      )
    }
    if (now < deadline({ signedAt, validUntil }, policy)) return null
    return deny(
      this,
      'the approval came after the signal had ended: answer sooner, or raise approval_timeout at the device',
    )
  },
}

/**
 * The last moment at which an approved entry may still be sent, Unix ms. The engine sets `validUntil`; the policy caps it.
 * NaN where the input is not a time.
 */
export function deadline(
  { signedAt, validUntil }: { readonly signedAt: number; readonly validUntil: number },
  { approvalTimeoutMs }: Pick<Policy, 'approvalTimeoutMs'>,
): number {
  return Math.min(validUntil, signedAt + approvalTimeoutMs)
}
