// What a question says of its own life, and the toasts of buttons that lead to more.
import { type Html, html } from './html.ts'
import { moment, zone } from './numbers.ts'

/** Both in seconds. */
export function untilText(expires: number, now: number): Html {
  return html`⏳ Nothing is done before you say yes. It counts until ${moment(Math.floor(expires) * 1000, now * 1000)} ${zone(expires * 1000)}.`
}

export const UNDER_WAY = html`➡️ Telling your device…`
export const NOTHING_DONE = html`⚪ Not done. Nothing has changed.`
export const NOT_ANSWERED = html`⌛ Not answered in time. Nothing was done.`
export const INTERRUPTED = html`❓ <b>I was restarted while doing this</b>, so it may be done or not. Look at /positions and /orders before you ask again.`
export const FAILED = html`❓ <b>Something failed while doing this</b>, so it may be done or not. Look at /positions and /orders before you ask again.`

export const DONE = html`✅ Done.`
export const DEVICE_GONE = html`⚪ Not done: I serve that device no more.`
/** The device takes no command that is older than half a minute. */
export const UNCONFIRMED = html`❓ <b>Your device has not confirmed it</b>, so it may be done or not. Look at /positions and /orders before you ask again.`

export const BUTTON_TOASTS = {
  no: 'Not done.',
  used: 'You have answered this already.',
  late: 'Too late: nothing was done. Ask again.',
  unknown: 'This button is no longer valid. Ask again.',
} as const
