// What the trader asks the journal: the last orders, sales, and what they have brought.
import type { DatabaseSync } from 'node:sqlite'
import type { Answer, Instruction, ReportEvent, SaleResult, SaleRow } from '@keyside/protocol'
import { seconds } from '@keyside/protocol'
import type { Effect } from '../core/execution/inputs.ts'
import { refusedAnswer } from '../core/execution/refusals.ts'
import type { Candle } from '../core/model/exchange.ts'
import { fitting } from '../core/model/report-room.ts'
import { curveOf } from '../results/curve.ts'
import { feeColumns, isTimeZone, summarize, UTC } from '../results/summary.ts'
import type { Trade } from '../results/trade.ts'
import { explainIn } from './explain.ts'
import type { Results } from './results.ts'
import { CANDLES, storyOf, windowOf } from './sale-story.ts'

type Ask = Extract<Effect, { type: 'rows' }>['ask']
type AskTrades = Extract<Instruction, { do: 'trades' }>
type AskResults = Extract<Instruction, { do: 'results' }>
type OrdersAnswer = Extract<Answer, { about: 'orders' }>
type OrderStep = Extract<ReportEvent, { type: 'order' }>
type Asked = Extract<ReportEvent, { type: 'approval' }>

/** `now` in Unix ms; `pause` resolves when more of the journal may be read. */
export async function readHistory(ask: Ask, from: From): Promise<Answer> {
  if (ask.do === 'orders') return lastOrders(from.db, ask.limit)
  if (ask.do === 'explain') return explainIn(from.db, ask.signal) ?? refusedAnswer('signal_unknown')
  const trades = (await from.results.read(from.db, from.pause)).trades()
  if (ask.do === 'results') return sums(trades, ask, from)
  return ask.do === 'trades' ? lastTrades(trades, ask) : sale(trades, ask.number, from)
}

interface From {
  readonly db: DatabaseSync
  readonly results: Results
  readonly now: number
  readonly pause: () => Promise<void>
  readonly drawdown: Extract<Effect, { type: 'rows' }>['drawdown']
  /** From the exchange, `since` Unix ms; empty where it has none. */
  readonly candles: (market: string, timeframe: string, since: number) => Promise<readonly Candle[]>
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
    rows: fitting(
      rows.map((row) => {
        const event = JSON.parse(String(row['event'])) as OrderStep | Asked
        const at = seconds(Number(row['at']))
        if (event.type === 'approval')
          return { at, order: event.order, status: 'waiting' as const, filled: '0' }
        const { order, status, filled, code, message } = event
        const why = {
          ...(code !== undefined && { code }),
          ...(message && { message: clipped(message) }),
        }
        return { at, order, status, filled, ...why }
      }),
    ),
  }
}

/** Room for twenty of them in one report. */
const MAX_REASON = 160

function clipped(message: string): string {
  return message.length <= MAX_REASON ? message : `${message.slice(0, MAX_REASON - 1)}…`
}

/** What was sold, newest first. */
function lastTrades(trades: readonly Trade[], { limit, before = Infinity }: AskTrades): Answer {
  const rows = trades.filter(({ number }) => number < before).slice(-Math.min(limit, 20))
  return { about: 'trades', rows: fitting(rows.toReversed().map(tradeRow)), of: trades.length }
}

/** A sale that does not exist is answered with an empty list. */
async function sale(
  trades: readonly Trade[],
  wanted: number | undefined,
  from: From,
): Promise<Answer> {
  const trade = wanted === undefined ? trades.at(-1) : trades[wanted - 1]
  if (trade === undefined) return { about: 'trades', rows: [], of: trades.length }
  const { timeframe, from: since } = windowOf(trade)
  const candles = await from.candles(trade.market, timeframe, since)
  return {
    about: 'trade',
    row: tradeRow(trade),
    of: trades.length,
    ...storyOf(from.db, trade),
    timeframe,
    candles: candles
      .slice(0, CANDLES)
      .map(([at, open, high, low, close]) => [at, open, high, low, close]),
  }
}

function tradeRow({
  clientOrderId: _,
  entry: __,
  stops: ___,
  opened,
  closed,
  fees,
  feesValue,
  besides,
  result,
  ...trade
}: Trade): SaleRow {
  return {
    ...trade,
    opened: seconds(opened),
    closed: seconds(closed),
    ...feeColumns({ fees, feesValue, besides }),
    ...(result !== null && { result: ofRow(result) }),
  }
}

const MAX_GROUPS = 40
/** Characters of JSON that a curve takes from the rows at most. */
const CURVE_ROOM = 3_000

function sums(
  trades: readonly Trade[],
  { by, curve, stream, timeZone = UTC }: AskResults,
  { now, drawdown }: From,
): Answer {
  // A zone that is not known here is UTC, and the answer says so.
  const zone = isTimeZone(timeZone) ? timeZone : UTC
  const meant = stream === undefined ? trades : trades.filter((one) => one.stream === stream)
  const all = summarize(meant, by, now, zone)
  const rows = fitting(all.slice(0, MAX_GROUPS), curve === undefined ? 0 : CURVE_ROOM)
  const left = all.length - rows.length
  return {
    about: 'results',
    by,
    ...(zone !== UTC && { timeZone: zone }),
    rows,
    ...(left > 0 && { more: left }),
    ...(curve !== undefined && {
      curve: curveOf(meant, { currency: drawdown.currency, since: curve * 1000, until: now }),
      drawdown: {
        currency: drawdown.currency,
        limit: drawdown.limit,
        ...(drawdown.used !== null && { used: drawdown.used }),
      },
    }),
  }
}

/** `fees` of the row has the fees, and its times how long it was held. */
function ofRow({ besides: _, held: __, ...result }: SaleResult) {
  return result
}
