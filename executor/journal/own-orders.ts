// Which orders of the exchange this journal made, under which client order id, and what it has reported about them.
import type { DatabaseSync } from 'node:sqlite'

export interface AtExchange {
  readonly market: string
  readonly exchangeId: string
  /** Absent for a trade where the exchange does not say. */
  readonly clientOrderId?: string | undefined
}

/** Its client order id; null for an order that this journal did not make. */
export function ownOrderId(db: DatabaseSync, found: AtExchange): string | null {
  const { market, exchangeId, clientOrderId } = found
  const numbered = db
    .prepare(
      `SELECT accepted.order_id FROM events AS accepted
       JOIN events AS ordered ON ordered.order_id = accepted.order_id AND ordered.type = 'ordered'
       WHERE accepted.type = 'step' AND accepted.body ->> 'exchangeId' = ?
       AND ordered.body ->> '$.order.intent.market' = ?`,
    )
    .get(exchangeId, market)
  if (numbered !== undefined) return String(numbered['order_id'])
  return clientOrderId !== undefined && isUnnumbered(db, clientOrderId) ? clientOrderId : null
}

/** Ours without a number yet. With another number it is someone who borrows our name. */
function isUnnumbered(db: DatabaseSync, clientOrderId: string): boolean {
  const row = db
    .prepare(
      `SELECT max(type = 'ordered') AS ours, max(body ->> 'exchangeId' IS NOT NULL) AS numbered
       FROM events WHERE order_id = ? AND type IN ('ordered', 'step')`,
    )
    .get(clientOrderId)
  return row?.['ours'] === 1 && row['numbered'] === 0
}

export function isReported(db: DatabaseSync, { market, exchangeId }: AtExchange): boolean {
  const told = db
    .prepare(
      `SELECT 1 FROM events WHERE type IN ('unexpected', 'reappeared')
       AND body ->> 'exchangeId' = ? AND body ->> 'market' = ?`,
    )
    .get(exchangeId, market)
  return told !== undefined
}

export function hasFill(db: DatabaseSync, { order, trade }: { order: string; trade: string }) {
  const fill = db
    .prepare(
      "SELECT 1 FROM events WHERE order_id = ? AND type = 'fill' AND body ->> '$.trade.id' = ?",
    )
    .get(order, trade)
  return fill !== undefined
}

/** When the exchange last said that it is over, Unix ms of this device. */
export function overSince(db: DatabaseSync, clientOrderId: string): number {
  const row = db
    .prepare(
      `SELECT max(at) AS at FROM events
       WHERE order_id = ? AND type = 'step' AND body ->> 'event' = 'await_fills'`,
    )
    .get(clientOrderId)
  return Number(row?.['at'])
}
