// Amounts, prices and times as a trader reads them on a phone.
import type { Decimal, OrderView } from '@keyside/protocol'
import Big from 'big.js'
import { styleNow } from './style.ts'
import { wallClock } from './zone.ts'

/** Every digit that counts and no other: "64100.50" is "64,100.5". */
export function amount(value: Decimal): string {
  const [whole = '0', fraction = ''] = value.split('.')
  const digits = fraction.replace(/0+$/, '')
  const [group, point] = SEPARATORS[styleNow().numbers]
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group)
  return digits === '' ? grouped : `${grouped}${point}${digits}`
}

const SEPARATORS = {
  '1,234.56': [',', '.'],
  '1.234,56': ['.', ','],
  '1 234,56': ['\u00a0', ','],
} as const

/** Money, to the cent above 1 and to four digits below: for sums, never for what goes to the exchange. */
export function sum(value: Big | Decimal): string {
  const exact = new Big(value)
  const rounded = exact.gte(1) ? exact.round(2) : exact.gt(0) ? exact.prec(4) : exact
  return amount(rounded.toFixed())
}

/** "+4.18", "−5.02": with its sign, as `sum` writes it. */
export function signed(value: Decimal, negative: boolean): string {
  return `${sign(value, negative)}${sum(value)}`
}

/** As `signed`, with both digits of the cents: for figures below each other. */
export function cents(value: Decimal, negative: boolean): string {
  const [whole = '0', fraction = ''] = new Big(value).round(2).toFixed(2).split('.')
  const [, point] = SEPARATORS[styleNow().numbers]
  return `${sign(value, negative)}${amount(whole)}${point}${fraction}`
}

/** What part `value` is of `whole`, in percent and with its sign: "+0.84 %". */
export function share(value: Decimal, whole: Decimal, negative: boolean): string {
  const percent = new Big(value).div(whole).times(100).round(2).toFixed()
  return `${sign(percent, negative)}${amount(percent)} %`
}

function sign(value: Decimal, negative: boolean): string {
  if (new Big(value).eq(0)) return ''
  return negative ? '−' : '+'
}

/** The two currencies of a CCXT symbol. */
export function currencies(market: string): { base: string; quote: string } {
  const [base = '', rest = ''] = market.split('/')
  return { base, quote: rest.split(':')[0] ?? '' }
}

export function verb(side: OrderView['side']): string {
  return side === 'buy' ? 'Buy' : 'Sell'
}

export function pastVerb(side: OrderView['side']): string {
  return side === 'buy' ? 'Bought' : 'Sold'
}

/** "BTC": what an order's amount is counted in. */
export function baseOf(order: OrderView): string {
  return currencies(order.market).base
}

/** How far `price` is from `from`, in percent: "1.7 %". */
export function distance(price: Decimal, from: Decimal): string {
  const percent = new Big(price).minus(from).abs().div(from).times(100)
  return `${amount(percent.round(percent.lt(1) ? 2 : 1).toFixed())} %`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** "14:02", or "12 Nov 14:02" on another day than `now`, in the owner's zone; both in Unix ms. `zone` names it. */
export function time(at: number, now: number): string {
  const then = wallClock(at, styleNow().timeZone)
  const clock = `${two(then.hour)}:${two(then.minute)}`
  const today = wallClock(now, styleNow().timeZone)
  const isToday = then.day === today.day && then.month === today.month && then.year === today.year
  return isToday ? clock : `${then.day} ${MONTHS[then.month - 1]} ${clock}`
}

/** As `time`, to the second. */
export function moment(at: number, now: number): string {
  return `${time(at, now)}:${two(wallClock(at, styleNow().timeZone).second)}`
}

/** "12 Nov", in the owner's zone; `at` in Unix ms. */
export function date(at: number): string {
  const { day, month } = wallClock(at, styleNow().timeZone)
  return `${day} ${MONTHS[month - 1]}`
}

/** What the owner's zone is called at `at` (Unix ms): "UTC", "CET"; behind every clock time, or once above a list. */
export function zone(at: number): string {
  return wallClock(at, styleNow().timeZone).zone
}

function two(count: number): string {
  return String(count).padStart(2, '0')
}

/** "45 s", "3 min", "2 h", "5 days". */
export function span(ms: number): string {
  return inUnits(ms, Math.round)
}

/** As `span`, and never more than there is. */
export function spanAtLeast(ms: number): string {
  return inUnits(ms, Math.floor)
}

function inUnits(ms: number, whole: (count: number) => number): string {
  const seconds = Math.max(0, whole(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${whole(seconds / 60)} min`
  if (seconds < 172_800) return `${whole(seconds / 3600)} h`
  return `${whole(seconds / 86_400)} days`
}
