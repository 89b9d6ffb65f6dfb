// What sales are said to have brought, against sums of all fills that are made here in another way.

import type { Order } from '../executor/core/model/order.ts'
import type { Portfolio } from '../executor/core/model/state.ts'
import type { Row } from '../executor/journal/chain.ts'
import { toEvent } from '../executor/journal/journal.ts'
import { LEDGER_EVENTS, Ledger, type LedgerEvent } from '../executor/results/ledger.ts'
import type { ReportEvent } from '../protocol/index.ts'
import type { Device } from './device.ts'
import type { Simulation } from './simulation.ts'

/** Of a wire decimal, in its last place. */
const UNIT = 10n ** 12n
function units(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.')
  return BigInt(whole) * UNIT + BigInt(fraction.padEnd(12, '0'))
}

const isLedgerEvent = (event: { type: string }): event is LedgerEvent =>
  LEDGER_EVENTS.some((type) => type === event.type)

export function checkResults(
  simulation: Simulation,
  device: Device,
  { positions }: Portfolio,
): void {
  const db = device.journal()?.database()
  if (db === undefined) return
  const rows = db.prepare('SELECT * FROM events ORDER BY seq').all() as unknown as Row[]
  const events = rows.map(toEvent).filter(isLedgerEvent)
  const results = new Ledger()
  for (const event of events) results.apply(event)
  const trades = results.trades()

  const money = { bought: 0n, sold: 0n }
  const kinds = new Map<string, Order['kind']>()
  for (const event of events) {
    if (event.type === 'ordered') kinds.set(event.order.clientOrderId, event.order.kind)
    if (event.type !== 'fill') continue
    const { amount, price } = event.trade
    const side = kinds.get(event.clientOrderId) === 'entry' ? 'bought' : 'sold'
    money[side] += (units(amount) * units(price)) / UNIT
  }
  const held = Object.values(positions).flatMap(({ lots }) => lots)
  const sum = (all: readonly { cost: string }[]) =>
    all.reduce((total, { cost }) => total + units(cost), 0n)
  const paid = sum(trades) + sum(results.left()) + sum(held)
  if (paid !== money.bought)
    simulation.violate('results add up', `paid ${money.bought}, in results and lots ${paid}`)
  const proceeds = trades.reduce((total, trade) => total + units(trade.proceeds), 0n)
  if (proceeds !== money.sold)
    simulation.violate('results add up', `sold for ${money.sold}, in results ${proceeds}`)

  const told = new Map<string, ReportEvent>()
  for (const row of db.prepare('SELECT event FROM reports ORDER BY seq').all()) {
    const event = JSON.parse(String(row['event'])) as ReportEvent
    if (event.type === 'order') told.set(event.order.clientOrderId, event)
  }
  for (const { clientOrderId, result } of trades) {
    const event = told.get(clientOrderId)
    const said = event?.type === 'order' ? (event.result ?? null) : null
    if (JSON.stringify(said) !== JSON.stringify(result))
      simulation.violate(
        'results are told as they are',
        `${clientOrderId}: ${JSON.stringify({ said, result })}`,
      )
  }
}
