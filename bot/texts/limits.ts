// What the policy allows, and how much of it is used.
import { type Answer, shownStream } from '@keyside/protocol'
import { type Html, html, lines, list } from './html.ts'
import { amount, sum, time, zone } from './numbers.ts'

type Limits = Extract<Answer, { about: 'limits' }>

/** `now` in Unix ms. */
export function limitsText(limits: Limits, now: number): Html {
  const { currency, order, position, hour, day, streams, markets, more: left } = limits
  const { ordersThisMinute, ordersToday, dayLoss, drawdown } = limits
  const head = lines(
    html`<b>Limits</b>: used of allowed, in ${currency}`,
    html`Entries today ${of(day)}`,
    html`Entries of the hour ${of(hour)}`,
    html`Orders today ${countOf(ordersToday)}`,
    html`Orders this minute ${countOf(ordersThisMinute)}`,
    html`Lost today ${of(dayLoss)}`,
    dayLoss.day === 'closed' ? html`⏹ <b>No entries until ${dayEnd(now)}</b>` : null,
    html`Below the best ${of(drawdown)}`,
    html`One order at most ${sum(order)}`,
  )
  const rows = [
    ...streams.map(streamText),
    ...markets.map(({ market, used }) => rowText(market, of({ used, limit: position }))),
  ]
  return lines(list(head, rows, { left }), html`Your device alone raises them.`)
}

function countOf({ used, limit }: Limits['ordersToday']): string {
  return `${amount(String(used))} of ${amount(String(limit))}`
}

const DAY_MS = 86_400_000

/** A day of the policy ends at 00:00 UTC, whatever the clock of the owner shows then. */
function dayEnd(now: number): string {
  const end = now - (now % DAY_MS) + DAY_MS
  return `${time(end, end)} ${zone(end)}`
}

function streamText({ stream, used, limit, spent, budget }: Limits['streams'][number]): Html {
  const now = of({ used, limit })
  const ever = budget === undefined ? '' : `, all in all ${of({ used: spent, limit: budget })}`
  return rowText(shownStream(stream), `${now}${ever}`)
}

function rowText(name: string, use: string): Html {
  return lines(html`<b>${name}</b>`, use)
}

function of({ used, limit }: { readonly used?: string | undefined; readonly limit: string }) {
  return `${used === undefined ? '(not known now)' : sum(used)} of ${sum(limit)}`
}
