// What sales are said to have brought, against sums of all fills that are made here in another way.

import type { Order } from '../executor/core/model/order.ts'
import type { Portfolio } from '../executor/core/model/state.ts'
import { allRows, toEvent } from '../executor/journal/journal.ts'
import { ledgerOf } from '../executor/journal/results.ts'
import type { ReportEvent } from '../protocol/index.ts'
import type { Device } from './device.ts'
import { product, units } from './round-trips/fifo-judge.ts'
import type { Simulation } from './simulation.ts'

export function checkResults(
  simulation: Simulation,
  device: Device,
  { positions }: Portfolio,
): void {
  const db = device.journal()?.database()
  if (db === undefined) return
  const results = ledgerOf(db)
  const trades = results.trades()

  const money = { bought: 0n, sold: 0n }
  const kinds = new Map<string, Order['kind']>()
  for (const row of allRows(db)) {
    const event = toEvent(row)
    if (event.type === 'ordered') kinds.set(event.order.clientOrderId, event.order.kind)
    if (event.type !== 'fill') continue
    const { amount, price } = event.trade
    const side = kinds.get(event.clientOrderId) === 'entry' ? 'bought' : 'sold'
    money[side] += product(amount, price)
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
