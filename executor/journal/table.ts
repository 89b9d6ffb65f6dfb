// The journal as a table: what each entry is about, in columns that a spreadsheet can add up.

import { times } from '../core/model/decimals.ts'
import type { JournalEvent } from '../core/model/events.ts'
import { eventText } from './event-text.ts'
import type { JournalEntry } from './read.ts'

export const TABLE_COLUMNS = [
  'seq',
  'time_utc',
  'type',
  'stream',
  'market',
  'side',
  'amount',
  'price',
  'cost',
  'fee',
  'fee_currency',
  'order_id',
  'trade_id',
  'signal',
  'text',
  'hash',
] as const

type Columns = { readonly [column in (typeof TABLE_COLUMNS)[number]]?: string }

/** Of an order, known from its first entry on. */
type About = Pick<Columns, 'stream' | 'market' | 'side' | 'signal'>

/** A row for each entry, oldest first; what does not apply is empty. A fill has the exchange's own time. */
export function tableRows(entries: readonly JournalEntry[]): readonly (readonly string[])[] {
  const orders = new Map<string, About>()
  return entries.map(({ seq, at, type, order, body, hash }) => {
    if (body.type === 'ordered') orders.set(body.order.clientOrderId, aboutOrder(body.order))
    const columns: Columns = {
      ...(order !== null && orders.get(order)),
      ...columnsOf(body),
      seq: String(seq),
      time_utc: time(body.type === 'fill' ? body.trade.at : at),
      type,
      order_id: order ?? '',
      text: eventText(body),
      hash,
    }
    return TABLE_COLUMNS.map((column) => columns[column] ?? '')
  })
}

function aboutOrder({
  stream,
  signal,
  intent,
}: Extract<JournalEvent, { type: 'ordered' }>['order']): About {
  return { stream, signal, market: intent.market, side: intent.side }
}

function columnsOf(event: JournalEvent): Columns {
  switch (event.type) {
    case 'fill': {
      const { id, amount, price, fee } = event.trade
      return {
        market: event.market,
        amount,
        price,
        cost: times(amount, price),
        trade_id: id,
        ...(fee && { fee: fee.amount, fee_currency: fee.currency }),
      }
    }
    case 'fee_priced':
      return { market: event.market, ...(event.price !== null && { price: event.price }) }
    case 'planned': {
      const { market, side, amount, price } = event.plan.request
      return { market, side, amount, price, cost: event.plan.value }
    }
    case 'signal':
      return { stream: event.stream, signal: event.jti }
    default: {
      const { stream, market } = event as { stream?: string; market?: string }
      return { ...(stream && { stream }), ...(market && { market }) }
    }
  }
}

function time(at: number): string {
  return new Date(at).toISOString().slice(0, 23).replace('T', ' ')
}
