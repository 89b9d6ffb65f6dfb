// The device's reason: its sentence, and the code for looking it up.
import { clip, type Html, html } from './html.ts'

/** A card with a reason of this length still fits a caption. */
const LONGEST = 220

export function reasonText(code: string, message: string | undefined): Html {
  return html`${sentence(clip(message ?? 'no reason given', LONGEST))} <code>${code}</code>`
}

/** The device writes "expected this, got that": a capital and a full stop, unless it begins with a name. */
function sentence(text: string): string {
  const begun = /^[a-z']+[ ,]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`
}
