// Whether a policy file is the one the trader accepted at the device, and what a new one would change.
import { hashText } from '@keyside/protocol'
import type { Policy } from '../core/risk/policy/schema.ts'
import { type Setting, settings } from '../core/risk/policy/settings.ts'
import { type LoadedPolicy, loadPolicy } from './load.ts'

/** SHA-256 of the file's text, base64url. The caller keeps the accepted one where the file's editor cannot reach. */
export function policyHash(text: string): string {
  return hashText(text)
}

/** The policy, if `accepted` (null for none) is its hash. An older file is no better than a forged one. */
export function acceptedPolicy(text: string, accepted: string | null): LoadedPolicy {
  const loaded = loadPolicy(text)
  if (!loaded.ok || policyHash(text) === accepted) return loaded
  const message =
    accepted === null
      ? 'no policy was accepted yet: read it with keyside policy show, then run keyside policy accept'
      : 'policy.yaml is not the one you accepted: look at the changes with keyside policy check, then run keyside policy accept or put the old file back'
  return { ok: false, code: 'policy_not_accepted', line: 1, message }
}

export interface Change {
  readonly setting: string
  /** `changes`: neither more nor less, such as another currency. Read those twice. */
  readonly effect: 'loosens' | 'tightens' | 'changes'
  /** Null where there was, or is, no such setting. */
  readonly from: string | null
  readonly to: string | null
}

/** What accepting `next` would change. Without an `old` policy, which allowed nothing, everything loosens. */
export function difference(old: Policy | null, next: Policy): readonly Change[] {
  const before = byName(old === null ? [] : settings(old))
  const after = byName(settings(next))
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].flatMap((name) => changeOf(name, before.get(name), after.get(name)))
}

function changeOf(setting: string, from: Setting | undefined, to: Setting | undefined): Change[] {
  if (from?.text === to?.text) return []
  return [{ setting, effect: effectOf(from, to), from: from?.text ?? null, to: to?.text ?? null }]
}

function effectOf(from: Setting | undefined, to: Setting | undefined): Change['effect'] {
  if (from === undefined) return 'loosens'
  if (to === undefined) return 'tightens'
  if (from.reach === null || to.reach === null || from.unit !== to.unit) return 'changes'
  return to.reach.gt(from.reach) ? 'loosens' : to.reach.lt(from.reach) ? 'tightens' : 'changes'
}

function byName(list: readonly Setting[]): ReadonlyMap<string, Setting> {
  return new Map(list.map((setting) => [setting.name, setting]))
}
