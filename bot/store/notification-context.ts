// What a notification to the owner needs.
import type { RandomBytes } from '@keyside/runtime'
import type { Store } from './open.ts'
import type { Owner } from './owner.ts'

export interface NotificationContext {
  readonly store: Store
  readonly randomBytes: RandomBytes
  readonly owner: Owner
  /** Whose reports they are: the bot's own name for it. */
  readonly device: string
  /** Unix ms. */
  readonly now: number
}
