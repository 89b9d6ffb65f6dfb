// What a program behind walls is told by whoever starts it, as JSON in a variable that `behind-walls.ts` takes away.
import type { Starts } from './sealed-starts.ts'

export const RULES = 'KEYSIDE_RULES'

export interface Rules {
  readonly starts: Starts
  /** Lines of `outgoing.ts`. */
  readonly outgoing: readonly string[]
}
