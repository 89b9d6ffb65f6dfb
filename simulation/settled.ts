// After the faults: the executor has to know everything and to agree with the exchange to the last fill.
import type { Position } from '../executor/core/model/position.ts'
import { AMOUNT_PLACES, amountUnits, PRICE_PLACES } from './base/units.ts'
import type { Device } from './device.ts'
import type { Engine } from './engine.ts'
import { filledOf, type GroundTruth, heldBy, type TakenOrder, thereFor } from './ground-truth.ts'
import type { Ledger } from './ledger.ts'
import { MARKETS } from './market.ts'
import type { Protection } from './protection.ts'
import { checkResults } from './results.ts'
import type { Simulation } from './simulation.ts'
import type { Trader } from './trader.ts'

/** Above the least value of an order, in quote, whatever the collar takes off. */
const SELLABLE = 6
/** The device looks each minute, and tells what it sees twice. */
const TWO_LOOKS_MS = 20_000
const A_LOOK_MS = 60_000
/** After this long coins that went are known to be missing. */
export const UNTIL_SHORT_MS = A_LOOK_MS + TWO_LOOKS_MS + 5_000
/** Until two misses prove that an order was not placed, beside the longest lag. */
const PROOF_MS = 37_000
/** The trader asks for what is missing every 5 s. */
const A_REPLAY_MS = 7_000
/** Between two heads, and what an exit takes. */
const A_HEAD_MS = 20_000
const RESTING = ['waiting', 'accepted', 'partially_filled']
const BEYOND_DEVICE = ['accepted', 'partially_filled']

export interface Ended {
  readonly simulation: Simulation
  readonly venue: { readonly viewLagMs: number }
  readonly truth: GroundTruth
  readonly ledger: Ledger
  readonly device: Device
  readonly trader: Trader
  readonly protection: Protection
  readonly engines: readonly Engine[]
}

export function checkSettled(ended: Ended): void {
  const { simulation, device, trader, ledger } = ended
  if (device.running() === null)
    simulation.violate('settled in 60 s', 'the executor is not running')
  if (isProofOpen(ended)) return
  for (const order of ordersUnderWay(ended)) simulation.violate('settled in 60 s', order)
  checkVenue(ended)
  checkPositions(ended)
  checkShort(ended)
  checkSignals(ended)
  checkExits(ended)
  checkGaps(ended)
  checkStrangers(ended)
  const { venue, truth, engines: _, ...judging } = ended
  truth.foreign.checkSettled({ ...judging, orders: truth.orders }, venue.viewLagMs)
  checkResults(simulation, device, ledger.portfolio)
  const due = ledger.reportsBefore(simulation.scheduler.now() - A_REPLAY_MS)
  if (trader.whole() < due)
    simulation.violate('every report arrives', `${trader.whole()} of ${due}`)
}

/** By a clock that was ahead an unknown order was sent only now: it takes that much longer to be settled. */
function isProofOpen({ ledger, simulation, venue }: Ended): boolean {
  const recently = simulation.scheduler.now() - PROOF_MS - venue.viewLagMs
  return Object.values(ledger.portfolio.orders).some(
    ({ state, sentAt }) => state === 'unknown' && sentAt > recently,
  )
}

/** Orders that are under way, in words. One that began in the last second may be: it gets a little more time. */
export function ordersUnderWay({ ledger, truth }: Pick<Ended, 'ledger' | 'truth'>): string[] {
  return Object.values(ledger.portfolio.orders).flatMap(({ clientOrderId, state }) => {
    if (!RESTING.includes(state)) return [`${clientOrderId} is ${state}`]
    const order = truth.orders.find(({ wire }) => wire.clientOrderId === clientOrderId)
    const isOver = BEYOND_DEVICE.includes(state) && order?.closedAt !== 0
    return isOver ? [`${clientOrderId} is over, the journal says ${state}`] : []
  })
}

function checkVenue({ ledger, simulation, truth }: Ended): void {
  for (const order of truth.orders) {
    const { clientOrderId } = order.wire
    if (order.by === 'trader' || isTold(ledger, order)) continue
    const known = ledger.orders.get(clientOrderId)
    const missing = order.trades.filter(({ id }) => !known?.trades.has(id))
    if (missing.length > 0)
      simulation.violate(
        'the journal knows every fill',
        `${clientOrderId} (${known?.state}) lacks ${missing.length} of ${filledOf(order)}`,
      )
    if (order.closedAt === 0 && ledger.portfolio.orders[clientOrderId] === undefined)
      simulation.violate('no order is forgotten', `${clientOrderId} is open, ${known?.state}`)
  }
}

/** It is to be sold, that has failed, and after a pause it is tried again. */
function isTried({ closing, failures }: Position): boolean {
  return closing !== null && failures.exit.times > 0
}

/** A clock that was set forward makes an unknown order look older than it is: then it comes back, and that is told. */
function isTold({ reappeared, strangers }: Ledger, { by, wire, exchangeId }: TakenOrder): boolean {
  return by === 'device' && (reappeared.has(wire.clientOrderId) || strangers.has(exchangeId))
}

function checkPositions({ ledger, simulation, truth, protection }: Ended): void {
  const streams = new Set([...ledger.orders.values()].map(({ seed }) => seed))
  for (const { stream, intent } of streams) {
    if (truth.orders.some((one) => one.wire.market === intent.market && isTold(ledger, one)))
      continue
    const position = ledger.portfolio.positions[`${stream} ${intent.market}`]
    const held = heldBy(truth, ledger, stream, intent.market)
    if (held !== amountUnits(position?.amount ?? '0'))
      simulation.violate('the journal holds what the exchange holds', `${stream}: ${held}`)
  }
  for (const [key, position] of Object.entries(ledger.portfolio.positions))
    if (protection.isNaked(key, position) && !isTried(position))
      simulation.violate('settled in 60 s', `${key} is naked`)
}

/** What is not there for the positions, or is held by the trader's own orders, is known after two looks. */
function checkShort({ ledger, simulation, truth }: Ended): void {
  const positions = Object.values(ledger.portfolio.positions)
  for (const { market } of MARKETS) {
    const mine = positions.filter((one) => one.market === market)
    const held = mine.reduce((sum, { amount }) => sum + amountUnits(amount), 0)
    const short = held - truth.there(market) + truth.lockedByTrader(market)
    const recently = simulation.scheduler.now() - A_LOOK_MS - TWO_LOOKS_MS
    const isNew = truth.touchedAt(market) > recently || wasJustNameless(ledger, market, recently)
    const isKnown = mine.some(({ missing }) => amountUnits(missing) > 0)
    if (short > 0 && !isNew && !isKnown)
      simulation.violate('coins that are missing are known', `${market}: ${short} of ${held}`)
  }
}

function checkSignals({ ledger, simulation }: Ended): void {
  if (ledger.summedUp) return
  const open = new Set(Object.values(ledger.portfolio.orders).map(({ signal }) => signal))
  for (const jti of ledger.unended)
    if (!open.has(jti)) simulation.violate('every signal ends with a report', jti)
}

/** An entry that the trader approves late is sold again with the next head. */
function hasJustMoved({ ledger, simulation }: Ended, stream: string): boolean {
  const lately = simulation.scheduler.now() - A_HEAD_MS
  return [...ledger.orders.values()].some(
    ({ seed, movedAt }) => seed.stream === stream && movedAt > lately,
  )
}

/** While an order has no number, trades and what is missing may be its own: after that it takes the looks again. */
function wasJustNameless({ orders }: Ledger, market: string, since: number): boolean {
  return [...orders.values()].some(
    ({ seed, state, movedAt }) =>
      seed.intent.market === market && state === 'not_placed' && movedAt > since,
  )
}

function checkStrangers({ ledger, simulation, truth }: Ended): void {
  const recently = simulation.scheduler.now() - TWO_LOOKS_MS
  for (const { by, wire, exchangeId, acceptedAt, closedAt, trades } of truth.orders) {
    // One that came and went without a trade leaves nothing to see.
    if (by === 'device' || (closedAt > 0 && trades.length === 0)) continue
    if (closedAt > 0 && closedAt < ledger.began) continue
    // Of one that is over its first trade is all that can be seen.
    const visibleSince = closedAt > 0 ? (trades[0]?.at ?? closedAt) : acceptedAt
    const isSeen =
      visibleSince < simulation.healed - TWO_LOOKS_MS &&
      !wasJustNameless(ledger, wire.market, recently)
    if (isSeen && !ledger.strangers.has(exchangeId))
      simulation.violate('an order by hand is told', `${wire.clientOrderId} ${wire.type}`)
  }
}

/** What was missed while something is held is asked for until it is here. */
function checkGaps({ engines, ledger, simulation }: Ended): void {
  for (const engine of engines) {
    const name = engine.name()
    const { missed = null } = ledger.portfolio.streams[name] ?? {}
    const isSelling = Object.values(ledger.portfolio.orders).some(
      ({ stream, kind }) => stream === name && kind === 'exit',
    )
    // The last of it may have been written off a moment ago.
    const isHeld = Object.values(ledger.portfolio.positions).some(({ stream }) => stream === name)
    if (missed !== null && engine.isHonest() && isHeld && !isSelling)
      simulation.violate(
        'a missed exit is made up for',
        `${name} misses ${missed.ranges.join(' ')}`,
      )
  }
}

/** A lost exit is made up for from the head. */
function checkExits(ended: Ended): void {
  const { engines, ledger, simulation, truth } = ended
  for (const engine of engines) {
    const out = engine.wantsOut()
    const position =
      out === null ? undefined : ledger.portfolio.positions[`${out.stream} ${out.market}`]
    if (out === null || position === undefined || out.since <= position.seq) continue
    const bid = truth.market(out.market).bid(simulation.scheduler.now())
    const there = thereFor(truth, ledger, out.stream, out.market)
    const worth = (there * bid) / 10 ** (AMOUNT_PLACES + PRICE_PLACES)
    if (worth > SELLABLE && !isTried(position) && !hasJustMoved(ended, out.stream))
      simulation.violate('a missed exit is made up for', `${out.stream} holds ${position.amount}`)
  }
}
