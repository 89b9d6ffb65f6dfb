// The device's reason: its sentence, and the code for looking it up.
import { ADDRESSES, clip, type Html, html, unlinked } from './html.ts'
import { amount, time, zone } from './numbers.ts'

/** A card with a reason of this length still fits a caption. */
const MAX_LENGTH = 220
/** A message of its own has room for all that a device says: what differs from case to case stands at its end. */
export const WHOLE = 500

/** The device quotes exchanges and providers: no address of theirs becomes a link. A command is its own advice. */
export function reasonText(code: string, message: string | undefined, most = MAX_LENGTH): Html {
  const said = inOwnStyle(sentence(clip(message ?? 'no reason given', most)))
  return html`${unlinked(said, undefined, ADDRESSES)} <code>${code}</code>`
}

/** The device writes "expected this, got that": a capital and a full stop, unless it begins with a name. */
function sentence(text: string): string {
  const begun = /^[a-z']+[ ,]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`
}

const MOMENT = /\b(\d{4}-\d\d-\d\d) (\d\d:\d\d)(?::\d\d)? UTC/g
/** A number that is not part of a date, a version, an address or a name. */
const FRACTION = /(?<![\w.:/-])\d{1,15}\.\d{1,12}(?![\w:/-]|\.\d)/g

/** Devices write "2026-11-12 14:02:11 UTC" and "1234.5"; the owner reads both as elsewhere in the chat. */
export function inOwnStyle(text: string): string {
  return text
    .replace(FRACTION, (number) => amount(number))
    .replace(MOMENT, (_, day, clock) => {
      const at = Date.parse(`${day}T${clock}Z`)
      return `${time(at, 0)} ${zone(at)}`
    })
}
