// After the faults: the executor has to know everything and to agree with the exchange to the last fill.
import type { Device } from './device.ts'
import type { Engine } from './engine.ts'
import type { Ledger } from './ledger.ts'
import type { Protection } from './protection.ts'
import type { Simulation } from './simulation.ts'
import type { Trader } from './trader.ts'
import { heldBy } from './truth.ts'
import { amountUnits, PRICE_PLACES } from './units.ts'
import { filledOf, type Venue } from './venue.ts'

/** Above the least value of an order, in quote, whatever the collar takes off. */
const SELLABLE = 6
/** Between two heads, and what an exit takes. */
const A_HEAD_MS = 20_000
/** Then a person was told. */
const MOST_ATTEMPTS = 5
const RESTING = ['waiting', 'accepted', 'part_filled']
const BEYOND_DEVICE = ['accepted', 'part_filled']

export interface Ended {
  readonly simulation: Simulation
  readonly venue: Venue
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
  checkOrders(ended)
  checkVenue(ended)
  checkPositions(ended)
  checkSignals(ended)
  checkExits(ended)
  if (trader.whole() < ledger.lastReport - 1)
    simulation.violate('every report arrives', `${trader.whole()} of ${ledger.lastReport}`)
}

function checkOrders({ ledger, simulation, venue }: Ended): void {
  for (const { clientOrderId, state } of Object.values(ledger.book.orders)) {
    if (!RESTING.includes(state))
      simulation.violate('settled in 60 s', `${clientOrderId} is ${state}`)
    const order = venue.orders.find(({ wire }) => wire.clientOrderId === clientOrderId)
    if (BEYOND_DEVICE.includes(state) && order?.closedAt !== 0)
      simulation.violate('settled in 60 s', `${clientOrderId} is over, the journal says ${state}`)
  }
}

function checkVenue({ ledger, simulation, venue }: Ended): void {
  for (const order of venue.orders) {
    const { clientOrderId } = order.wire
    const known = ledger.orders.get(clientOrderId)
    const missing = order.trades.filter(({ id }) => !known?.trades.has(id))
    if (missing.length > 0)
      simulation.violate(
        'the journal knows every fill',
        `${clientOrderId} (${known?.state}) lacks ${missing.length} of ${filledOf(order)}`,
      )
    if (order.closedAt === 0 && ledger.book.orders[clientOrderId] === undefined)
      simulation.violate('no order is forgotten', `${clientOrderId} is open, ${known?.state}`)
  }
}

function checkPositions({ ledger, simulation, venue, protection }: Ended): void {
  const streams = new Set([...ledger.orders.values()].map(({ seed }) => seed))
  for (const { stream, idea } of streams) {
    const position = ledger.book.positions[`${stream} ${idea.market}`]
    const held = heldBy(venue, ledger, stream, idea.market)
    if (held !== amountUnits(position?.amount ?? '0'))
      simulation.violate('the journal holds what the exchange holds', `${stream}: ${held}`)
  }
  for (const [key, position] of Object.entries(ledger.book.positions))
    if (protection.isNaked(key, position)) simulation.violate('settled in 60 s', `${key} is naked`)
}

function checkSignals({ ledger, simulation }: Ended): void {
  if (ledger.summedUp) return
  const open = new Set(Object.values(ledger.book.orders).map(({ signal }) => signal))
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

/** A lost exit is made up for from the head. */
function checkExits(ended: Ended): void {
  const { engines, ledger, simulation, venue } = ended
  for (const engine of engines) {
    const out = engine.wantsOut()
    const position = out === null ? undefined : ledger.book.positions[`${out.stream} ${out.market}`]
    if (out === null || position === undefined || out.since <= position.seq) continue
    const bid = venue.market(out.market).bid(simulation.scheduler.now())
    const worth = (Number(position.amount) * bid) / 10 ** PRICE_PLACES
    const attempts = ledger.book.streams[out.stream]?.headExit.attempts ?? 0
    if (worth > SELLABLE && attempts <= MOST_ATTEMPTS && !hasJustMoved(ended, out.stream))
      simulation.violate('a missed exit is made up for', `${out.stream} holds ${position.amount}`)
  }
}
