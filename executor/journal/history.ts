// The last orders and trades, for the trader's questions.
import type { DatabaseSync } from 'node:sqlite'
import type { Answer, ReportEvent } from '@keyside/protocol'
import { seconds } from '@keyside/runtime'
import { times } from '../core/money.ts'
import type { Fill } from '../exchange/port.ts'

type OrdersAnswer = Extract<Answer, { about: 'orders' }>
type TradesAnswer = Extract<Answer, { about: 'trades' }>
type OrderStep = Extract<ReportEvent, { type: 'order' }>
type Asked = Extract<ReportEvent, { type: 'approval' }>

/** Each order as it was last reported, newest first. */
export function lastOrders(db: DatabaseSync, limit: number): OrdersAnswer {
  const rows = db
    .prepare(
      `SELECT max(seq), at, event FROM reports WHERE event ->> 'type' IN ('order', 'approval')
       GROUP BY event ->> '$.order.clientOrderId' ORDER BY max(seq) DESC LIMIT ?`,
    )
    .all(Math.min(limit, 20))
  return {
    about: 'orders',
    rows: rows.map((row) => {
      const event = JSON.parse(String(row['event'])) as OrderStep | Asked
      const at = seconds(Number(row['at']))
      if (event.type === 'approval')
        return { at, order: event.order, status: 'waiting' as const, filled: '0' }
      return { at, order: event.order, status: event.status, filled: event.filled }
    }),
  }
}

/** Newest first. */
export function lastTrades(db: DatabaseSync, limit: number): TradesAnswer {
  const rows = db
    .prepare(
      `SELECT fill.body, planned.body AS planned FROM facts AS fill
       JOIN facts AS planned ON planned.order_id = fill.order_id AND planned.type = 'planned'
       WHERE fill.type = 'fill' GROUP BY fill.seq ORDER BY fill.seq DESC LIMIT ?`,
    )
    .all(Math.min(limit, 50))
  return {
    about: 'trades',
    rows: rows.map((row) => {
      const { market, trade } = JSON.parse(String(row['body'])) as { market: string; trade: Fill }
      const { plan } = JSON.parse(String(row['planned'])) as {
        plan: { wire: { side: 'buy' | 'sell' } }
      }
      const { at, amount, price, fee } = trade
      return {
        at: seconds(at),
        market,
        side: plan.wire.side,
        amount,
        price,
        cost: times(amount, price),
        ...(fee && { fee: { ...fee } }),
      }
    }),
  }
}
