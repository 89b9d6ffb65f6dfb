// Each stream in a few lines: heard, used of its allocation, what it has brought.
import { HOME, type ResultRow, shownStream } from '@keyside/protocol'
import { type Html, html, lines, list } from './html.ts'
import { signed, span, sum } from './numbers.ts'

export interface StreamRow {
  readonly stream: string
  readonly market: string
  /** Number of its last signal; 0 for none. */
  readonly seq: number
  readonly headAgeMs: number | null
  /** By its last head. */
  readonly plan: string | undefined
  readonly position: 'long' | 'flat' | undefined
  readonly last: { readonly kind: 'entry' | 'exit' | 'stop'; readonly at: number } | undefined
  readonly paused: 'yes' | 'no'
  /** Of its allocation, in the policy's currency; null where the device did not list it. */
  readonly use: { readonly used: string; readonly limit: string } | null
  readonly record: ResultRow | null
}

/** `now` in Unix ms. */
export function streamsText(
  rows: readonly StreamRow[],
  { currency, now, left = 0 }: { currency: string; now: number; left?: number | undefined },
): Html {
  if (rows.length === 0)
    return html`<b>No streams.</b> Your device follows one with <code>keyside follow</code>; your policy says which may trade.`
  const shown = rows.map((row) => streamText(row, currency, now))
  return list(html`<b>Streams</b>, in ${currency}`, shown, { left })
}

function streamText(row: StreamRow, currency: string, now: number): Html {
  const { stream, market, headAgeMs, plan, position, paused, use, record } = row
  const provider = providerOf(stream)
  const from = provider === HOME ? 'Your own engine' : `Provider ${provider}`
  const heard = headAgeMs === null ? '🔇 never heard' : `heard ${span(headAgeMs)} ago`
  return lines(
    html`${paused === 'yes' ? '⏸ ' : ''}<b>${shownStream(stream)}</b> · ${market}`,
    html`${from}${plan === undefined ? '' : `, plan ${plan}`}`,
    html`${heard}${position === undefined ? '' : `, its model is ${position}`}`,
    lastText(row, now),
    use === null ? null : html`Uses ${sum(use.used)} of ${sum(use.limit)}`,
    record === null
      ? html`No sale yet`
      : html`${record.won} of ${record.trades} won, <b>${signed(record.gain, record.negative)} ${currency}</b>`,
  )
}

const LAST = { entry: 'entry', exit: 'exit', stop: 'stop moved' } as const

function lastText({ seq, last }: StreamRow, now: number): Html {
  if (seq === 0) return html`No signal yet`
  if (last === undefined) return html`Signal ${seq} came before this device listened`
  return html`Signal ${seq}: ${LAST[last.kind]}, ${span(now - last.at * 1000)} ago`
}

function providerOf(stream: string): string {
  return stream.slice(0, stream.indexOf('/'))
}
