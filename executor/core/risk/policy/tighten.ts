// The policy in force: the one that was accepted at the device, and what the chat has tightened since. The chat's part can
// never make it looser: each change is judged against what is in force without it, and counts for nothing where it is not tighter.
import Big from 'big.js'
import type { Tightenings } from '../../model/tightenings.ts'
import { type Change, difference } from './difference.ts'
import { withSetting } from './one-setting.ts'
import type { Policy } from './schema.ts'

/** Whether `after` allows nothing that `before` does not. */
export function isTighterOrEqual(before: Policy, after: Policy): boolean {
  return difference(before, after).every(({ effect }) => effect === 'tightens')
}

/** `ended`: number of the chat's last change that the accepted policy takes the place of. */
export function policyInForce(accepted: Policy, { settings }: Tightenings, ended = 0): Policy {
  const last = LAST.get(accepted)
  if (last?.settings === settings && last.ended === ended) return last.policy
  const policy = reckoned(accepted, settings, ended)
  LAST.set(accepted, { settings, ended, policy })
  return policy
}

interface Reckoned {
  readonly settings: Tightenings['settings']
  readonly ended: number
  readonly policy: Policy
}

/** Each decision asks, and the answer is the same until one of the three is another: judging costs more than a decision. */
const LAST = new WeakMap<Policy, Reckoned>()

function reckoned(accepted: Policy, settings: Tightenings['settings'], ended: number): Policy {
  return Object.entries(settings).reduce(
    (policy, [setting, { to, number }]) =>
      number <= ended ? policy : (tightened(policy, setting, to)?.policy ?? policy),
    accepted,
  )
}

interface Tightened {
  readonly policy: Policy
  readonly changes: readonly Change[]
}

/** Null where it would not be tighter, or where there is no such setting. */
export function tightened(before: Policy, setting: string, to: string): Tightened | null {
  const set = withSetting(before, setting, to)
  const policy = set === null ? null : agreeing(set)
  if (policy === null || !isTighterOrEqual(before, policy)) return null
  const changes = difference(before, policy)
  return changes.length === 0 ? null : { policy, changes }
}

/** An order is never larger than the hour, and an hour never than the day: what is lowered takes the others along. */
function agreeing(policy: Policy): Policy {
  const { limits } = policy
  const hour = smaller(limits.hour, limits.day)
  return { ...policy, limits: { ...limits, hour, order: smaller(limits.order, hour) } }
}

function smaller(a: string, b: string): string {
  return new Big(a).lte(b) ? a : b
}
