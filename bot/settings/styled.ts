// Everything that writes for the owner runs in the style that the owner has chosen.
import type { Store } from '../store/open.ts'
import { readSettings } from '../store/settings.ts'
import { inStyle } from '../texts/style.ts'

export function styled<T>(store: Store, run: () => T): T {
  return inStyle(readSettings(store), run)
}
