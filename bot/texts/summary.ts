// The summary of a day or a week, and what was kept for the digest.
import { type Answer, type ResultRow, shownStream } from '@keyside/protocol'
import Big from 'big.js'
import { Html, html, lines, list } from './html.ts'
import { amount, share, signed, sum, time, zone } from './numbers.ts'
import { chargedLines } from './orders.ts'

type Summary = Extract<Answer, { about: 'summary' }>

export const TITLES = { day: 'Your day', week: 'Your week', now: 'The last 24 hours' } as const

export interface SummaryShown {
  readonly kind: keyof typeof TITLES
  /** When it was due, where it is late; Unix ms. */
  readonly late: number | null
  /** Unix ms. */
  readonly now: number
}

export function summaryText(answer: Summary, { kind, late, now }: SummaryShown): Html {
  const { since, until, results, best, worst, state } = answer
  const span = `${time(since * 1000, now)} to ${time(until * 1000, now)} ${zone(now)}`
  return lines(
    html`📊 <b>${TITLES[kind]}</b>, ${span}`,
    late === null
      ? null
      : html`Late: it was due at ${time(late, now)}, and your device or I was away.`,
    ...(results.length === 0 ? [html`Nothing was sold.`] : results.flatMap(resultLines)),
    best === undefined ? null : html`Best ${streamText(best)}`,
    worst === undefined ? null : html`Worst ${streamText(worst)}`,
    ...heldLines(answer),
    state === 'running' ? null : html`${state === 'paused' ? '⏸ Paused' : '⏹ <b>Halted</b>'} now`,
    ...limitLines(answer),
    ...standingLines(answer, now),
  )
}

function resultLines(row: ResultRow): Html[] {
  const { currency, trades, won, unknown, gain, negative, paid } = row
  const percent = new Big(paid).eq(0) ? '' : ` (${share(gain, paid, negative)})`
  return [
    html`Result <b>${signed(gain, negative)} ${currency}</b>${percent}`,
    html`${trades} sold, ${won} with a gain${unknown === 0 ? '' : `, ${unknown} unknown`}`,
    ...chargedLines(row),
  ]
}

function streamText({ key, gain, negative, currency }: ResultRow): string {
  return `${shownStream(key)} ${signed(gain, negative)} ${currency}`
}

function heldLines({ positions, unpriced, held }: Summary): Html[] {
  if (positions === 0) return [html`Nothing is held now.`]
  const gains = held.map(({ currency, gain, negative }) => `${signed(gain, negative)} ${currency}`)
  const now = gains.length === 0 ? '' : `, ${gains.join(', ')} before fees`
  return [
    html`${positions} held${now}`,
    ...(unpriced === 0 ? [] : [html`${unpriced} of them without a price`]),
  ]
}

/** As /limits says them; another setting by its own name. */
const LIMITS: Readonly<Record<string, string>> = {
  'limits.day': 'Entries today',
  'limits.orders_per_day': 'Orders today',
  'limits.day_loss': 'Lost today',
  'limits.drawdown': 'Below the best',
}

function limitName(name: string): string {
  return LIMITS[name] ?? name
}

/** What a device may find wrong, by its code; a newer one is shown by the code. */
const STANDING: Readonly<Record<string, string>> = {
  exchange_down: 'The exchange does not answer',
  exchange_slow: 'The exchange is slow',
  exchange_limited: 'The exchange wants fewer questions',
  exchange_banned: 'The exchange does not listen to this address',
  account_unseen: 'The whole account cannot be looked at',
  orders_unread: 'Open orders that cannot be read',
  coins_borrowed: 'The account owes coins',
  clock_off: "The device's clock is off",
  key_without_ip_list: 'The key works from any address',
  key_unchecked: 'Not all rights of the key are told',
  key_ages: 'The key ages',
  key_old: 'The key is old',
  key_expires: 'The key expires soon',
  limit_near: 'A limit is nearly used',
  disk_low: 'The disk is nearly full',
  market_unpriced: 'No price where you hold something',
  price_unseen: 'No price for an alert',
}

function limitLines({ limits }: Summary): Html[] {
  return limits.map(({ name, used, limit, currency }) =>
    currency === undefined
      ? html`${limitName(name)} ${amount(used)} of ${amount(limit)}`
      : html`${limitName(name)} ${sum(used)} of ${sum(limit)} ${currency}`,
  )
}

function standingLines({ standing, more = 0 }: Summary, now: number): Html[] {
  if (standing.length === 0) return []
  return [
    html`⚠️ <b>Still so</b>`,
    ...standing.map(({ code, about, since }) => {
      const when = since === 0 ? '' : `, since ${time(since * 1000, now)}`
      return html`${STANDING[code] ?? code}${about === '' ? '' : `: ${limitName(about)}`}${when}`
    }),
    ...(more > 0 ? [html`and ${more} more`] : []),
  ]
}

interface Kept {
  /** What it is about; null where the bot speaks of itself. */
  readonly device: string | null
  readonly html: string
  /** Unix ms. */
  readonly at: number
}

/** Each as it would have been told. `now` in Unix ms. */
export function digestText(entries: readonly Kept[], now: number): Html {
  const rows = entries.map(({ device, html: told, at }) =>
    lines(
      '',
      html`<i>${time(at, now)}${device === null ? '' : ` · ${device}`}</i>`,
      new Html(told),
    ),
  )
  return list(html`🗞 <b>Digest</b>, ${entries.length} told together, ${zone(now)}`, rows)
}
