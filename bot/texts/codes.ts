// Codes of the device in a trader's words. A code that is not here is shown in the device's own.
import { type Html, html } from './html.ts'

const SENTENCES: ReadonlyMap<string, string> = new Map([
  ['expired', 'The signal came too late to be acted on.'],
  ['signature_invalid', 'A signal came with a wrong signature. Somebody may be forging signals.'],
  ['insufficient_funds', 'There is not enough free balance on the exchange.'],
  ['paused', 'Trading is paused. /resume lets entries through again.'],
  ['halted', 'Trading is halted. It can be started again at the device only.'],
])

/** The code stands at the end, small, for whoever wants to look it up. */
export function explain(code: string, message: string | undefined): Html {
  const sentence = SENTENCES.get(code) ?? message ?? 'Your device gave no reason.'
  return html`${sentence} <code>${code}</code>`
}
