// What a notification to the owner needs.
import type { RandomBytes } from '@keyside/runtime'
import type { Store } from '../store/open.ts'
import type { Owner } from '../store/owner.ts'

export interface NotificationContext {
  readonly store: Store
  readonly randomBytes: RandomBytes
  readonly owner: Owner
  /** Unix ms. */
  readonly now: number
}
