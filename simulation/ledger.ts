// The judge's own reading of the journal: each commit's events and reports, counted again from the rows on the disk.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { apply } from '../executor/core/model/apply.ts'
import type { FactOf, JournalEvent } from '../executor/core/model/events.ts'
import type { NewOrder, PlannedOrder } from '../executor/core/model/order.ts'
import type { Step } from '../executor/core/model/order-events.ts'
import { nextState, type OrderState } from '../executor/core/model/order-table.ts'
import { EMPTY_PORTFOLIO, type Portfolio } from '../executor/core/model/state.ts'
import type { Policy } from '../executor/core/risk/policy/schema.ts'
import type { Row } from '../executor/journal/chain.ts'
import { toEvent } from '../executor/journal/journal.ts'
import type { ReportEvent } from '../protocol/index.ts'
import { amountUnits, priceUnits, valueUnits } from './base/units.ts'

export interface Known {
  readonly seed: NewOrder
  plan: PlannedOrder | null
  state: OrderState
  approved: boolean
  /** How trading stood, or why its market was closed, when it was intended. */
  tradingState: string
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

/** Of one life of the journal. */
interface Reading {
  readonly db: DatabaseSync
  readonly events: StatementSync
  readonly reports: StatementSync
}

export interface News {
  readonly events: readonly JournalEvent[]
  readonly reports: readonly { readonly seq: number; readonly event: ReportEvent }[]
}

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
/** In a minute, or in two between which the clock was set back; others are only counted, and a crash forgets the count. */
const REFUSALS_TOLD = 20
/** A clock that is wrong by so much may count as many ms wrongly. */
const CLOCK_SLACK_MS = 8_000
/** A clock that leaps by less is seen when it is measured next. */
const UNSEEN_LEAP_MS = 180_000
const FINAL = ['declined', 'expired', 'denied', 'filled', 'canceled', 'rejected', 'not_placed']

export class Ledger {
  /** The fold of what is on the disk. */
  portfolio: Portfolio = EMPTY_PORTFOLIO
  readonly orders = new Map<string, Known>()
  /** `jti` of journaled signals that no report has ended yet. */
  readonly unended = new Set<string>()
  #day = { number: 0, value: 0, entries: 0 }
  /** Entries, whatever became of them; `at` by the device's clock. */
  readonly decided: { readonly at: number; readonly stream: string; readonly value: number }[] = []
  /** The last day on which too much was lost; it is over when a later one is opened. */
  #lostDay = -1
  readonly #trips = new Map<string, number>()
  readonly #lastTrade = new Map<string, 'purchase' | 'sale'>()
  /** True times, Unix ms. */
  readonly #sent: number[] = []
  lastReport = 0
  readonly #reportedAt: number[] = []
  readonly #refusedAt: number[] = []
  /** Refusals may have been counted only: their signals have no report of their own. */
  summedUp = false
  #lastSignal: FactOf<'signal'> | null = null
  /** Codes of journaled refusals. */
  readonly refusals: string[] = []
  /** Type of the last fact. */
  last = ''
  /** Orders that were over and were told to be there again. */
  readonly reappeared = new Set<string>()
  /** Exchange's numbers of orders that were told as unexpected. */
  readonly strangers = new Set<string>()
  /** Base that was written off, by position. */
  readonly writtenOff = new Map<string, number>()
  /** True time of the first fact, Unix ms: what was over before it is no business of this journal. */
  began = Number.POSITIVE_INFINITY
  #lastFact = 0
  #read: Reading | null = null

  read(db: DatabaseSync, now: number, policy: Policy): News {
    const { events: readFacts, reports: readReports } = this.#reading(db)
    const rows = readFacts.all(this.#lastFact) as unknown as readonly Row[]
    const events = rows.map(toEvent)
    this.#lastFact = rows.at(-1)?.seq ?? this.#lastFact
    if (events.length > 0) this.began = Math.min(this.began, now)
    for (const fact of events) this.#learn(fact, now, policy)
    const reports = readReports.all(this.lastReport).map((row) => ({
      seq: Number(row['seq']),
      event: JSON.parse(String(row['event'])) as ReportEvent,
    }))
    for (const { event } of reports) this.#hear(event, now)
    return { events, reports }
  }

  #reading(db: DatabaseSync): Reading {
    if (this.#read?.db === db) return this.#read
    const events = db.prepare('SELECT * FROM events WHERE seq > ? ORDER BY seq')
    const reports = db.prepare('SELECT seq, event FROM reports WHERE seq > ? ORDER BY seq')
    this.#read = { db, events, reports }
    return this.#read
  }

  /** Entries that were decided on the day of `at`; a clock that is set back opens no new day. */
  decidedOn(at: number): { readonly value: number; readonly entries: number } {
    return Math.floor(at / DAY_MS) > this.#day.number ? { value: 0, entries: 0 } : this.#day
  }

  /** Sales that followed a purchase, on the day of `at`. */
  trips(market: string, at: number): number {
    const day = Math.max(Math.floor(at / DAY_MS), this.#day.number)
    return this.#trips.get(`${day} ${market}`) ?? 0
  }

  /** How many reports were written before `time`, true time. */
  reportsBefore(time: number): number {
    return this.#reportedAt.filter((at) => at < time).length
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

  #learn(fact: JournalEvent, now: number, policy: Policy): void {
    if (fact.type === 'snapshot') return
    this.last = fact.type
    if (fact.type === 'step' && fact.event === 'initialize') this.#keepTradingState(fact)
    this.portfolio = apply(this.portfolio, fact)
    this.#learnMore(fact)
    if (fact.type === 'day_opened') expectBegun(fact, now)
    if (fact.type === 'signal') this.#lastSignal = fact
    if (fact.type === 'signal') this.unended.add(fact.jti)
    if (fact.type === 'ordered')
      this.orders.set(fact.order.clientOrderId, newKnown(fact.order, now))
    if (fact.type === 'planned') this.known(fact.clientOrderId).plan = fact.plan
    if (fact.type === 'step') this.#step(fact, now, policy)
    if (fact.type === 'fill') {
      learnFill(this.known(fact.clientOrderId), fact)
      this.#countTrade(this.known(fact.clientOrderId), fact.at)
    }
  }

  /** What was known of its market when it was decided. */
  #keepTradingState({ clientOrderId }: Step): void {
    const known = this.known(clientOrderId)
    const closed = this.portfolio.closedMarkets[known.seed.intent.market]
    const isLost = this.portfolio.profit.today.number <= this.#lostDay
    known.tradingState = isLost ? 'day lost' : (closed ?? this.portfolio.trading)
  }

  #learnMore(fact: JournalEvent): undefined {
    switch (fact.type) {
      case 'refused':
        this.refusals.push(fact.code)
        return
      case 'unexpected':
        this.strangers.add(fact.exchangeId)
        return
      case 'stop_moved':
        // Its request is done, and no other step ends it.
        if (fact.why === 'signal' && this.#lastSignal?.kind === 'stop')
          this.unended.delete(this.#lastSignal.jti)
        return
      case 'day_lost':
        this.#lostDay = this.portfolio.profit.today.number
        return
      case 'reappeared':
        this.reappeared.add(fact.clientOrderId)
        return
      case 'written_off':
        this.writtenOff.set(fact.position, this.lost(fact.position) + amountUnits(fact.amount))
        return
      default:
        return
    }
  }

  /** Written off so far, base. */
  lost(position: string): number {
    return this.writtenOff.get(position) ?? 0
  }

  #step(fact: Step & { at: number }, now: number, policy: Policy): void {
    const known = this.known(fact.clientOrderId)
    known.state = nextState(known.state, fact.event)
    known.movedAt = now
    if (fact.event === 'approve') known.approved = true
    if (fact.event === 'initialize') this.#intend(known, fact.at, policy)
    if (fact.event === 'submit') this.#sent.push(now)
  }

  #intend(known: Known, at: number, policy: Policy): void {
    known.policy = policy
    if (known.seed.kind !== 'entry') return
    const before = this.decidedOn(at)
    this.#day = {
      number: Math.max(this.#day.number, Math.floor(at / DAY_MS)),
      value: before.value + worth(known),
      entries: before.entries + 1,
    }
    this.decided.push({ at, stream: known.seed.stream, value: worth(known) })
  }

  #countTrade({ seed }: Known, at: number): void {
    const { market } = seed.intent
    const isSale = seed.kind !== 'entry'
    if (isSale && this.#lastTrade.get(market) === 'purchase') {
      const day = `${Math.max(Math.floor(at / DAY_MS), this.#day.number)} ${market}`
      this.#trips.set(day, (this.#trips.get(day) ?? 0) + 1)
    }
    this.#lastTrade.set(market, isSale ? 'sale' : 'purchase')
  }

  #hearRefusal(signal: string | undefined, now: number): void {
    if (signal !== undefined) this.unended.delete(signal)
    this.#refusedAt.push(now)
    if (now - (this.#refusedAt.at(-REFUSALS_TOLD) ?? 0) <= 2 * MINUTE_MS) this.summedUp = true
  }

  #hear(event: ReportEvent, now: number): void {
    this.lastReport += 1
    this.#reportedAt.push(now)
    if (event.type === 'refusal') this.#hearRefusal(event.signal, now)
    if (event.type === 'order' && FINAL.includes(event.status))
      this.unended.delete(event.order.signal)
    if (event.type !== 'notice') return
    if (event.code === 'refusals_many') this.summedUp = true
    for (const [id, known] of this.orders)
      if (event.code === 'order_unknown' && event.message.includes(id)) known.alarmedAt = now
  }
}

function newKnown(seed: NewOrder, now: number): Known {
  return {
    seed,
    plan: null,
    state: 'received',
    approved: false,
    tradingState: 'running',
    policy: null,
    movedAt: now,
    alarmedAt: 0,
    trades: new Set(),
    amount: 0,
    cost: 0,
  }
}

function learnFill(known: Known, { trade }: Extract<JournalEvent, { type: 'fill' }>): void {
  const amount = amountUnits(trade.amount)
  known.trades.add(trade.id)
  known.cost += amount * priceUnits(trade.price)
  known.amount += amount - (trade.fee === undefined ? 0 : amountUnits(trade.fee.amount))
}

/** Quote. */
export function worth({ plan }: Known): number {
  return plan === null ? 0 : valueUnits(plan.value)
}

/** By the device's clock and by the true one, `now`. */
function expectBegun({ number, at }: FactOf<'day_opened'>, now: number): void {
  if (number * DAY_MS > Math.min(at, now + UNSEEN_LEAP_MS))
    throw new Error(`day ${number} was opened before it began`)
}
