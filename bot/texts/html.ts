// Telegram's HTML, written so that nothing from outside can become markup.

/** Markup that may be sent as it is. Made by `html` alone. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Part = Html | string | number

/** A template whose every inserted text is escaped; inserted Html stays. */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(String.raw({ raw: template }, ...parts.map(write)))
}

/** Joins what is there, one a line. */
export function lines(...parts: readonly (Part | null)[]): Html {
  return new Html(
    parts
      .filter((part) => part !== null)
      .map(write)
      .join('\n'),
  )
}

/** Aligned columns that fit a phone. The first column grows; `right` columns are flush right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): Html {
  const width = (at: number) => Math.max(...rows.map((row) => row[at]?.length ?? 0))
  const cell = (text: string, at: number) =>
    right.includes(at) ? text.padStart(width(at)) : text.padEnd(width(at))
  const body = rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n')
  return html`<pre>${body}</pre>`
}

/** At most `most` characters. */
export function clip(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

function write(part: Part): string {
  return part instanceof Html ? part.text : escapeHtml(String(part))
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
