// Counters of the limits, folded from events: a restart, an edit of the policy or a clock that is set back does not reset them.
import type { Decimal } from '@keyside/protocol'
import { type Counters, type LastTrade, NO_COUNTERS } from './counters.ts'
import { plus } from './decimals.ts'
import type { Order } from './order.ts'

const MINUTE_MS = 60_000
const SLOT_MS = 5 * MINUTE_MS
export const DAY_MS = 24 * 60 * MINUTE_MS
/** An hour that begins in the middle of a slot reaches into a thirteenth. */
const SLOTS = 13
/** What a stream's usual order is judged from. */
const USUAL = 20

/** UTC days since 1970. */
export function dayNumber(at: number): number {
  return Math.floor(at / DAY_MS)
}

/** The day that counts at `at`: a clock that is set back opens no new day. */
export function dayAt({ day }: Counters, at: number): Counters['day'] {
  const number = dayNumber(at)
  return number > day.number ? { ...NO_COUNTERS.day, number } : day
}

/** Quote value decided in the hour before `at`, and whatever lies ahead of a clock that was set back. */
export function hourAt({ hour }: Counters, at: number): Decimal {
  return withinHour(hour, slotAt(hour, at)).reduce((sum, { value }) => plus(sum, value), '0')
}

/** Counted in full when decided and never given back, even if the exchange rejects the order. */
export function countEntry(counters: Counters, order: Order, at: number): Counters {
  const { stream, signal, planned, intent } = order
  const value = planned?.value ?? '0'
  const day = dayAt(counters, at)
  const entry = { signal, market: intent.market, amount: planned?.request.amount ?? '0', at }
  return {
    ...counters,
    day: { ...day, value: plus(day.value, value), entries: day.entries + 1 },
    hour: withValue(counters.hour, value, at),
    entries: [...counters.entries.filter((one) => at - one.at < MINUTE_MS), entry],
    spent: { ...counters.spent, [stream]: plus(counters.spent[stream] ?? '0', value) },
  }
}

export function countSent(counters: Counters, at: number): Counters {
  return { ...counters, sent: [...counters.sent.filter((sent) => at - sent < MINUTE_MS), at] }
}

export function countTaken(counters: Counters, { stream, planned }: Order): Counters {
  const before = counters.typicalSizes[stream] ?? []
  const usual = [...before, planned?.value ?? '0'].slice(-USUAL)
  return { ...counters, typicalSizes: { ...counters.typicalSizes, [stream]: usual } }
}

/** A round trip is a sale after a purchase, so that one which leaves dust behind is one too. */
export function countTrade(counters: Counters, { kind, intent }: Order, at: number): Counters {
  const { market } = intent
  const before = counters.markets[market]
  const soldAt = before?.soldAt ?? 0
  if (kind === 'entry') return withMarket(counters, market, { was: 'purchase', soldAt })
  const day = dayAt(counters, at)
  const trips = (day.roundTrips[market] ?? 0) + (before?.was === 'purchase' ? 1 : 0)
  const counted = {
    ...counters,
    day: { ...day, roundTrips: { ...day.roundTrips, [market]: trips } },
  }
  return withMarket(counted, market, { was: 'sale', soldAt: Math.max(soldAt, at) })
}

function withMarket(counters: Counters, market: string, last: LastTrade): Counters {
  return { ...counters, markets: { ...counters.markets, [market]: last } }
}

function withValue(hour: Counters['hour'], value: Decimal, at: number): Counters['hour'] {
  const slot = slotAt(hour, at)
  const kept = withinHour(hour, slot)
  const same = kept.find((one) => one.slot === slot)
  const others = kept.filter((one) => one !== same)
  return [...others, { slot, value: plus(same?.value ?? '0', value) }]
}

/** If the clock was set back, the slot does not decrease. */
function slotAt(hour: Counters['hour'], at: number): number {
  return Math.max(Math.floor(at / SLOT_MS), hour.at(-1)?.slot ?? 0)
}

function withinHour(hour: Counters['hour'], slot: number): Counters['hour'] {
  return hour.filter((one) => slot - one.slot < SLOTS)
}
