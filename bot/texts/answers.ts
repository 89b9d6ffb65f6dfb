// The device's answers to queries, short enough for a phone.
import type { Answer, OrderStatus } from '@keyside/protocol'
import Big from 'big.js'
import { explain } from './codes.ts'
import { type Html, html, lines, table } from './html.ts'
import { amount, baseOf, currencies, span, sum, time, verb } from './numbers.ts'

type About<Name extends Answer['about']> = Extract<Answer, { about: Name }>

/** A message holds 4096 characters. */
const MOST_ROWS = 20

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
    case 'done':
      return done
    case 'refused':
      return html`🛑 Your device refused. ${explain(answer.code, answer.message)}`
  }
}

const STATES = { running: '▶️ Running', paused: '⏸ Paused', halted: '⏹ Halted' } as const

function statusText(status: About<'status'>, now: number): Html {
  const { exchange, turnover } = status
  const rows = [
    ['Exchange', `${exchange.name}, ${exchange.reachable ? 'reachable' : 'NOT REACHABLE'}`],
    ['Positions', String(status.positions)],
    ['Orders', `${status.open} open, ${status.waiting} to approve`],
    ...(status.unknown > 0 ? [['Unclear', `${status.unknown}, see /orders`]] : []),
    ['Today', `${sum(turnover.used)} of ${sum(turnover.limit)} ${turnover.currency}`],
    ...(Math.abs(exchange.skewMs) > 1000
      ? [['Clock', `off by ${span(Math.abs(exchange.skewMs))}`]]
      : []),
  ]
  return lines(
    html`<b>${STATES[status.state]}</b> since ${time(status.since * 1000, now)} UTC`,
    table(rows),
    ...status.streams.map(streamLine),
  )
}

function streamLine({ stream, market, seq, headAgeMs }: About<'status'>['streams'][number]): Html {
  const heard = headAgeMs === null ? 'not heard yet' : `heard ${span(headAgeMs)} ago`
  return html`${stream} · ${market} · ${seq === 0 ? 'no signal yet' : `signal ${seq}`}, ${heard}`
}

function balanceText({ rows }: About<'balance'>): Html {
  if (rows.length === 0) return html`The account is empty.`
  const cells = rows.map((row) => [
    row.currency,
    amount(row.total),
    new Big(row.used).gt(0) ? `${amount(row.used)} in orders` : '',
  ])
  return titled('Balance', cells, [1])
}

function positionsText({ rows }: About<'positions'>): Html {
  if (rows.length === 0) return html`No open positions.`
  const shown = rows.slice(0, MOST_ROWS).map((row) => {
    const { base, quote } = currencies(row.market)
    return lines(
      html`<b>${amount(row.amount)} ${base}</b> · ${row.stream}`,
      table([
        ['In at', `${amount(row.entry)} ${quote}`],
        ['Now', `${amount(row.price)} ${quote}`],
        [row.negative ? 'Loss' : 'Gain', `${row.negative ? '−' : '+'}${sum(row.gain)} ${quote}`],
        ['Stop', row.stop === undefined ? 'none' : `${amount(row.stop)} ${quote}`],
      ]),
    )
  })
  return lines(...shown, more(rows.length))
}

const WORDS: { readonly [Status in OrderStatus | 'waiting']: string } = {
  waiting: 'to approve',
  approved: 'approved',
  rejected: 'rejected',
  expired: 'expired',
  refused: 'refused',
  sent: 'sent',
  accepted: 'open',
  part_filled: 'part filled',
  filled: 'filled',
  canceled: 'canceled',
  turned_down: 'turned down',
  unknown: 'UNCLEAR',
  not_placed: 'not placed',
}

function ordersText({ rows }: About<'orders'>, now: number): Html {
  if (rows.length === 0) return html`No orders yet.`
  const shown = rows.slice(0, MOST_ROWS).map(({ at, order, status }) => {
    const what = order.kind === 'stop' ? 'Stop' : verb(order.side)
    return html`${time(at * 1000, now)} <b>${what} ${amount(order.amount)} ${baseOf(order)}</b> at ${amount(order.price)} · ${WORDS[status]}`
  })
  return lines(html`<b>Orders</b>, newest first, UTC`, ...shown, more(rows.length))
}

function tradesText({ rows }: About<'trades'>, now: number): Html {
  if (rows.length === 0) return html`No trades yet.`
  const shown = rows.slice(0, MOST_ROWS).map((row) => {
    const { base, quote } = currencies(row.market)
    return html`${time(row.at * 1000, now)} <b>${verb(row.side)} ${amount(row.amount)} ${base}</b> at ${amount(row.price)} · ${sum(row.cost)} ${quote}`
  })
  return lines(html`<b>Trades</b>, newest first, UTC`, ...shown, more(rows.length))
}

function titled(title: string, cells: readonly string[][], right: readonly number[]): Html {
  return lines(html`<b>${title}</b>`, table(cells.slice(0, MOST_ROWS), right), more(cells.length))
}

function more(count: number): Html | null {
  return count > MOST_ROWS ? html`and ${count - MOST_ROWS} more` : null
}
