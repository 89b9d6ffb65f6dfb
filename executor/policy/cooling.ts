// A change that allows more counts only some time after it was accepted: a stolen minute at the device wins nothing at once.
import { difference, policyHash } from './accept.ts'
import { loadPolicy } from './load.ts'
import type { Policy } from './schema.ts'

export interface AcceptedPolicy {
  readonly hash: string
  readonly text: string
}

/** Accepted and not yet in force. Times in Unix ms. */
export interface WaitingPolicy extends AcceptedPolicy {
  readonly acceptedAt: number
  readonly due: number
}

/** What was accepted: the policy in force, and the one that takes its place. */
export interface Acceptance extends AcceptedPolicy {
  readonly waiting: WaitingPolicy | null
}

/** The first policy counts at once, and so does one that allows nothing that the one in force does not. */
export function accepting(
  kept: Acceptance | null,
  next: { readonly text: string; readonly policy: Policy },
  now: number,
): Acceptance {
  const accepted = { hash: policyHash(next.text), text: next.text }
  if (kept === null) return { ...accepted, waiting: null }
  const { waiting, ...inForce } = settled(kept, now)
  const before = policyIn(inForce)
  if (!allowsMore(before, next.policy)) return { ...accepted, waiting: null }
  // What is accepted again, or made tighter while it waits, does not wait anew.
  const due =
    waiting !== null && !allowsMore(policyIn(waiting), next.policy)
      ? waiting.due
      : now + before.loosenAfterMs
  return { ...inForce, waiting: { ...accepted, acceptedAt: now, due } }
}

/** What waited long enough is in force. */
export function settled(kept: Acceptance, now: number): Acceptance {
  const { waiting } = kept
  if (waiting === null || now < waiting.due) return kept
  return { hash: waiting.hash, text: waiting.text, waiting: null }
}

/** The one that the file has to be: the last that was accepted. */
export function lastAccepted(kept: Acceptance | null): string | null {
  return kept === null ? null : (kept.waiting ?? kept).hash
}

/** A change that is neither more nor less, such as another currency, may be more. */
function allowsMore(before: Policy, next: Policy): boolean {
  return difference(before, next).some(({ effect }) => effect !== 'tightens')
}

/** It was read when it was accepted. */
export function policyIn({ text }: AcceptedPolicy): Policy {
  const loaded = loadPolicy(text)
  if (!loaded.ok) throw new Error(`an accepted policy cannot be read: ${loaded.message}`)
  return loaded.policy
}
