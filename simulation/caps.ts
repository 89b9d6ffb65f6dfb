// I2: what an entry may use and reserve, held against the policy in force, counted by the judge.
import { isFinal } from '../executor/orders/table.ts'
import type { Policy } from '../executor/policy/schema.ts'
import { type Known, type Ledger, worth } from './ledger.ts'
import { decimal, VALUE_PLACES, valueUnits } from './units.ts'

/** The cap that an entry breaks which was just intended, or for which the trader is just being asked; null for none. */
export function brokenCap(
  ledger: Ledger,
  entry: Known,
  policy: Policy,
  { at, sentBefore }: { at: number; sentBefore: number },
): string | null {
  const { limits, streams } = policy
  const value = worth(entry)
  const allotment = streams.get(entry.seed.stream)?.allotment ?? '0'
  return (
    above('one order', value, limits.order) ??
    above('the day', usedToday(ledger, at), limits.day) ??
    above(`${entry.seed.stream}'s allotment`, inMarket(ledger, entry.seed.stream), allotment) ??
    (entry.state === 'intended' || entry.state === 'sending'
      ? above('orders a minute', valueUnits(String(sentBefore + 1)), String(limits.ordersPerMinute))
      : null)
  )
}

function above(what: string, value: number, cap: string): string | null {
  if (value <= valueUnits(cap)) return null
  return `${what}: ${decimal(value, VALUE_PLACES)} of ${cap}`
}

/** Decided and reserved. */
export function usedToday(ledger: Ledger, at: number): number {
  const reserved = [...ledger.orders.values()].filter(
    ({ seed, state }) => seed.kind === 'entry' && (state === 'waiting' || state === 'approved'),
  )
  return reserved.reduce((sum, one) => sum + worth(one), ledger.decidedOn(at))
}

/** Cost of what is held, and of what open entries may still buy. */
function inMarket(ledger: Ledger, stream: string): number {
  const all = [...ledger.orders.values()].filter(({ seed }) => seed.stream === stream)
  const open = all
    .filter(({ seed, state }) => seed.kind === 'entry' && !isFinal(state))
    .filter(({ state }) => state !== 'received')
    .reduce((sum, one) => sum + Math.max(0, worth(one) - one.cost), 0)
  return open + costHeld(ledger, stream)
}

/** From the book: the share of what was paid that is still held, cut to whole units. */
function costHeld(ledger: Ledger, stream: string): number {
  return Object.values(ledger.book.positions)
    .filter((position) => position.stream === stream && Number(position.bought) > 0)
    .reduce(
      (sum, { paid, amount, bought }) =>
        sum + Math.floor((Number(paid) * Number(amount) * 1e10) / Number(bought)) - 1,
      0,
    )
}
