// Compares exchange, journal and reports order by order, and names each disagreement.
import { join } from 'node:path'
import { readJournal, verifyJournal } from '@keyside/executor'
import { type ReportEvent, shownStream } from '@keyside/protocol'
import type { AcceptedOrder } from '@keyside/sandbox'
import Big from 'big.js'
import type { JournalEvent } from '../executor/core/model/events.ts'
import type { Fill } from '../executor/core/model/exchange.ts'
import type { NewOrder } from '../executor/core/model/order.ts'
import type { Step } from '../executor/core/model/order-events.ts'
import { isFinal, nextState, type OrderState } from '../executor/core/model/order-table.ts'

export interface Published {
  readonly stream: string
  readonly seq: number
  readonly jti: string
  readonly kind: 'entry' | 'exit'
}

/** One order's history in the journal. */
export interface OrderHistory {
  readonly seed: NewOrder
  state: OrderState
  readonly steps: (Step & { at: number })[]
  readonly fills: Fill[]
}

export interface Evidence {
  readonly published: readonly Published[]
  readonly events: readonly JournalEvent[]
  /** By client order id. */
  readonly histories: ReadonlyMap<string, OrderHistory>
  readonly accepted: readonly AcceptedOrder[]
  /** How far the clock that says when they were accepted may be off that of the journal, ms. */
  readonly clockOffMs: number
  readonly reports: ReadonlyMap<number, ReportEvent>
}

export function readEvents(home: string): JournalEvent[] {
  const events: JournalEvent[] = []
  for (let after = 0; ; ) {
    const page = readJournal(join(home, 'executor/journal.db'), { after })
    const last = page.at(-1)
    if (last === undefined) return events
    events.push(...page.map(({ body }) => body))
    after = last.seq
  }
}

export function orderHistories(events: readonly JournalEvent[]): Map<string, OrderHistory> {
  const histories = new Map<string, OrderHistory>()
  for (const event of events) {
    if (event.type === 'ordered') {
      const history: OrderHistory = { seed: event.order, state: 'received', steps: [], fills: [] }
      histories.set(event.order.clientOrderId, history)
    }
    const history = 'clientOrderId' in event ? histories.get(event.clientOrderId) : undefined
    if (history === undefined) continue
    if (event.type === 'step') {
      history.state = nextState(history.state, event.event)
      history.steps.push(event)
    } else if (event.type === 'fill') {
      history.state = nextState(history.state, 'fill')
      history.fills.push(event.trade)
    }
  }
  return histories
}

/** Everything that must not be, in words. */
export function violationsIn(evidence: Evidence, home: string): string[] {
  return [
    ...damaged(home),
    ...sentTwice(evidence),
    ...lost(evidence),
    ...[...evidence.histories].flatMap(([id, history]) => disagreement(evidence, id, history)),
    ...unprotected(evidence),
    ...stillHeld(evidence),
    ...writtenOffTooMuch(evidence),
  ]
}

function damaged(home: string): string[] {
  const { brokenAt } = verifyJournal(join(home, 'executor/journal.db'))
  return brokenAt === null ? [] : [`the journal's chain is broken at ${brokenAt}`]
}

function sentTwice({ accepted, clockOffMs, histories }: Evidence): string[] {
  const strangers = accepted
    .filter(
      ({ clientOrderId, time }) =>
        !wasSendingBefore(histories.get(clientOrderId), time + clockOffMs),
    )
    .map(({ clientOrderId }) => `${clientOrderId} was sent before its journal said so`)
  const names = accepted.map(({ clientOrderId }) => clientOrderId)
  return [
    ...strangers,
    ...repeated(names).map((id) => `${id} was accepted twice`),
    ...doubled([...new Set(names)].flatMap((id) => histories.get(id) ?? [])),
  ]
}

/** An entry is one order, ever. What an exit left is sold by another one, but only when the first is over. */
function doubled(placed: readonly OrderHistory[]): string[] {
  const orders = placed.filter(({ seed }) => seed.kind !== 'stop')
  const decisions = Map.groupBy(orders, ({ seed }) => decision(seed))
  return [...decisions]
    .filter(([, ours]) => ours.length > 1 && (ours[0]?.seed.kind === 'entry' || overlap(ours)))
    .map(([what]) => `${what} became two orders`)
}

function overlap(histories: readonly OrderHistory[]): boolean {
  const spans = histories
    .map(({ steps }) => ({
      sent: steps.find(({ event }) => event === 'submit')?.at ?? 0,
      over: steps.at(-1)?.at ?? 0,
    }))
    .sort((a, b) => a.sent - b.sent)
  return spans.some(({ sent }, index) => sent < (spans[index - 1]?.over ?? 0))
}

function wasSendingBefore(history: OrderHistory | undefined, time: number): boolean {
  return history?.steps.some(({ event, at }) => event === 'submit' && at <= time) === true
}

/** By number and not by `jti`: an exit made up for from a head is the same decision as its signal. */
function decision({ stream, seq, kind }: Pick<NewOrder, 'stream' | 'seq' | 'kind'>): string {
  return `${kind} ${seq} of ${stream}`
}

function repeated(words: readonly string[]): string[] {
  return [...new Set(words.filter((word, index) => words.indexOf(word) !== index))]
}

/** A signal was taken and its end reported, or it was missed and that was reported. */
function lost(evidence: Evidence): string[] {
  const { published, events, histories, reports } = evidence
  const taken = new Set(events.flatMap((event) => (event.type === 'signal' ? [event.jti] : [])))
  const ordered = new Set([...histories.values()].map(({ seed }) => seed.signal))
  const refused = new Set(
    [...reports.values()].flatMap((event) => (event.type === 'refusal' ? [event.signal] : [])),
  )
  const silent = published
    .filter(({ jti }) => taken.has(jti) && !ordered.has(jti) && !refused.has(jti))
    .map((signal) => `${decision(signal)} was taken and never told`)
  const streams = [...new Set(published.map(({ stream }) => stream))]
  const uncounted = streams.flatMap((stream) => {
    const all = published.filter((signal) => signal.stream === stream)
    const missed = all.filter(({ jti }) => !taken.has(jti)).length
    const told = missedToldOf(reports, shownStream(stream))
    return missed === told ? [] : [`${missed} missed on ${stream}, ${told} told`]
  })
  return [...silent, ...uncounted, ...missedAndEntered(evidence, taken)]
}

function missedToldOf(reports: Evidence['reports'], stream: string): number {
  return [...reports.values()]
    .flatMap((event) =>
      event.type === 'notice' ? [/^(\S+): (\d+) signals were missed/.exec(event.message)] : [],
    )
    .reduce((sum, words) => sum + (words?.[1] === stream ? Number(words[2]) : 0), 0)
}

function missedAndEntered(
  { published, histories }: Evidence,
  taken: ReadonlySet<string>,
): string[] {
  const entries = new Set(
    [...histories.values()].map(({ seed }) => (seed.kind === 'entry' ? decision(seed) : '')),
  )
  return published
    .filter((signal) => !taken.has(signal.jti) && entries.has(decision(signal)))
    .map((signal) => `${decision(signal)} was never taken, and has an order`)
}

/** One order: the exchange, the journal and the last report to the last digit. */
function disagreement(evidence: Evidence, id: string, history: OrderHistory): string[] {
  const what = `${decision(history.seed)} (${id})`
  const order = evidence.accepted.find(({ clientOrderId }) => clientOrderId === id)
  const rests = history.seed.kind === 'stop' && order?.outcome === 'NEW'
  if (!isFinal(history.state) && !(rests && history.state === 'accepted'))
    return [`${what} is still ${history.state}`]
  return [
    ...figures(what, history, order),
    ...outcome(what, history, order),
    ...told(what, evidence.reports, id, history),
  ]
}

function figures(
  what: string,
  { fills }: OrderHistory,
  order: AcceptedOrder | undefined,
): string[] {
  const amount = sum(fills.map((fill) => new Big(fill.amount)))
  const cost = sum(fills.map((fill) => new Big(fill.amount).times(fill.price)))
  const same =
    amount.eq(order?.executed ?? 0) &&
    cost.eq(order?.executedQuote ?? 0) &&
    fills.length === (order?.fills ?? 0)
  if (same) return []
  return [
    `${what}: journal ${fills.length} fills, ${amount}; exchange ${order?.fills}, ${order?.executed}`,
  ]
}

function outcome(
  what: string,
  { state }: OrderHistory,
  order: AcceptedOrder | undefined,
): string[] {
  const expected: Partial<Record<OrderState, readonly (string | undefined)[]>> = {
    accepted: ['NEW'],
    filled: ['FILLED'],
    canceled: ['CANCELED', 'EXPIRED'],
  }
  const agrees = (expected[state] ?? [undefined]).includes(order?.outcome)
  return agrees ? [] : [`${what} is ${state}, and at the exchange ${order?.outcome ?? 'nowhere'}`]
}

function told(
  what: string,
  reports: Evidence['reports'],
  id: string,
  history: OrderHistory,
): string[] {
  const steps = [...reports]
    .sort(([a], [b]) => a - b)
    .flatMap(([, event]) =>
      event.type === 'order' && event.order.clientOrderId === id ? [event] : [],
    )
  const last = steps.at(-1)
  const refusedUnplanned = [...reports.values()].some(
    (event) => event.type === 'refusal' && event.signal === history.seed.signal,
  )
  if (history.state === 'denied' && refusedUnplanned) return []
  const filled = sum(history.fills.map(({ amount }) => new Big(amount)))
  if (last?.status === history.state && filled.eq(last.filled)) return []
  return [
    `${what} is ${history.state} with ${filled}, and was told ${last?.status} ${last?.filled}`,
  ]
}

/** What is held has one stop of its size at the exchange, and nothing else has one. */
function unprotected({ histories, accepted, events }: Evidence): string[] {
  const markets = new Map(
    [...histories.values()].map(({ seed }) => [seed.intent.market, seed.stream]),
  )
  return [...markets].flatMap(([market, stream]) => {
    const ours = [...histories.values()].filter(({ seed }) => seed.stream === stream)
    const held = floor(heldBy(ours, market).minus(writtenOff(events, stream, market)))
    const wanted = ours.some(({ seed }) => seed.intent.stopPrice !== undefined) && held.gt(0)
    const open = accepted.filter(({ symbol, outcome }) => symbol === market && outcome === 'NEW')
    const sizes = open.map(({ quantity }) => new Big(quantity).toFixed())
    const expected = wanted ? [held.toFixed()] : []
    return sizes.join() === expected.join()
      ? []
      : [`${market} holds ${held}; stops at the exchange: [${sizes}]`]
  })
}

/** The stream's last signal was an exit. */
function stillHeld({ published, histories, events }: Evidence): string[] {
  const last = new Map(published.map((signal) => [signal.stream, signal]))
  return [...last.values()].flatMap(({ stream, kind }) => {
    const ours = [...histories.values()].filter(({ seed }) => seed.stream === stream)
    const market = ours[0]?.seed.intent.market ?? ''
    const held = floor(heldBy(ours, market).minus(writtenOff(events, stream, market)))
    return kind === 'exit' && held.gt(0) ? [`${stream} holds ${held} after its exit`] : []
  })
}

/** What the exchange would not sell any more is the trader's own from then on. */
function writtenOff(events: readonly JournalEvent[], stream: string, market: string): Big {
  return sum(
    events.flatMap((event) =>
      event.type === 'written_off' && event.position === `${stream} ${market}`
        ? [new Big(event.amount)]
        : [],
    ),
  )
}

/** At the fixture's price of 60 000 and its least order of 5. */
const SELLABLE = new Big('0.0000833')

function writtenOffTooMuch({ events }: Evidence): string[] {
  return events.flatMap((event) =>
    event.type === 'written_off' && new Big(event.amount).gt(SELLABLE)
      ? [`${event.position}: ${event.amount} was written off and could have been sold`]
      : [],
  )
}

function heldBy(histories: readonly OrderHistory[], market: string): Big {
  const trades = histories.flatMap(({ seed, fills }) => fills.map((fill) => ({ seed, fill })))
  return sum(
    trades.map(({ seed, fill }) => {
      const fee = fill.fee !== undefined && market.startsWith(`${fill.fee.currency}/`)
      const amount = new Big(fill.amount).times(seed.kind === 'entry' ? 1 : -1)
      return amount.minus(fee && fill.fee ? fill.fee.amount : 0)
    }),
  )
}

const STEP = new Big('0.00001')

function floor(amount: Big): Big {
  return amount.minus(amount.mod(STEP))
}

function sum(amounts: readonly Big[]): Big {
  return amounts.reduce((a, b) => a.plus(b), new Big(0))
}

/** Where a signal's life stood when the executor was killed. */
export function phaseAt(events: readonly JournalEvent[], jti: string, killedAt: number): string {
  const before = orderHistories(events.filter(({ at }) => at < killedAt))
  const ours = [...before.values()].filter(({ seed }) => seed.signal === jti)
  const main = ours.find(({ seed }) => seed.kind !== 'stop')
  if (main === undefined) return 'before the journal'
  if (!isFinal(main.state) || main.seed.kind === 'exit') return `${main.seed.kind} ${main.state}`
  const stop = ours.find(({ seed }) => seed.kind === 'stop')
  return stop === undefined ? `entry ${main.state}` : `stop ${stop.state}`
}
