// What one policy allows that another does not, setting by setting: the one judge of looser and tighter.
import type { Policy } from './schema.ts'
import { type Setting, settings } from './settings.ts'

export interface Change {
  readonly setting: string
  /** `changes`: neither more nor less, such as another currency. Read those twice. */
  readonly effect: 'loosens' | 'tightens' | 'changes'
  /** Null where there was, or is, no such setting. */
  readonly from: string | null
  readonly to: string | null
}

/** What `next` would change. Without an `old` policy, which allowed nothing, everything loosens. */
export function difference(old: Policy | null, next: Policy): readonly Change[] {
  if (old === next) return []
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
