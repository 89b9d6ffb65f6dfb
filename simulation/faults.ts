// How an order can go wrong between the device and the exchange: what the exchange does, and what the device hears.
import type { Random } from './base/random.ts'

export interface PlaceFault {
  readonly name: string
  /** `rejected`: it is there, and never at work. `late`: after the device has given up, within the exchange's window. */
  readonly taken: 'yes' | 'no' | 'late' | 'rejected'
  /** When the device hears that nothing is known, ms after sending. */
  readonly heardAfter: readonly [number, number]
}

const SOON = [5, 400] as const
/** After so long the device gives a question up. */
export const TIMEOUT_MS = 15_000
const TIMEOUT = [TIMEOUT_MS, TIMEOUT_MS] as const
const BACK_END = [9_500, 10_500] as const

/** The adapter turns every one of them into `unknown`: its own tests show that on the wire. */
export const PLACE_FAULTS: readonly PlaceFault[] = [
  { name: 'connect refused', taken: 'no', heardAfter: [1, 5] },
  { name: 'reset before body', taken: 'no', heardAfter: SOON },
  { name: 'reset after body', taken: 'yes', heardAfter: SOON },
  { name: 'accept then no answer', taken: 'yes', heardAfter: TIMEOUT },
  { name: 'accept then 500', taken: 'yes', heardAfter: SOON },
  { name: 'accept then 503', taken: 'yes', heardAfter: SOON },
  { name: '504, then rejected', taken: 'rejected', heardAfter: BACK_END },
  { name: '504 accepted', taken: 'yes', heardAfter: BACK_END },
  { name: '504 not accepted', taken: 'no', heardAfter: BACK_END },
  { name: '-1007 accepted', taken: 'yes', heardAfter: BACK_END },
  { name: '-1007 not accepted', taken: 'no', heardAfter: BACK_END },
  { name: 'empty 200', taken: 'yes', heardAfter: SOON },
  { name: 'html 200', taken: 'yes', heardAfter: SOON },
  { name: '{} 200', taken: 'yes', heardAfter: SOON },
  { name: 'wrong order 200', taken: 'yes', heardAfter: SOON },
  { name: 'slow, then accepted', taken: 'late', heardAfter: TIMEOUT },
]

/** How long after sending a late order is still taken at most, ms: the receive window and the adapter's timeout. */
export const ACCEPTANCE_WINDOW_MS = 20_000

/** Longest that the exchange shows the past, ms. */
export const MAX_LAG_MS = 8_000
/** Of an exchange at which new orders are found late, ms. */
export const LATE_LAG_MS = 60_000

export interface ReadFault {
  readonly name: string
  /** For a cancel: whether it was done all the same. */
  readonly reached: 'yes' | 'no'
  readonly heardAfter: readonly [number, number]
}

export const READ_FAULTS: readonly ReadFault[] = [
  { name: 'question refused', reached: 'no', heardAfter: [1, 5] },
  { name: 'question 500', reached: 'no', heardAfter: SOON },
  { name: 'question without answer', reached: 'yes', heardAfter: TIMEOUT },
  { name: 'answer to another question', reached: 'yes', heardAfter: SOON },
]

export function lateBy(random: Random): number {
  return random.between(TIMEOUT_MS, ACCEPTANCE_WINDOW_MS)
}

export function shuffled<T>(random: Random, list: readonly T[]): T[] {
  return list
    .map((one) => ({ one, at: random.part() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)
}
