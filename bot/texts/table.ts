// Tables in letters of one width, as wide as the narrowest phone shows them without a break.
import { type Html, html } from './html.ts'

/** What 360 px show of a <pre> block in Telegram. */
export const COLUMNS = 34
/** The same beside the edges of a message of ordinary text. */
export const NARROW_COLUMNS = 30
const GAP = 1

/** The first column to the left, all others to the right. Null where it would be wider: a list is shown then. */
export function table(rows: readonly (readonly string[])[]): Html | null {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, at) =>
    Math.max(...rows.map((row) => widthOf(row[at] ?? ''))),
  )
  const width = widths.reduce((sum, one) => sum + one, 0) + (count - 1) * GAP
  if (count === 0 || width > COLUMNS) return null
  const written = rows.map((row) =>
    widths
      .map((room, at) => {
        const cell = row[at] ?? ''
        const space = ' '.repeat(room - widthOf(cell))
        return at === 0 ? `${cell}${space}` : `${space}${cell}`
      })
      .join(' '.repeat(GAP))
      .trimEnd(),
  )
  return html`<pre>${written.join('\n')}</pre>`
}

/** In characters as a person counts them. */
function widthOf(text: string): number {
  return [...text].length
}
