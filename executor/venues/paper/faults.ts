// Faults of a paper account, chosen by traders who want to see them once before they trade real money.
import type { RandomBytes } from '@keyside/runtime'
import { type FaultSchedule, NO_FAULT, type RequestFate, type VenueRequest } from '@keyside/venue'

export type NoAnswer = 'no_answer'
export type PaperFaults = FaultSchedule<NoAnswer>

/** `some`: one order in five meets one of them, each as often as the others. */
const SOME: readonly RequestFate<NoAnswer>[] = [
  { ...NO_FAULT, name: 'taken, and no answer', answer: 'no_answer' },
  { ...NO_FAULT, name: 'lost, and no answer', arrivesAfter: null, answer: 'no_answer' },
  { ...NO_FAULT, name: 'half is filled', effects: { fills: 'half_then_cancel' } },
  { ...NO_FAULT, name: 'three seconds late', arrivesAfter: 3_000, answersAfter: 3_000 },
]
const ONE_IN = 5

export function paperFaults(faults: 'none' | 'some', randomBytes: RandomBytes): PaperFaults {
  return {
    fate: ({ kind }: VenueRequest) => {
      if (faults === 'none' || kind !== 'order') return NO_FAULT
      const draw = Buffer.from(randomBytes(2)).readUInt16BE() % (ONE_IN * SOME.length)
      return SOME[draw] ?? NO_FAULT
    },
  }
}
