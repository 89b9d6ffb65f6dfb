// Prices that the trader wants to hear of, and that one is there.
import type { Answer, ReportEvent, Threshold } from '@keyside/protocol'
import Big from 'big.js'
import { type Html, html, lines, list } from './html.ts'
import { amount, currencies, share, span, time, zone } from './numbers.ts'

type PriceAlerts = Extract<Answer, { about: 'price_alerts' }>
type PriceAlert = Extract<ReportEvent, { type: 'price_alert' }>

export const alertUnread = html`I did not understand that, so no alert is set. <code>/alert eth above 3000</code>, <code>/alert btc/usdt below 60000</code> and <code>/alert eth 5% 1h</code> (a move either way) tell you once; with <code>repeat</code> behind it each time. Numbers without signs between thousands, times as <code>30m</code>, <code>1h</code>, <code>7d</code>. /alerts shows what is set.`

export function priceAlertsText({ rows, more: left, set }: PriceAlerts): Html {
  if (rows.length === 0)
    return html`No price alerts are set. <code>/alert eth above 3000</code> sets one.`
  const head = set === undefined ? html`<b>Price alerts</b>` : html`🔔 <b>Alert ${set} is set.</b>`
  return list(head, rows.map(rowText), { left })
}

function rowText(row: PriceAlerts['rows'][number]): Html {
  const { quote } = currencies(row.market)
  const { price, state } = row
  return lines(
    html`${row.number}. <b>${shortText(row)}</b>`,
    state === 'spent' ? html`told; counts again once the price has gone back` : null,
    price === undefined ? html`no price now` : html`now ${amount(price)} ${quote}`,
  )
}

/** "ETH/USDT above 3,000, each time". */
export function shortText({
  market,
  threshold,
  repeats,
}: Pick<PriceAlerts['rows'][number], 'market' | 'threshold' | 'repeats'>): string {
  return `${market} ${thresholdText(threshold)}${repeats === 'always' ? ', each time' : ''}`
}

function thresholdText(threshold: Threshold): string {
  if (threshold.is === 'move')
    return `±${amount(threshold.percent)} % in ${span(threshold.within * 1000)}`
  return `${threshold.is} ${amount(threshold.price)}`
}

/** `now` in Unix ms. */
export function priceAlertText(event: PriceAlert, now: number): Html {
  const { number, market, threshold, repeats, price, missed } = event
  const { quote } = currencies(market)
  return lines(
    html`🔔 <b>${market} ${thresholdText(threshold)}</b>`,
    moveText(event),
    missed === undefined
      ? html`Now <b>${amount(price)} ${quote}</b>`
      : html`It was at <b>${amount(price)} ${quote}</b> between ${time(missed.since * 1000, now)} and ${time(missed.until * 1000, now)} ${zone(now)}, when I could not look all the time.`,
    repeats === 'once'
      ? html`Alert ${number} is over.`
      : html`Alert ${number} counts again ${threshold.is === 'move' ? 'from here' : 'once the price has gone back'}.`,
  )
}

function moveText({ from, price }: PriceAlert): Html | null {
  if (from === undefined) return null
  const moved = new Big(price).minus(from)
  return html`${share(moved.abs().toFixed(), from, moved.lt(0))} from ${amount(from)}`
}
