// Where real money can be reached, a change that allows more counts only some time after it was accepted: a stolen minute
// at the device wins nothing at once. Where none can, the first day is for trying things.

import { NO_TIGHTENINGS, type Tightenings } from '../core/model/tightenings.ts'
import { difference } from '../core/risk/policy/difference.ts'
import type { Policy } from '../core/risk/policy/schema.ts'
import { policyInForce } from '../core/risk/policy/tighten.ts'
import { policyHash } from './accept.ts'
import { loadPolicy } from './load.ts'

export interface AcceptedPolicy {
  readonly hash: string
  readonly text: string
  /** Number of the last change that the chat had made by then: this takes the place of those. */
  readonly ended: number
}

/** Accepted and not yet in force. Times in Unix ms. */
export interface WaitingPolicy extends AcceptedPolicy {
  readonly acceptedAt: number
  readonly due: number
}

/** What was accepted: the policy in force, and the one that takes its place. */
export interface Acceptance extends AcceptedPolicy {
  readonly waiting: WaitingPolicy | null
  /** Whether one that was ever in force here said `real_money: yes`: what was bought then may still be held. */
  readonly beenLive: boolean
}

/** A change that shortens the wait has to wait too, or `real_money: yes` could follow a second later. */
const GUARDS: readonly string[] = ['real_money', 'loosening_delay']

/**
 * The first policy counts at once, and so does one that allows nothing that the one in force does not. Under `real_money: no`
 * no entry goes to a real exchange, whatever else the policy says: while that has always been so, any change counts at
 * once but the ones that would end it sooner.
 */
export function accepting(
  kept: Acceptance | null,
  next: { readonly text: string; readonly policy: Policy },
  now: number,
  fromChat: Tightenings = NO_TIGHTENINGS,
): Acceptance {
  const accepted = { hash: policyHash(next.text), text: next.text, ended: fromChat.last }
  if (kept === null)
    return { ...accepted, waiting: null, beenLive: next.policy.realMoney === 'yes' }
  const { waiting, ...inForce } = settled(kept, now)
  const { beenLive } = inForce
  const before = policyInForce(policyIn(inForce), fromChat, inForce.ended)
  const looser = loosened(before, next.policy)
  if (!looser.some((name) => beenLive || next.policy.realMoney === 'yes' || GUARDS.includes(name)))
    return { ...accepted, waiting: null, beenLive }
  // What is accepted again, or made tighter while it waits, does not wait anew.
  const due =
    waiting !== null &&
    loosened(policyInForce(policyIn(waiting), fromChat, waiting.ended), next.policy).length === 0
      ? waiting.due
      : now + before.looseningDelayMs
  return { ...inForce, waiting: { ...accepted, acceptedAt: now, due } }
}

/** What waited long enough is in force. */
export function settled(kept: Acceptance, now: number): Acceptance {
  const { waiting } = kept
  if (waiting === null || now < waiting.due) return kept
  const beenLive = kept.beenLive || policyIn(waiting).realMoney === 'yes'
  const { hash, text, ended } = waiting
  return { hash, text, ended, waiting: null, beenLive }
}

/** The one that the file has to be: the last that was accepted. */
export function lastAccepted(kept: Acceptance | null): string | null {
  return kept === null ? null : (kept.waiting ?? kept).hash
}

/** A change that is neither tighter nor looser, such as another currency, counts as looser. */
function loosened(before: Policy, next: Policy): readonly string[] {
  return difference(before, next).flatMap(({ setting, effect }) =>
    effect === 'tightens' ? [] : [setting],
  )
}

/** It was read when it was accepted. */
export function policyIn({ text }: AcceptedPolicy): Policy {
  const loaded = loadPolicy(text)
  if (!loaded.ok) throw new Error(`an accepted policy cannot be read: ${loaded.message}`)
  return loaded.policy
}
