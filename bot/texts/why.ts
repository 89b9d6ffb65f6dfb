// What is behind an order that waits: its values, its stream's record, and the policy's rules.

import { type Answer, type ApprovalNeeded, type ResultRow, shownStream } from '@keyside/protocol'
import Big from 'big.js'
import { type Html, html, lines, unlinked } from './html.ts'
import { amount, share, signed, sum } from './numbers.ts'
import { orderTitle } from './orders.ts'
import { NARROW_COLUMNS } from './table.ts'

type Why = Extract<Answer, { about: 'why' }>
type Check = Why['checks'][number]

/** `record`: of the stream, by period; null where the device did not say. */
export function whyText(
  { order }: ApprovalNeeded,
  { reason, checks }: Why,
  record: readonly ResultRow[] | null,
): Html {
  return lines(
    html`❓ <b>${orderTitle(order)}</b>`,
    html`<b>${shownStream(order.stream)} says:</b> ${reason === '' ? 'nothing' : unlinked(reason)}`,
    html`<b>Its record here:</b> ${recordText(record)}`,
    ...checksText(checks),
  )
}

function recordText(record: readonly ResultRow[] | null): Html {
  if (record === null) return html`your device did not say.`
  const told = record.filter(({ key }) => key === 'all' || key === '30 days')
  if (told.length === 0) return html`nothing was sold yet.`
  return lines('', ...told.map(rowText))
}

function rowText({ key, trades, won, unknown, gain, negative, paid, currency }: ResultRow): Html {
  const known = trades - unknown
  const part = new Big(paid).eq(0) ? '' : ` (${share(gain, paid, negative)})`
  const when = key === 'all' ? 'All time' : key
  return html`${when}: <b>${signed(gain, negative)} ${currency}</b>${part}, ${won} of ${known} won`
}

function checksText(checks: readonly Check[]): readonly Html[] {
  const counted = checks.filter(({ limit }) => limit !== undefined)
  const others = checks.filter(({ limit }) => limit === undefined)
  const objecting = checks.filter(({ verdict }) => verdict === 'deny')
  const table = counted.map(checkRow).join('\n')
  const passed = others.filter(({ verdict }) => verdict !== 'deny').length
  return [
    html`<b>Your policy, with this order:</b>`,
    html`<pre>${table}</pre>`,
    objecting.length === 0
      ? html`${passed} more rules have nothing against it. All are asked again when you approve. Fees come to what may be lost.`
      : html`🛑 Now against it: ${objecting.map(({ rule }) => rule).join(', ')}`,
  ]
}

const NAMES: Readonly<Record<string, string>> = {
  'size.max': 'One order',
  'pos.max': 'Stream',
  'pos.market': 'Market',
  'vel.notional': 'Today',
  'vel.hour': 'This hour',
  'vel.orders': 'Orders today',
  'budget.stream': 'Budget',
  'loss.day': 'Lost today',
  'loss.dd': 'Below best',
  churn: 'Round trips',
  'price.spread': 'Spread',
  'sl.required': 'Stop away',
}

function checkRow({ rule, used = '0', limit = '0', unit }: Check): string {
  const write = (value: string) => (unit === 'money' ? sum(value) : amount(value))
  const end = unit === 'percent' ? ' %' : ''
  const right = `${write(used)} of ${write(limit)}${end}`
  const left = NAMES[rule] ?? rule
  return `${left.padEnd(NARROW_COLUMNS - right.length - 1)} ${right}`
}
