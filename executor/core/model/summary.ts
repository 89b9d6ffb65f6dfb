// What the core knows of a summary of some time; the journal knows the rest.
import type { Answer } from '@keyside/protocol'

type Summary = Extract<Answer, { about: 'summary' }>

export type SummaryNow = Pick<
  Summary,
  'state' | 'positions' | 'unpriced' | 'held' | 'limits' | 'standing' | 'more'
>

export interface SummaryAsked {
  /** Unix ms. */
  readonly since: number
  readonly until: number
  /** The policy's. */
  readonly currency: string
  readonly now: SummaryNow
}
