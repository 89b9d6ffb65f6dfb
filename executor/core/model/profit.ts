// What trading has brought, ever and today: folded from trades, so that a restart forgets no loss.

import { type Decimal, type SaleResult, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { dayNumber } from './count.ts'
import type { Result, Standing } from './counters.ts'
import { addFee, isZero, minus, plus, times } from './decimals.ts'
import type { Fee, Fill } from './exchange.ts'
import { type Book, type Order, positionKey } from './state.ts'

export function standing({ got, paid, worth }: Standing): Big {
  return new Big(got).plus(worth).minus(paid)
}

/** `before` is the book as it was, `after` has the trade in its positions. */
export function withTradeResult(before: Book, after: Book, order: Order, trade: Fill): Result {
  const { result } = before
  const value = times(trade.amount, trade.price)
  const fee = feeOf(order, value, trade)
  if (order.kind !== 'entry') {
    const sold = { ...result, got: plus(result.got, value), paid: plus(result.paid, fee) }
    return realize(before, after, sold, { got: value, fee })
  }
  const key = positionKey(order)
  const { today } = result
  const basis = { ...today.basis, [key]: plus(today.basis[key] ?? '0', value) }
  const lost = plus(today.lost, fee)
  return { ...result, paid: plus(result.paid, plus(value, fee)), today: { ...today, basis, lost } }
}

/** What left the positions without a trade is lost. */
export function withoutTrade(before: Book, after: Book): Result {
  return realize(before, after, before.result, { got: '0', fee: '0' })
}

function realize(
  before: Book,
  after: Book,
  result: Result,
  { got, fee }: { readonly got: Decimal; readonly fee: Decimal },
): Result {
  const { today } = result
  const basis = Object.fromEntries(
    Object.entries(today.basis).flatMap(([key, amount]) => {
      const left = basisLeft(before, after, key, amount)
      return left === '0' ? [] : [[key, left]]
    }),
  )
  const gone = Object.entries(today.basis).reduce(
    (sum, [key, amount]) => plus(sum, minus(amount, basis[key] ?? '0')),
    '0',
  )
  const gained = plus(today.gained, minus(got, gone))
  const lost = plus(plus(today.lost, minus(gone, got)), fee)
  return { ...result, today: { ...today, gained, lost, basis } }
}

function basisLeft(before: Book, after: Book, key: string, basis: Decimal): Decimal {
  const had = before.positions[key]?.amount ?? '0'
  const has = after.positions[key]?.amount ?? '0'
  if (has === '0' || had === '0') return '0'
  return new Big(has).gte(had) ? basis : toDecimal(new Big(basis).times(has).div(had))
}

/**
 * A fee in coins is not here: it makes the position smaller. One in a currency whose price is not known here counts as
 * the venue's highest.
 */
function feeOf({ idea: { market }, plan }: Order, value: Decimal, { fee }: Fill): Decimal {
  if (fee === undefined || market.startsWith(`${fee.currency}/`)) return '0'
  return market.endsWith(`/${fee.currency}`) ? fee.amount : times(value, plan?.takerFee ?? '0')
}

/** Too much was lost on it. A clock that is set back opens no new day. */
export function isDayClosed({ result: { closedOn, today } }: Book, now: number): boolean {
  return closedOn >= Math.max(dayNumber(now), today.number)
}

/** `bids` by market. */
export function openDay(book: Book, bids: Readonly<Record<string, Decimal>>, at: number): Result {
  const basis = Object.fromEntries(
    Object.entries(book.positions).map(([key, { market, amount }]) => [
      key,
      times(amount, bids[market] ?? '0'),
    ]),
  )
  const today = { number: dayNumber(at), gained: '0', lost: '0', basis }
  return { ...book.result, today }
}

/** Sum of what is realized and of what each position has fallen: a rise that is not taken makes good for nothing. */
export function lostToday({ positions, result: { today } }: Book, bids: Record<string, Decimal>) {
  const fallen = Object.entries(today.basis).reduce((sum, [key, basis]) => {
    const position = positions[key]
    if (position === undefined) return sum
    return plus(sum, minus(basis, times(position.amount, bids[position.market] ?? '0')))
  }, '0')
  return minus(plus(today.lost, fallen), today.gained)
}

// What a sale has brought, beside what was paid for that which it sold: for the trader, and for no limit.
/**
 * Undefined for a purchase, before the first trade, and where nobody knows what was paid. A fee in a currency whose
 * price is not known here is named and not counted.
 */
export function saleResult({ kind, idea, cost, fees, basis, filled }: Order) {
  if (kind === 'entry' || isZero(filled) || isZero(basis.paid)) return undefined
  const [base = '', quote = ''] = idea.market.split('/')
  const paid = plus(basis.paid, feeIn(basis.fees, quote))
  const gain = new Big(cost).minus(feeIn(fees, quote)).minus(paid)
  // Fees in coins are in what was paid already: they went out of the position.
  const besides = [...basis.fees, ...fees]
    .filter(({ currency, amount }) => ![base, quote].includes(currency) && !isZero(amount))
    .reduce<readonly Fee[]>(addFee, [])
  return {
    gain: toDecimal(gain.abs()),
    negative: gain.lt(0),
    paid,
    ...(besides.length > 0 && { besides: besides.slice(0, 8).map((fee) => ({ ...fee })) }),
  } satisfies SaleResult
}

function feeIn(fees: readonly Fee[], currency: string) {
  return fees.find((fee) => fee.currency === currency)?.amount ?? '0'
}
