// What the trader asks the journal: the last orders, sales, and what they have brought.
import type { DatabaseSync } from 'node:sqlite'
import type { Answer, Instruction, ReportEvent, SaleResult, SaleRow } from '@keyside/protocol'
import { seconds } from '@keyside/protocol'
import { fitting } from '../core/model/report-room.ts'
import type { Trade } from '../results/ledger.ts'
import { byCurrency, summarize } from '../results/summary.ts'
import type { Results } from './results.ts'

type AskTrades = Extract<Instruction, { do: 'trades' }>
type AskResults = Extract<Instruction, { do: 'results' }>
type OrdersAnswer = Extract<Answer, { about: 'orders' }>
type OrderStep = Extract<ReportEvent, { type: 'order' }>
type Asked = Extract<ReportEvent, { type: 'approval' }>

/** `now` in Unix ms; `pause` resolves when more of the journal may be read. */
export async function readHistory(
  ask: Extract<Instruction, { do: 'orders' }> | AskTrades | AskResults,
  from: {
    readonly db: DatabaseSync
    readonly results: Results
    readonly now: number
    readonly pause: () => Promise<void>
  },
): Promise<Answer> {
  if (ask.do === 'orders') return lastOrders(from.db, ask.limit)
  const trades = (await from.results.read(from.db, from.pause)).trades()
  return ask.do === 'trades' ? lastTrades(trades, ask) : sums(trades, ask, from.now)
}

/** Each order as it was last reported, newest first. */
function lastOrders(db: DatabaseSync, limit: number): OrdersAnswer {
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

/** What was sold, newest first. */
function lastTrades(trades: readonly Trade[], { limit, before = Infinity }: AskTrades): Answer {
  const rows = trades.filter(({ number }) => number < before).slice(-Math.min(limit, 20))
  return { about: 'trades', rows: fitting(rows.toReversed().map(tradeRow)), of: trades.length }
}

function tradeRow({ clientOrderId: _, opened, closed, fees, result, ...trade }: Trade): SaleRow {
  return {
    ...trade,
    opened: seconds(opened),
    closed: seconds(closed),
    fees: byCurrency(fees),
    ...(result !== null && { result: withoutBesides(result) }),
  }
}

const MAX_GROUPS = 40
function sums(trades: readonly Trade[], { by }: AskResults, now: number): Answer {
  const all = summarize(trades, by, now)
  const rows = fitting(all.slice(0, MAX_GROUPS))
  const left = all.length - rows.length
  return {
    about: 'results',
    by,
    rows,
    ...(left > 0 && { more: left }),
  }
}

/** `fees` of the row has them. */
function withoutBesides({ besides: _, ...result }: SaleResult) {
  return result
}
