// The judge's own reading of the journal: each commit's facts and reports, counted again from the rows on the disk.
import type { DatabaseSync } from 'node:sqlite'
import { apply } from '../executor/core/apply.ts'
import type { Fact, Step } from '../executor/core/fact.ts'
import { type Book, EMPTY_BOOK, type OrderSeed, type Plan } from '../executor/core/state.ts'
import type { Row } from '../executor/journal/chain.ts'
import { toFact } from '../executor/journal/journal.ts'
import { moved, type OrderState } from '../executor/orders/table.ts'
import type { Policy } from '../executor/policy/schema.ts'
import type { ReportEvent } from '../protocol/index.ts'
import { amountUnits, priceUnits, valueUnits } from './units.ts'

export interface Known {
  readonly seed: OrderSeed
  plan: Plan | null
  state: OrderState
  approved: boolean
  /** In force when it was intended. */
  policy: Policy | null
  /** True time of the last move and of the last alarm, Unix ms. */
  movedAt: number
  alarmedAt: number
  readonly trades: Set<string>
  /** Base bought or sold, less fees in base; quote paid. Units of units.ts. */
  amount: number
  cost: number
}

export interface News {
  readonly facts: readonly Fact[]
  readonly reports: readonly { readonly seq: number; readonly event: ReportEvent }[]
}

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
/** A clock that is wrong by so much may count as many ms wrongly. */
const CLOCK_SLACK_MS = 8_000
const FINAL = ['rejected', 'expired', 'refused', 'filled', 'canceled', 'turned_down', 'not_placed']

export class Ledger {
  /** The fold of what is on the disk. */
  book: Book = EMPTY_BOOK
  readonly orders = new Map<string, Known>()
  /** `jti` of journaled signals that no report has ended yet. */
  readonly unended = new Set<string>()
  #day = { number: 0, value: 0 }
  /** True times, Unix ms. */
  readonly #sent: number[] = []
  lastReport = 0
  /** Refusals that were only counted: their signals have no report of their own. */
  summedUp = false
  #lastFact = 0

  read(db: DatabaseSync, now: number, policy: Policy): News {
    const rows = db
      .prepare('SELECT * FROM facts WHERE seq > ? ORDER BY seq')
      .all(this.#lastFact) as unknown as readonly Row[]
    const facts = rows.map(toFact)
    this.#lastFact = rows.at(-1)?.seq ?? this.#lastFact
    for (const fact of facts) this.#learn(fact, now, policy)
    const reports = db
      .prepare('SELECT seq, event FROM reports WHERE seq > ? ORDER BY seq')
      .all(this.lastReport)
      .map((row) => ({
        seq: Number(row['seq']),
        event: JSON.parse(String(row['event'])) as ReportEvent,
      }))
    for (const { event } of reports) this.#hear(event, now)
    return { facts, reports }
  }

  /** Value of the entries that were decided on the day of `at`; a clock that is set back opens no new day. */
  decidedOn(at: number): number {
    return Math.floor(at / DAY_MS) > this.#day.number ? 0 : this.#day.value
  }

  /** How many orders were sent in the minute before `now`. */
  sentLately(now: number): number {
    return this.#sent.filter((at) => now - at < MINUTE_MS - CLOCK_SLACK_MS).length
  }

  /** Throws for an order that the journal does not know. */
  known(clientOrderId: string): Known {
    const known = this.orders.get(clientOrderId)
    if (known === undefined) throw new Error(`the journal does not know ${clientOrderId}`)
    return known
  }

  #learn(fact: Fact, now: number, policy: Policy): void {
    this.book = apply(this.book, fact)
    if (fact.type === 'signal') this.unended.add(fact.jti)
    if (fact.type === 'ordered')
      this.orders.set(fact.order.clientOrderId, newKnown(fact.order, now))
    if (fact.type === 'planned') this.known(fact.clientOrderId).plan = fact.plan
    if (fact.type === 'step') this.#step(fact, now, policy)
    if (fact.type === 'fill') learnFill(this.known(fact.clientOrderId), fact)
  }

  #step(fact: Step & { at: number }, now: number, policy: Policy): void {
    const known = this.known(fact.clientOrderId)
    known.state = moved(known.state, fact.event)
    known.movedAt = now
    if (fact.event === 'approve') known.approved = true
    if (fact.event === 'intend') this.#intend(known, fact.at, policy)
    if (fact.event === 'send') this.#sent.push(now)
  }

  #intend(known: Known, at: number, policy: Policy): void {
    known.policy = policy
    if (known.seed.kind !== 'entry') return
    const value = this.decidedOn(at) + worth(known)
    this.#day = { number: Math.max(this.#day.number, Math.floor(at / DAY_MS)), value }
  }

  #hear(event: ReportEvent, now: number): void {
    this.lastReport += 1
    if (event.type === 'refusal' && event.signal !== undefined) this.unended.delete(event.signal)
    if (event.type === 'order' && FINAL.includes(event.status))
      this.unended.delete(event.order.signal)
    if (event.type !== 'notice') return
    if (event.code === 'refusals_many') this.summedUp = true
    for (const [id, known] of this.orders)
      if (event.code === 'order_unknown' && event.message.includes(id)) known.alarmedAt = now
  }
}

function newKnown(seed: OrderSeed, now: number): Known {
  return {
    seed,
    plan: null,
    state: 'received',
    approved: false,
    policy: null,
    movedAt: now,
    alarmedAt: 0,
    trades: new Set(),
    amount: 0,
    cost: 0,
  }
}

function learnFill(known: Known, { trade }: Extract<Fact, { type: 'fill' }>): void {
  const amount = amountUnits(trade.amount)
  known.trades.add(trade.id)
  known.cost += amount * priceUnits(trade.price)
  known.amount += amount - (trade.fee === undefined ? 0 : amountUnits(trade.fee.amount))
}

/** Quote. */
export function worth({ plan }: Known): number {
  return plan === null ? 0 : valueUnits(plan.value)
}
