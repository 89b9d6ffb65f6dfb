// One signal's history: how it came, every order that was made of it, and what happened to what it bought.
import type { FactOf, JournalEvent } from '../core/model/events.ts'
import type { NewOrder } from '../core/model/order.ts'
import { positionKey } from '../core/model/position.ts'
import type { Row } from './chain.ts'
import { lookInto } from './database.ts'
import { allRows, toEvent } from './journal.ts'

interface HistoryEntry {
  readonly seq: number
  /** Unix ms. */
  readonly at: number
  /** Which of the signal's orders it is about, such as `entry` or `stop 2`; `signal` and `position` for the rest. */
  readonly leg: string
  readonly body: JournalEvent
}

export interface SignalHistory {
  /** `jti`. */
  readonly signal: string
  readonly entries: readonly HistoryEntry[]
}

interface Told {
  readonly row: Row
  readonly event: JournalEvent
}

/**
 * One for each signal whose `jti`, or an order of which, begins so. The executor may be running.
 * Throws `journal_missing` or `journal_damaged`.
 */
export function readSignalHistories(path: string, beginning: string): readonly SignalHistory[] {
  const all = lookInto(path, (db) => [...allRows(db)]).map((row) => ({ row, event: toEvent(row) }))
  const named = new Set(all.flatMap(({ event }) => namesOf(event, beginning)))
  return [...named].map((signal) => ({ signal, entries: entriesOf(all, signal) }))
}

function namesOf(event: JournalEvent, beginning: string): readonly string[] {
  if (event.type === 'ordered') {
    const { clientOrderId, signal } = event.order
    return clientOrderId.startsWith(beginning) || signal.startsWith(beginning) ? [signal] : []
  }
  const jti = jtiOf(event)
  return jti?.startsWith(beginning) === true ? [jti] : []
}

function jtiOf(event: JournalEvent): string | undefined {
  return event.type === 'signal' || event.type === 'refused' ? event.jti : undefined
}

function entriesOf(all: readonly Told[], signal: string): readonly HistoryEntry[] {
  const legs = legsOf(all, signal)
  const position = positionOf(all, signal)
  return all.flatMap(({ row: { seq, at, order_id }, event }) => {
    const leg = order_id === null ? undefined : legs.get(order_id)
    if (leg !== undefined) return [{ seq, at, leg, body: event }]
    if (jtiOf(event) === signal) return [{ seq, at, leg: 'signal', body: event }]
    if (position === null || seq < position.from || seq > position.to) return []
    const isAbout = 'position' in event && event.position === position.key
    return isAbout ? [{ seq, at, leg: 'position', body: event }] : []
  })
}

/** By client order id: `entry`, `stop`, `stop 2`, … in the order in which they were made. */
function legsOf(all: readonly Told[], signal: string): ReadonlyMap<string, string> {
  const legs = new Map<string, string>()
  const made: Record<NewOrder['kind'], number> = { entry: 0, exit: 0, stop: 0 }
  for (const { order } of ordersIn(all)) {
    if (order.signal !== signal) continue
    made[order.kind] += 1
    const number = made[order.kind] === 1 ? '' : ` ${made[order.kind]}`
    legs.set(order.clientOrderId, `${order.kind}${number}`)
  }
  return legs
}

/** What happens to a position belongs to the newest signal that touched it: until the next one does. */
function positionOf(all: readonly Told[], signal: string) {
  const orders = ordersIn(all)
  const first = orders.find(({ order }) => order.signal === signal)
  if (first === undefined) return null
  const key = positionKey(first.order)
  const next = orders.find(
    ({ seq, order }) => seq > first.seq && order.signal !== signal && positionKey(order) === key,
  )
  return { key, from: first.seq, to: next?.seq ?? Number.POSITIVE_INFINITY }
}

function ordersIn(all: readonly Told[]): readonly { seq: number; order: NewOrder }[] {
  const isOrdered = (event: JournalEvent): event is FactOf<'ordered'> => event.type === 'ordered'
  return all.flatMap(({ row: { seq }, event }) =>
    isOrdered(event) ? [{ seq, order: event.order }] : [],
  )
}
