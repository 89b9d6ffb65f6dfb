// Each stream in a few lines: heard, used of its allocation, what it has brought.
import { type ResultRow, shownStream } from '@keyside/protocol'
import { type Html, html, lines, list } from './html.ts'
import { signed, span, sum } from './numbers.ts'

export interface StreamRow {
  readonly stream: string
  readonly market: string
  /** Number of its last signal; 0 for none. */
  readonly seq: number
  readonly headAgeMs: number | null
  readonly paused: 'yes' | 'no'
  /** Of its allocation, in the policy's currency; null where the device did not list it. */
  readonly use: { readonly used: string; readonly limit: string } | null
  readonly record: ResultRow | null
}

export function streamsText(rows: readonly StreamRow[], currency: string, left = 0): Html {
  if (rows.length === 0)
    return html`<b>No streams.</b> Your device follows one with <code>npx keyside follow</code>; your policy says which may trade.`
  const shown = rows.map((row) => streamText(row, currency))
  return list(html`<b>Streams</b>, in ${currency}`, shown, { left })
}

function streamText(
  { stream, market, seq, headAgeMs, paused, use, record }: StreamRow,
  currency: string,
): Html {
  const heard = headAgeMs === null ? '🔇 never heard' : `heard ${span(headAgeMs)} ago`
  return lines(
    html`${paused === 'yes' ? '⏸ ' : ''}<b>${shownStream(stream)}</b> · ${market}`,
    html`${heard}, ${seq === 0 ? 'no signal yet' : `signal ${seq}`}`,
    use === null ? null : html`Uses ${sum(use.used)} of ${sum(use.limit)}`,
    record === null
      ? html`No sale yet`
      : html`${record.won} of ${record.trades} won, <b>${signed(record.gain, record.negative)} ${currency}</b>`,
  )
}
