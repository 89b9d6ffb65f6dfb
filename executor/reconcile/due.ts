// When the exchange has to be looked at next.
import type { Live } from '../core/state.ts'
import { FIRST_ANSWER_MS } from './compare.ts'

export function looksDue({ looks, started }: Live): readonly number[] {
  return Object.values(looks).flatMap(({ state, at, found }) => [
    ...(state === 'due' ? [at] : []),
    ...(found === 'awaited' ? [started + FIRST_ANSWER_MS] : []),
  ])
}
