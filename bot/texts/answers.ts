// The device's answers to queries, short enough for a phone.
import { type Answer, type OrderStatus, type OrderView, shownStream } from '@keyside/protocol'
import Big from 'big.js'
import { explainText } from './explain.ts'
import { type Html, html, lines, list } from './html.ts'
import { limitsText } from './limits.ts'
import {
  amount,
  baseOf,
  currencies,
  share,
  signed,
  span,
  sum,
  time,
  verb,
  zone,
} from './numbers.ts'
import { TAKEN_OFF } from './orders.ts'
import { changeText, policyText } from './policy.ts'
import { priceAlertsText } from './price-alerts.ts'
import { reasonText } from './reason.ts'
import { resultsText, storyText, tradesText } from './results.ts'
import { summaryText } from './summary.ts'
import { closeText, entriesText, NOT_DONE, protectText } from './ways-out.ts'

type About<Name extends Answer['about']> = Extract<Answer, { about: Name }>

/** Rows that a phone shows without much scrolling; fewer where the message is full. */
const MAX_ROWS = 20

/** `done` is what a finished command says. `now` in Unix ms. */
export function answerText(answer: Answer, done: Html, now: number): Html {
  switch (answer.about) {
    case 'status':
      return statusText(answer, now)
    case 'balance':
      return balanceText(answer)
    case 'positions':
      return positionsText(answer)
    case 'orders':
      return ordersText(answer, now)
    case 'trades':
      return tradesText(answer, now)
    case 'trade':
      return storyText(answer, now)
    case 'results':
      return resultsText(answer)
    case 'limits':
      return limitsText(answer, now)
    case 'policy':
      return policyText(answer)
    case 'change':
      return changeText(answer)
    case 'pauses':
      return pausesText(answer, now)
    case 'close':
      return closeText(answer)
    case 'protect':
      return protectText(answer)
    case 'entries':
      return entriesText(answer)
    case 'summary':
      return summaryText(answer, { kind: 'now', late: null, now })
    case 'price_alerts':
      return priceAlertsText(answer)
    case 'explain':
      return explainText(answer, now)
    // Told beside its card.
    case 'why':
    case 'done':
      return done
    case 'refused':
      return refusedText(answer)
  }
}

/** Digits of an entry price: after a part was sold, the average has many more. */
const ENTRY_DIGITS = 9

/** A request that does not fit the positions held is not an error of the device. */
function refusedText({ code, message }: About<'refused'>): Html {
  if (NOT_DONE.has(code)) return html`⚪ ${reasonText(code, message)}`
  return lines(html`🛑 <b>Your device refused</b>`, reasonText(code, message))
}

const STATES = { running: '▶️ Running', paused: '⏸ Paused', halted: '⏹ Halted' } as const

function pausesText(answer: About<'pauses'>, now: number): Html {
  const { state, pauses } = answer
  if (state === 'running' && pauses.length === 0)
    return html`▶️ <b>Running:</b> entries go through again.`
  const all = state === 'running' ? null : allText(answer, now)
  return lines(
    list(
      all,
      pauses.map((pause) => pauseText(pause, now)),
      { left: answer.morePauses },
    ),
    html`Exits and stops go on.`,
  )
}

function allText({ state, until }: About<'pauses'>, now: number): Html {
  if (state === 'halted') return html`<b>${STATES.halted}:</b> no new entries at all.`
  return html`<b>${STATES.paused}${untilText(until, now)}:</b> no new entries. /resume ends it.`
}

function pauseText({ of, name, until }: About<'pauses'>['pauses'][number], now: number): Html {
  const shown = of === 'stream' ? shownStream(name) : name
  return html`⏸ <b>${shown} paused${untilText(until, now)}:</b> no new entries there. <code>/resume ${name.toLowerCase()}</code> ends it.`
}

function untilText(until: number | undefined, now: number): string {
  return until === undefined ? '' : ` until ${time(until * 1000, now)} ${zone(until * 1000)}`
}

function statusText(status: About<'status'>, now: number): Html {
  const { exchange, turnover, drawdown, positions, open, waiting, unknown } = status
  const skew = Math.abs(exchange.skewMs)
  const head = lines(
    html`<b>${STATES[status.state]}</b> since ${time(status.since * 1000, now)} ${zone(status.since * 1000)}`,
    status.until === undefined ? null : html`Paused${untilText(status.until, now)}`,
    ...status.pauses.map((pause) => pauseText(pause, now)),
    html`Exchange ${exchange.name}, ${exchange.reachable ? 'reachable' : 'NOT REACHABLE'}`,
    html`Positions ${positions}`,
    html`Orders ${open} open, ${waiting} to approve`,
    unknown > 0 ? html`Unclear ${unknown}, see /orders` : null,
    html`Entries today ${sum(turnover.used)} of ${sum(turnover.limit)} ${turnover.currency}`,
    html`Below the best ${drawdown.used === undefined ? '(a price is missing)' : sum(drawdown.used)} of ${sum(drawdown.limit)} ${drawdown.currency}`,
    skew > 1000 ? html`Clock off by ${span(skew)}` : null,
  )
  return list(head, status.streams.map(streamLines), { left: status.more })
}

function streamLines({ stream, market, seq, headAgeMs }: About<'status'>['streams'][number]): Html {
  const heard = headAgeMs === null ? 'not heard yet' : `heard ${span(headAgeMs)} ago`
  return lines(
    html`<b>${shownStream(stream)}</b> · ${market}`,
    html`${seq === 0 ? 'no signal yet' : `signal ${seq}`}, ${heard}`,
  )
}

function balanceText({ rows, more: left = 0, worth, dust, allocated }: About<'balance'>): Html {
  if (rows.length === 0 && left === 0 && dust === undefined)
    return html`The account is empty. What lies in Funding, P2P or Earn does not count: move it to where spot trading takes it.`
  const shown = rows.map((row) => balanceRow(row, worth?.currency))
  const priceless = rows.filter(({ value }) => value === undefined).length + left
  return lines(
    list(html`<b>Balance</b>`, shown, { most: MAX_ROWS, left }),
    dust === undefined ? null : html`Dust: ${many(dust.coins, 'coin')}, worth ${sum(dust.value)}`,
    worth === undefined ? null : html`\n<b>${sum(worth.amount)} ${worth.currency}</b> in all`,
    priceless > 0 && worth !== undefined
      ? html`without ${many(priceless, 'coin')} that ${priceless === 1 ? 'has' : 'have'} no price`
      : null,
    allocated === undefined ? null : allocatedText(allocated),
  )
}

function balanceRow(
  { currency, total, used, value }: About<'balance'>['rows'][number],
  quote: string | undefined,
): Html {
  const isQuote = currency === quote
  const worth =
    isQuote || quote === undefined ? '' : value === undefined ? ', no price' : ` = ${sum(value)}`
  return lines(
    html`${currency} <b>${isQuote ? sum(total) : amount(total)}</b>${worth}`,
    new Big(used).eq(0) ? null : html`${isQuote ? sum(used) : amount(used)} of it in orders`,
  )
}

/** What streams may use together. */
function allocatedText({ used, limit }: NonNullable<About<'balance'>['allocated']>): Html {
  const left = new Big(limit).minus(used)
  return lines(
    html`Streams: ${sum(used)} of ${sum(limit)} in use,`,
    html`${sum(left.lt(0) ? '0' : left)} free for them`,
  )
}

function many(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function positionsText({ rows, more: left }: About<'positions'>): Html {
  if (rows.length === 0) return html`No open positions.`
  const shown = rows.map((row) => {
    const { base, quote } = currencies(row.market)
    const { gain, negative, entry } = row
    const paid = new Big(entry).times(row.amount).toFixed()
    const percent = new Big(paid).eq(0) ? '' : ` (${share(gain, paid, negative)})`
    return lines(
      html`<b>${amount(row.amount)} ${base}</b> · ${shownStream(row.stream)}`,
      html`In at ${amount(new Big(entry).prec(ENTRY_DIGITS).toFixed())}, now ${amount(row.price)}`,
      html`${negative ? 'Loss' : 'Gain'} <b>${signed(gain, negative)} ${quote}${percent}</b>`,
      html`Stop ${row.stop === undefined ? 'none' : amount(row.stop)}`,
    )
  })
  return lines(list(null, shown, { most: MAX_ROWS, left }), html`Gains and losses are before fees.`)
}

const STATUSES: { readonly [Status in OrderStatus | 'waiting']: string } = {
  waiting: '⏳ to approve',
  approved: '✅ approved',
  declined: '🚫 declined',
  expired: '⌛ expired',
  denied: '⚪ not sent',
  replaced: '🔄 asked again',
  submitted: '➡️ sent',
  accepted: '➡️ open',
  partially_filled: '◐ open',
  filled: '✅ filled',
  canceled: '⚪ canceled',
  rejected: '❌ rejected',
  unknown: '❓ UNCLEAR',
  not_placed: '⚪ never placed',
}

/** A stop is known by the price that it waits for; of others this is the limit, which is not what was paid. */
function bounded({ kind, stop, side, price }: OrderView): string {
  if (kind === 'stop') return `at ${amount(stop ?? price)}`
  return `for ${side === 'buy' ? 'at most' : 'at least'} ${amount(price)}`
}

function ordersText({ rows }: About<'orders'>, now: number): Html {
  if (rows.length === 0) return html`No orders yet.`
  const shown = rows.map(({ at, order, status, filled, code, message }) => {
    const isPart = status !== 'filled' && new Big(filled).gt(0)
    return lines(
      html`<b>${order.kind === 'stop' ? 'Stop' : verb(order.side)} ${amount(order.amount)} ${baseOf(order)}</b> ${bounded(order)}`,
      html`${order.market} · ${shownStream(order.stream)} · ${time(at * 1000, now)}`,
      html`${STATUSES[status]}${isPart ? `, ${amount(filled)} filled` : ''}${code === undefined || message !== undefined ? '' : html`: <code>${code}</code>`}`,
      code === undefined || message === undefined
        ? null
        : (TAKEN_OFF[code] ?? reasonText(code, message)),
    )
  })
  return list(html`<b>Orders</b>, newest first, ${zone(now)}`, shown, { most: MAX_ROWS })
}
