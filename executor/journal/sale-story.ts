// One sale with all that the journal says of it, and which candles show it.
import type { DatabaseSync } from 'node:sqlite'
import { isDeepStrictEqual } from 'node:util'
import { type Answer, type Decimal, type ReportEvent, seconds } from '@keyside/protocol'
import type { FactOf } from '../core/model/events.ts'
import type { Trade } from '../results/trade.ts'
import type { Row } from './chain.ts'
import { toEvent } from './journal.ts'

type Story = Extract<Answer, { about: 'trade' }>

/** Lengths of candles that every venue has, minutes. */
const TIMEFRAMES = [
  ['1m', 1],
  ['5m', 5],
  ['15m', 15],
  ['1h', 60],
  ['4h', 240],
  ['1d', 1_440],
  ['1w', 10_080],
] as const
/** As many as a chart shows. */
export const CANDLES = 60
/** Of the candles, how many in a hundred are before the purchase, and after the sale. */
const MARGIN = 15
const MAX_STOPS = 30

/** From when on (Unix ms) candles of which length show what was held all the time, with some before and after. */
export function windowOf({ opened, closed }: Pick<Trade, 'opened' | 'closed'>) {
  const held = Math.max(0, closed - opened)
  const room = (CANDLES * (100 - 2 * MARGIN)) / 100
  const [timeframe, minutes] = TIMEFRAMES.find(([, one]) => one * 60_000 * room >= held) ?? [
    '1w',
    10_080,
  ]
  const candle = minutes * 60_000
  const before = Math.max(Math.floor((CANDLES * candle - held) / 2), candle)
  return { timeframe, from: Math.floor((opened - before) / candle) * candle }
}

/** Where its stop stood, and why it was bought and sold: what the journal no longer has is left out. */
export function storyOf(
  db: DatabaseSync,
  { clientOrderId, entry, stops }: Trade,
): Pick<Story, 'bought' | 'sold' | 'stops'> {
  const bought = entry === null ? undefined : reasonOf(db, entry)
  const sold = reasonOf(db, clientOrderId)
  return {
    ...(bought !== undefined && { bought }),
    ...(sold !== undefined && { sold }),
    stops: stops.slice(-MAX_STOPS).flatMap((stop) => stopOf(db, stop)),
  }
}

type OrderStep = Extract<ReportEvent, { type: 'order' }>

/** A sale as it was reported last, with the result that it has now; null where that is what was said. */
export function lastStepWith(
  db: DatabaseSync,
  { clientOrderId, result }: Pick<Trade, 'clientOrderId' | 'result'>,
): OrderStep | null {
  const row = db
    .prepare(
      `SELECT event FROM reports WHERE event ->> 'type' = 'order'
       AND event ->> '$.order.clientOrderId' = ? ORDER BY seq DESC LIMIT 1`,
    )
    .get(clientOrderId)
  if (row === undefined || result === null) return null
  const step = JSON.parse(String(row['event'])) as OrderStep
  return isDeepStrictEqual(step.result, result) ? null : { ...step, result }
}

function reasonOf(db: DatabaseSync, order: string): string | undefined {
  const event = eventOf<FactOf<'ordered'>>(db, order, 'ordered')
  return event?.order.reason
}

function stopOf(
  db: DatabaseSync,
  { at, order }: { readonly at: number; readonly order: string },
): [number, Decimal][] {
  const event = eventOf<FactOf<'planned'>>(db, order, 'planned')
  const price = event?.plan.request.triggerPrice
  return price === undefined ? [] : [[seconds(at), price]]
}

function eventOf<Event>(db: DatabaseSync, order: string, type: string): Event | undefined {
  const row = db
    .prepare('SELECT * FROM events WHERE order_id = ? AND type = ? ORDER BY seq DESC LIMIT 1')
    .get(order, type) as unknown as Row | undefined
  return row === undefined ? undefined : (toEvent(row) as unknown as Event)
}
