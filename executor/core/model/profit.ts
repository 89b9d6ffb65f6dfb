// What trading has brought, ever and today: folded from trades, so that a restart forgets no loss.

import { type Decimal, type SaleResult, toTotal } from '@keyside/protocol'
import Big from 'big.js'
import type { Equity, Profit } from './counters.ts'
import {
  decimalOf,
  feesByCurrency,
  isZero,
  minus,
  plus,
  sum,
  times,
  units,
  unitsOfProduct,
} from './decimals.ts'
import type { FactOf } from './events.ts'
import type { Fee, Fill } from './exchange.ts'
import type { CostBasis, Order } from './order.ts'
import { type Position, positionKey } from './position.ts'
import type { Portfolio } from './state.ts'

export function equity({ proceeds, cost, marketValue }: Equity): Big {
  return new Big(proceeds).plus(marketValue).minus(cost)
}

/** `before` is the portfolio as it was, `after` has the trade in its positions. */
export function afterTrade(before: Portfolio, after: Portfolio, order: Order, trade: Fill): Profit {
  const { profit } = before
  const value = times(trade.amount, trade.price)
  const fee = feeInQuote(order.intent.market, trade, order.planned?.takerFee ?? '0')
  if (order.kind !== 'entry') {
    const sold = { ...profit, proceeds: plus(profit.proceeds, value), cost: plus(profit.cost, fee) }
    return realize(before, after, sold, { got: value, fee })
  }
  const key = positionKey(order)
  const { today } = profit
  const basis = { ...today.dayOpenValues, [key]: plus(today.dayOpenValues[key] ?? '0', value) }
  const lost = plus(today.losses, fee)
  return {
    ...profit,
    cost: plus(profit.cost, plus(value, fee)),
    today: { ...today, dayOpenValues: basis, losses: lost },
  }
}

/** Coins that left positions without a trade of this journal are a loss, less their known proceeds. */
export function afterWriteOff(before: Portfolio, after: Portfolio, got: Decimal): Profit {
  const { profit } = before
  const sold = { ...profit, proceeds: plus(profit.proceeds, got) }
  return realize(before, after, sold, { got, fee: '0' })
}

function realize(
  before: Portfolio,
  after: Portfolio,
  result: Profit,
  { got, fee }: { readonly got: Decimal; readonly fee: Decimal },
): Profit {
  const { today } = result
  const basis: Record<string, Decimal> = {}
  let gone = '0'
  for (const [key, amount] of Object.entries(today.dayOpenValues)) {
    const left = basisLeft(before, after, key, amount)
    if (left !== '0') basis[key] = left
    if (left !== amount) gone = plus(gone, minus(amount, left))
  }
  const gained = plus(today.gains, minus(got, gone))
  const lost = plus(plus(today.losses, minus(gone, got)), fee)
  return { ...result, today: { ...today, gains: gained, losses: lost, dayOpenValues: basis } }
}

function basisLeft(before: Portfolio, after: Portfolio, key: string, basis: Decimal): Decimal {
  const had = before.positions[key]?.amount ?? '0'
  const has = after.positions[key]?.amount ?? '0'
  if (has === had && has !== '0') return basis
  if (has === '0' || had === '0') return '0'
  return new Big(has).gte(had) ? basis : toTotal(new Big(basis).times(has).div(had))
}

/**
 * A fee in coins is not here: it makes the position smaller. One in a currency whose price is not known here counts as
 * the venue's highest.
 */
export function feeInQuote(
  market: string,
  { fee, amount, price }: Pick<Fill, 'fee' | 'amount' | 'price'>,
  takerFee: Decimal,
): Decimal {
  if (fee === undefined || market.startsWith(`${fee.currency}/`)) return '0'
  return market.endsWith(`/${fee.currency}`) ? fee.amount : times(times(amount, price), takerFee)
}

export function openDay(
  portfolio: Portfolio,
  { number, bids }: Pick<FactOf<'day_opened'>, 'number' | 'bids'>,
): Profit {
  const dayOpenValues = Object.fromEntries(
    Object.entries(portfolio.positions).map(([key, { market, amount }]) => [
      key,
      times(amount, bids[market] ?? '0'),
    ]),
  )
  const today = { number, gains: '0', losses: '0', dayOpenValues }
  return { ...portfolio.profit, today }
}

/** Sum of what is realized and of what each position has fallen: unrealized gains do not offset losses. */
export function lostToday(
  { positions, profit: { today } }: Portfolio,
  bids: Record<string, Decimal>,
) {
  let fallen = 0n
  for (const [key, basis] of Object.entries(today.dayOpenValues)) {
    const position = positions[key]
    if (position === undefined) continue
    const below = units(basis) - worthUnits(position, bids[position.market] ?? '0')
    if (below > 0n) fallen += below
  }
  return minus(plus(today.losses, decimalOf(fallen)), today.gains)
}

/** Of all that is held, at the bid; `bids` by market. */
export function marketValue({ positions }: Portfolio, bids: Readonly<Record<string, Decimal>>) {
  let all = 0n
  for (const position of Object.values(positions))
    all += worthUnits(position, bids[position.market] ?? '0')
  return decimalOf(all)
}

/** What a position is worth at a bid is asked several times in each decision. */
const WORTH = new WeakMap<Position, { readonly bid: Decimal; readonly worth: bigint }>()

function worthUnits(position: Position, bid: Decimal): bigint {
  const known = WORTH.get(position)
  if (known?.bid === bid) return known.worth
  const worth = unitsOfProduct(position.amount, bid)
  WORTH.set(position, { bid, worth })
  return worth
}

// What a sale has brought, beside what was paid for that which it sold: for the trader, and for no limit.
interface Sale {
  readonly market: string
  /** Base that it took from what was held, and what that had cost. */
  readonly gone: Decimal
  readonly costBasis: CostBasis
  /** Quote. */
  readonly proceeds: Decimal
  readonly fees: readonly Fee[]
}

/** What one of a fee's currency was worth then, in quote; null where nobody knows. */
export type PriceOf = (fee: Fee) => Decimal | null

/**
 * Undefined before the first trade, and where nobody knows what was paid. A fee in a third currency whose price is not
 * known is named and not counted.
 */
export function saleResult(
  { market, gone, costBasis, proceeds, fees }: Sale,
  priceOf: PriceOf = () => null,
) {
  if (isZero(costBasis.cost) || gone !== costBasis.amount) return undefined
  const inQuote = (all: readonly Fee[]) => worthOf(all, (fee) => chargedAt(market, fee, priceOf))
  const bought = inQuote(costBasis.fees)
  const sold = inQuote(fees)
  const paid = plus(costBasis.cost, bought.worth)
  const gain = new Big(proceeds).minus(sold.worth).minus(paid)
  const besides = feesByCurrency([...bought.unknown, ...sold.unknown])
  return {
    gain: toTotal(gain.abs()),
    negative: gain.lt(0),
    paid,
    ...heldFor(costBasis),
    ...(besides.length > 0 && { besides: besides.slice(0, 8).map((fee) => ({ ...fee })) }),
  } satisfies SaleResult
}

/** Fees in coins are in what was paid already: they went out of the position. */
function chargedAt(market: string, fee: Fee, priceOf: PriceOf): Decimal | null {
  if (market.startsWith(`${fee.currency}/`)) return '0'
  return market.endsWith(`/${fee.currency}`) ? '1' : priceOf(fee)
}

/** What fees come to, and those of which nobody knows it. */
export function worthOf(fees: readonly Fee[], priceOf: PriceOf) {
  const priced = fees.map((fee) => ({ fee, price: isZero(fee.amount) ? '0' : priceOf(fee) }))
  return {
    worth: sum(priced.map(({ fee, price }) => times(fee.amount, price ?? '0'))),
    unknown: priced.flatMap(({ fee, price }) => (price === null ? [fee] : [])),
  }
}

function heldFor({ boughtAt, soldAt }: CostBasis) {
  if (boughtAt === undefined || soldAt === undefined) return {}
  return { held: Math.max(0, Math.round((soldAt - boughtAt) / 1_000)) }
}

/** Of an order that sells. */
export function orderResult({ kind, intent: { market }, cost, fees, costBasis, filled }: Order) {
  if (kind === 'entry') return undefined
  const base = market.split('/')[0] ?? ''
  return saleResult({
    market,
    gone: plus(filled, feeIn(fees, base)),
    costBasis,
    proceeds: cost,
    fees,
  })
}

function feeIn(fees: readonly Fee[], currency: string) {
  return fees.find((fee) => fee.currency === currency)?.amount ?? '0'
}
