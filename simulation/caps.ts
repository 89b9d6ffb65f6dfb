// I2: what an entry may use and reserve, held against the policy in force, counted by the judge.
import { isFinal } from '../executor/core/model/order-table.ts'
import type { Policy } from '../executor/core/risk/policy/schema.ts'
import { decimal, priceUnits, VALUE_PLACES, valueUnits } from './base/units.ts'
import { type Known, type Ledger, worth } from './ledger.ts'

const HOUR_MS = 3_600_000

/** The cap that an entry breaks which was just intended, or for which the trader is just being asked; null for none. */
export function brokenCap(
  ledger: Ledger,
  entry: Known,
  policy: Policy,
  { at, sentBefore }: { at: number; sentBefore: number },
): string | null {
  const { limits, streams, maxStopDistance } = policy
  const { stream, intent } = entry.seed
  const own = streams.get(stream)
  const isSent = entry.state === 'initialized' || entry.state === 'submitted'
  return (
    above('one order', worth(entry), limits.order) ??
    above('the day', usedToday(ledger, at), limits.day) ??
    above('the hour', usedSince(ledger, at - HOUR_MS), limits.hour) ??
    above(`${stream}'s allocation`, inMarket(ledger, { stream }), own?.allocation ?? '0') ??
    above(intent.market, inMarket(ledger, { market: intent.market }), limits.position) ??
    above(`${stream}'s budget`, usedEver(ledger, stream), own?.lifetimeBudget ?? '0') ??
    above('entries a day', count(entriesToday(ledger, at)), String(limits.ordersPerDay)) ??
    above('round trips', count(ledger.trips(intent.market, at) + 1), String(limits.roundTrips)) ??
    tooFarFromStop(entry, maxStopDistance) ??
    (isSent
      ? above('orders a minute', count(sentBefore + 1), String(limits.ordersPerMinute))
      : null)
  )
}

function above(what: string, value: number, cap: string): string | null {
  if (cap === 'unlimited' || value <= valueUnits(cap)) return null
  return `${what}: ${decimal(value, VALUE_PLACES)} of ${cap}`
}

function count(number: number): number {
  return valueUnits(String(number))
}

/** Decided and reserved. */
export function usedToday(ledger: Ledger, at: number): number {
  return reserved(ledger).reduce((sum, one) => sum + worth(one), ledger.decidedOn(at).value)
}

function usedSince(ledger: Ledger, since: number): number {
  const decided = ledger.decided.filter((one) => one.at > since)
  return sumOf(decided) + reserved(ledger).reduce((sum, one) => sum + worth(one), 0)
}

function usedEver(ledger: Ledger, stream: string): number {
  const decided = ledger.decided.filter((one) => one.stream === stream)
  const waiting = reserved(ledger).filter(({ seed }) => seed.stream === stream)
  return sumOf(decided) + waiting.reduce((sum, one) => sum + worth(one), 0)
}

function entriesToday(ledger: Ledger, at: number): number {
  return ledger.decidedOn(at).entries + reserved(ledger).length
}

function sumOf(decided: Ledger['decided']): number {
  return decided.reduce((sum, { value }) => sum + value, 0)
}

function reserved(ledger: Ledger): readonly Known[] {
  return [...ledger.orders.values()].filter(
    ({ seed, state }) =>
      seed.kind === 'entry' && ['waiting', 'reducing', 'approved'].includes(state),
  )
}

interface Place {
  readonly stream?: string
  readonly market?: string
}

/** Cost of what is held, and of what open entries may still buy. */
function inMarket(ledger: Ledger, { stream, market }: Place): number {
  const isThere = (place: { stream: string; market: string }) =>
    (stream ?? place.stream) === place.stream && (market ?? place.market) === place.market
  const open = [...ledger.orders.values()]
    .filter(({ seed }) => isThere({ stream: seed.stream, market: seed.intent.market }))
    .filter(({ seed, state }) => seed.kind === 'entry' && !isFinal(state))
    .filter(({ state }) => state !== 'received')
    .reduce((sum, one) => sum + Math.max(0, worth(one) - one.cost), 0)
  const held = Object.values(ledger.portfolio.positions).filter(isThere)
  return open + held.reduce((sum, one) => sum + costOf(one), 0)
}

/** The share of what was paid that is still held, cut to whole units. */
function costOf({
  cost,
  amount,
  baseBought,
}: Record<'cost' | 'amount' | 'baseBought', string>): number {
  if (!(Number(baseBought) > 0)) return 0
  return Math.floor((Number(cost) * Number(amount) * 1e10) / Number(baseBought)) - 1
}

/** By more than a rounded price can make it. */
function tooFarFromStop({ seed, plan }: Known, within: Policy['maxStopDistance']): string | null {
  if (within === 'optional' || plan === null) return null
  if (seed.intent.stopPrice === undefined) return 'an entry without a stop'
  const [price, stop] = [priceUnits(plan.request.price), priceUnits(seed.intent.stopPrice)]
  const percent = ((price - stop) * 100) / price
  return percent <= Number(within) + 1e-9 ? null : `stop ${percent} % away of ${within}`
}
