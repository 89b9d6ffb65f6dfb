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

const ADDRESS = String.raw`:\/\/|[@#$]\p{L}|[\p{L}\p{N}]\.\p{L}{2}|\d\.\d+\.\d+\.\d|\+\d[\d()-]{5}`
const COMMAND = String.raw`(?<![\p{L}\p{N}])\/\p{L}`
/** A word that Telegram would make a link of: an address, a name, a tag, a number to call. */
export const ADDRESSES = new RegExp(String.raw`(\S*(?:${ADDRESS})\S*)`, 'u')
/** A command too, which a tap sends. */
const LINKS = new RegExp(String.raw`(\S*(?:${ADDRESS}|${COMMAND})\S*)`, 'u')

/** Text from outside: words that Telegram would turn into links are set as code, where it does not. `style` is for the rest. */
export function unlinked(
  text: string,
  style: (words: string) => Html = (words) => html`${words}`,
  links = LINKS,
): Html {
  const parts = text
    .split(links)
    .map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part))
  return new Html(
    parts
      .map((part) => (part instanceof Html ? part.text : part === '' ? '' : style(part).text))
      .join(''),
  )
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

/** What a message holds, in UTF-16 code units: that is how Telegram counts. */
const ROOM = 4096
/** What a caption below a picture holds. Telegram does not count markup; callers that have only marked-up text do. */
export const CAPTION_ROOM = 1024
/** Room for "and 12,345 more". */
const SPARE = 64

/** As many of the rows as fit, at most `most`, and how many are left out, with the `left` that never came. */
export function list(
  head: Html | null,
  rows: readonly Html[],
  { most = rows.length, left = 0 }: { most?: number | undefined; left?: number | undefined } = {},
): Html {
  let room = ROOM - SPARE - (head?.text.length ?? 0)
  const end = rows.findIndex(({ text }) => {
    room -= text.length + 1
    return room < 0
  })
  const shown = rows.slice(0, end < 0 ? most : Math.min(end, most))
  return lines(head, ...shown, more(rows.length - shown.length + left))
}

function more(count: number): Html | null {
  return count > 0 ? html`and ${count} more` : null
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** At most `most` UTF-16 code units. What a person sees as one character is kept or left out, never cut. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text
  let kept = ''
  for (const { segment } of GRAPHEMES.segment(text)) {
    if (kept.length + segment.length >= most) break
    kept += segment
  }
  return `${kept}…`
}

function write(part: Part): string {
  return part instanceof Html ? part.text : escapeHtml(String(part))
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
