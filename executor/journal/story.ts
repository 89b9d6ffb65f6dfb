// One signal's whole story: how it came, every order that was made of it, and what happened to what it bought.
import type { Fact, FactOf } from '../core/model/events.ts'
import { type OrderSeed, positionKey } from '../core/model/state.ts'
import type { Row } from './chain.ts'
import { lookInto } from './database.ts'
import { allRows, toFact } from './journal.ts'
import { isRetired } from './retired.ts'

export interface Chapter {
  readonly seq: number
  /** Unix ms. */
  readonly at: number
  /** Which of the signal's orders it is about, such as `entry` or `stop 2`; `signal` and `position` for the rest. */
  readonly leg: string
  readonly body: Fact
}

export interface Story {
  /** `jti`. */
  readonly signal: string
  readonly chapters: readonly Chapter[]
}

interface Told {
  readonly row: Row
  readonly fact: Fact
}

/**
 * One for each signal whose `jti`, or an order of which, begins so. The executor may be running.
 * Throws `journal_missing` or `journal_damaged`.
 */
export function readStories(path: string, beginning: string): readonly Story[] {
  const all = lookInto(path, (db) => [...allRows(db)])
    .filter(({ type }) => !isRetired(type))
    .map((row) => ({ row, fact: toFact(row) }))
  const named = new Set(all.flatMap(({ fact }) => namesOf(fact, beginning)))
  return [...named].map((signal) => ({ signal, chapters: chaptersOf(all, signal) }))
}

function namesOf(fact: Fact, beginning: string): readonly string[] {
  if (fact.type === 'ordered') {
    const { clientOrderId, signal } = fact.order
    return clientOrderId.startsWith(beginning) || signal.startsWith(beginning) ? [signal] : []
  }
  const jti = jtiOf(fact)
  return jti?.startsWith(beginning) === true ? [jti] : []
}

function jtiOf(fact: Fact): string | undefined {
  return fact.type === 'signal' || fact.type === 'refused' ? fact.jti : undefined
}

function chaptersOf(all: readonly Told[], signal: string): readonly Chapter[] {
  const legs = legsOf(all, signal)
  const position = positionOf(all, signal)
  return all.flatMap(({ row: { seq, at, order_id }, fact }) => {
    const leg = order_id === null ? undefined : legs.get(order_id)
    if (leg !== undefined) return [{ seq, at, leg, body: fact }]
    if (jtiOf(fact) === signal) return [{ seq, at, leg: 'signal', body: fact }]
    if (position === null || seq < position.from || seq > position.to) return []
    const isAbout = 'position' in fact && fact.position === position.key
    return isAbout ? [{ seq, at, leg: 'position', body: fact }] : []
  })
}

/** By client order id: `entry`, `stop`, `stop 2`, … in the order in which they were made. */
function legsOf(all: readonly Told[], signal: string): ReadonlyMap<string, string> {
  const legs = new Map<string, string>()
  const made: Record<OrderSeed['kind'], number> = { entry: 0, exit: 0, stop: 0 }
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

function ordersIn(all: readonly Told[]): readonly { seq: number; order: OrderSeed }[] {
  const isOrdered = (fact: Fact): fact is FactOf<'ordered'> => fact.type === 'ordered'
  return all.flatMap(({ row: { seq }, fact }) =>
    isOrdered(fact) ? [{ seq, order: fact.order }] : [],
  )
}
