// The last orders and trades, for the trader's questions.
import type { DatabaseSync } from 'node:sqlite'
import type { Answer, ReportEvent, SaleResult } from '@keyside/protocol'
import { seconds } from '@keyside/protocol'
import { times } from '../core/model/decimals.ts'
import type { Fill } from '../core/model/exchange.ts'

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
      const { order, status, filled, code } = event
      return { at, order, status, filled, ...(code !== undefined && { code }) }
    }),
  }
}

/** A sale's result stands with its last trade, as it was last reported: reports are kept for a month at least. */
const TRADES = `
WITH told AS (
  SELECT event ->> '$.order.clientOrderId' AS id, event ->> '$.result' AS result, max(seq)
  FROM reports WHERE event ->> 'type' = 'order' GROUP BY id
), ends AS (SELECT max(seq) AS seq, order_id FROM events WHERE type = 'fill' GROUP BY order_id)
SELECT fill.body, planned.body AS planned, told.result FROM events AS fill
JOIN events AS planned ON planned.order_id = fill.order_id AND planned.type = 'planned'
LEFT JOIN ends ON ends.seq = fill.seq
LEFT JOIN told ON told.id = ends.order_id
WHERE fill.type = 'fill' GROUP BY fill.seq ORDER BY fill.seq DESC LIMIT ?`

/** Newest first. */
export function lastTrades(db: DatabaseSync, limit: number): TradesAnswer {
  const rows = db.prepare(TRADES).all(Math.min(limit, 50))
  return {
    about: 'trades',
    rows: rows.map((row) => {
      const { market, trade } = JSON.parse(String(row['body'])) as { market: string; trade: Fill }
      const { plan } = JSON.parse(String(row['planned'])) as {
        plan: { request: { side: 'buy' | 'sell' } }
      }
      const { at, amount, price, fee } = trade
      const result = row['result']
      return {
        at: seconds(at),
        market,
        side: plan.request.side,
        amount,
        price,
        cost: times(amount, price),
        ...(fee && { fee: { ...fee } }),
        ...(typeof result === 'string' && { result: JSON.parse(result) as SaleResult }),
      }
    }),
  }
}
