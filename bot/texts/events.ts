// Refusals, notices and changes of state in words.
import { type ReportEvent, shownStream, type TradingState } from '@keyside/protocol'
import { type Html, html, lines } from './html.ts'
import { amount, currencies, span, time, zone } from './numbers.ts'
import { reasonText, WHOLE } from './reason.ts'

type Event<Type extends ReportEvent['type']> = Extract<ReportEvent, { type: Type }>

export interface Repeats {
  readonly count: number
  /** Unix ms. */
  readonly last: number
  readonly now: number
}

const REFUSED = {
  entry: html`⚪ <b>Entry not taken</b>`,
  exit: html`🛑 <b>Exit refused</b>`,
  stop: html`🛑 <b>Stop not moved</b>`,
  signal: html`⚪ <b>Signal not taken</b>`,
  message: html`🛑 <b>Message refused</b>`,
} as const

/** Quiet: a missed entry costs nothing. A missed exit or an unexpected message may. */
export function isCalm({ kind, stream }: Event<'refusal'>): boolean {
  return kind === 'entry' || (kind === undefined && stream !== undefined)
}

/** An answer that the device has not taken. */
export function notTakenText({ code, message }: Event<'refusal'>): Html {
  return lines(html`🛑 <b>Your answer was not taken</b>`, reasonText(code, message, WHOLE))
}

export function refusalText(event: Event<'refusal'>, repeats: Repeats): Html {
  // A message that belongs to no stream need not be a signal.
  const what = event.kind ?? (event.stream === undefined ? 'message' : 'signal')
  const where = [event.market, event.stream && shownStream(event.stream)]
    .filter((word) => word !== undefined)
    .join(' · ')
  return lines(
    html`${REFUSED[what]}${where === '' ? '' : ` · ${where}`}`,
    reasonText(event.code, event.message, WHOLE),
    repeatsText(repeats),
  )
}

const LEVELS = { info: 'ℹ️', warning: '⚠️', error: '🔴' } as const

export function noticeText(event: Event<'notice'>, repeats: Repeats): Html {
  return lines(
    html`${LEVELS[event.level]} ${reasonText(event.code, event.message, WHOLE)}`,
    repeatsText(repeats),
  )
}

/** The strategy's own words, in code, where Telegram makes no link of anything. */
export function alertText(event: Event<'alert'>, repeats: Repeats): Html {
  const { stream, market, name, text, price, timeframe, closed } = event
  const { quote } = currencies(market)
  return lines(
    html`🔔 <b>${shownStream(stream)} · ${market}</b>${name === undefined ? '' : `: ${name}`}`,
    html`<code>${text}</code>`,
    html`${amount(price)} ${quote}, ${timeframe} candle of ${time(closed * 1000, repeats.now)} ${zone(closed * 1000)}`,
    repeatsText(repeats),
  )
}

export function repeatsText({ count, last, now }: Repeats): Html | null {
  return count < 2 ? null : html`${count} times, last at ${time(last, now)} ${zone(last)}`
}

const STATES: { readonly [State in TradingState]: (by: string) => Html } = {
  running: (by) => html`▶️ <b>Trading runs</b>, started by ${by}.`,
  paused: (by) =>
    html`⏸ <b>Trading is paused</b> by ${by}. No new entries; exits and stops go on. /resume ends it.`,
  halted: (by) =>
    html`⏹ <b>Trading is halted</b> by ${by}. No new entries; exits and stops go on. Only the device itself can undo it: <code>keyside unhalt</code>`,
}

/** Trading state found at start-up. */
const STILL: { readonly [State in TradingState]: Html } = {
  running: html`▶️ Trading runs.`,
  paused: html`⏸ <b>Trading is still paused.</b> /resume ends it.`,
  halted: html`⏹ <b>Trading is still halted.</b> Only the device itself can undo it: <code>keyside unhalt</code>`,
}

export function stateText(event: Event<'state'>): Html {
  if (event.by === 'start') return STILL[event.state]
  return STATES[event.state](event.by.startsWith('telegram:') ? 'you' : event.by)
}

/** Times in Unix ms; `heard` 0 for never. */
export function offlineText(heard: number, now: number): Html {
  return lines(
    html`📴 <b>Your device went offline</b>, noticed at ${time(now, now)} ${zone(now)}.`,
    heard === 0 ? null : html`Last heard ${time(heard, now)} ${zone(heard)}.`,
    html`Stops and orders at the exchange stay there. Nothing new is sent until it is back.`,
  )
}

/** Times in Unix ms; `heard`, before it was away, 0 for never. */
export function backText(heard: number, now: number): Html {
  const away = heard === 0 ? '' : ` It was offline, last heard before at ${time(heard, now)}.`
  return html`📶 Your device is online again, ${time(now, now)} ${zone(now)}.${away}`
}

export function lostText(count: number): Html {
  return html`⚠️ ${count} ${count === 1 ? 'report' : 'reports'} of your device could not be fetched again. Look at /orders and /trades.`
}

export const untold: Html = html`⚠️ A report of your device could not be shown. Look at /orders and /trades.`

/** `heard` 0 for never; Unix ms. */
export function silentText(heard: number, now: number): Html {
  if (heard === 0) return html`📴 Your device does not answer. I have not heard from it yet.`
  return html`📴 Your device does not answer. Last heard ${time(heard, now)} ${zone(heard)}, ${span(now - heard)} ago.`
}
