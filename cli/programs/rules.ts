// The rules that a program behind walls gets from its parent: JSON in a variable that `behind-walls.ts` removes.
import type { Starts } from './sealed-starts.ts'

export const RULES = 'KEYSIDE_RULES'

export interface Rules {
  readonly starts: Starts
  /** Lines of `outgoing.ts`. */
  readonly outgoing: readonly string[]
}
