// The orders of a paper account as its database has them, in the words of the sandbox's list.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { AcceptedOrder } from '@keyside/sandbox'

const OUTCOMES: Readonly<Record<string, string>> = {
  waiting: 'NEW',
  open: 'NEW',
  filled: 'FILLED',
  canceled: 'CANCELED',
  expired: 'EXPIRED',
}

/** Also while the executor runs. */
export function paperOrders(home: string): AcceptedOrder[] {
  using db = new DatabaseSync(join(home, 'executor/paper.db'), { readOnly: true, timeout: 5_000 })
  const rows = db.prepare('SELECT body FROM orders ORDER BY id').all()
  return rows.map(({ body }) => {
    const { id, wire, createdAt, amount, filled, filledValue, fills, status } = JSON.parse(
      String(body),
    )
    return {
      orderId: id,
      clientOrderId: wire.clientOrderId,
      account: 'paper',
      time: createdAt,
      symbol: wire.market,
      side: wire.side,
      type: wire.type,
      timeInForce: wire.timeInForce,
      price: wire.price,
      stopPrice: wire.triggerPrice,
      quantity: amount,
      executed: filled,
      executedQuote: filledValue,
      fills: fills.length,
      outcome: OUTCOMES[status] ?? status,
    }
  })
}
