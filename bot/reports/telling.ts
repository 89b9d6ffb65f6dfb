// What it takes to tell the owner something.
import type { Chance } from '@keyside/runtime'
import type { Store } from '../store/open.ts'
import type { Owner } from '../store/owner.ts'

export interface Telling {
  readonly store: Store
  readonly chance: Chance
  readonly owner: Owner
  /** Unix ms. */
  readonly now: number
}
