// "Why no trade?": the whole way of one signal, as the device's journal has it.
import { type Answer, shownStream } from '@keyside/protocol'
import { clip, type Html, html, lines, unlinked } from './html.ts'
import { moment, zone } from './numbers.ts'
import { inOwnStyle, reasonText } from './reason.ts'

type Explained = Extract<Answer, { about: 'explain' }>

/** Lines shown on a phone; the terminal shows all of them. */
const MAX_LINES = 12
const MAX_TEXT = 160

const ENDS: { readonly [Is in Explained['end']['is']]: string } = {
  refused: '⚪ Refused',
  ended: '⚪ It ended',
  waits: '⏳ It waits',
  works: '➡️ Under way',
  filled: '✅ Done',
}

/** `now` in Unix ms. */
export function explainText({ signal, stream, market, rows, end }: Explained, now: number): Html {
  const left = rows.length - MAX_LINES
  const shown = left > 0 ? [...rows.slice(0, 4), ...rows.slice(4 - MAX_LINES)] : rows
  const named = [stream && shownStream(stream), market].filter((word) => word !== undefined)
  return lines(
    html`❓ <b>The way of a signal</b>${named.length > 0 ? ` · ${named.join(' · ')}` : ''}`,
    end.code === undefined
      ? html`<b>${ENDS[end.is]}:</b> ${end.text}`
      : html`<b>${ENDS[end.is]}:</b> ${reasonText(end.code, end.text)}`,
    ...shown.map(
      ({ at, text }) =>
        html`<b>${moment(Math.floor(at * 1000), now)}</b> ${unlinked(inOwnStyle(clip(text, MAX_TEXT)))}`,
    ),
    left > 0 ? html`${left} lines in between are left out.` : null,
    html`Times are ${zone(now)}. At the device: <code>keyside explain ${signal.slice(0, 8)}</code>`,
  )
}
