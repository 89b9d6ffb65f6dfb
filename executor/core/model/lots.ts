// What was paid for what is held, purchase by purchase: a sale takes the oldest first (FIFO), as tax offices reckon.
import type { Decimal } from '@keyside/protocol'
import Big from 'big.js'
import { addFee, decimalAbove, isZero, minus, plus, times } from './decimals.ts'
import type { Fee, Fill } from './exchange.ts'
import type { CostBasis } from './order.ts'

/** What one entry order has brought, or what is left of it. */
export interface Lot {
  /** Client order id of the entry. */
  readonly order: string
  /** When it brought the first of it, Unix ms. */
  readonly at: number
  /** Base, after fees that were taken in it. */
  readonly amount: Decimal
  /** Quote. */
  readonly cost: Decimal
  /** Those in base aside. */
  readonly fees: readonly Fee[]
}

export interface TakenFromLots extends CostBasis {
  readonly left: readonly Lot[]
}

/** What one trade of an entry has brought. */
export function lotOf(market: string, order: string, trade: Fill): Lot {
  const { fee } = trade
  return {
    order,
    at: trade.at,
    amount: minus(trade.amount, feeInBase(market, trade)),
    cost: times(trade.amount, trade.price),
    fees: fee === undefined || isInBase(market, fee) ? [] : [fee],
  }
}

/** Base that one trade of a sale takes from what is held. */
export function goneWith(market: string, trade: Fill): Decimal {
  return plus(trade.amount, feeInBase(market, trade))
}

function feeInBase(market: string, { fee }: Fill): Decimal {
  return fee !== undefined && isInBase(market, fee) ? fee.amount : '0'
}

function isInBase(market: string, { currency }: Fee): boolean {
  return market.startsWith(`${currency}/`)
}

/** With what was paid for that which was taken by a sale at `soldAt`, Unix ms. */
export function addTaken(
  before: CostBasis,
  { amount, cost, fees, ...taken }: CostBasis,
  soldAt: number,
): CostBasis {
  const boughtAt = taken.boughtAt ?? soldAt
  return {
    amount: plus(before.amount, amount),
    cost: plus(before.cost, cost),
    fees: fees.reduce(addFee, before.fees),
    boughtAt: Math.min(before.boughtAt ?? boughtAt, boughtAt),
    soldAt: Math.max(before.soldAt ?? soldAt, soldAt),
  }
}

/** Oldest first; what an order brings later joins what it brought. */
export function addToLots(
  lots: readonly Lot[],
  { order, at, amount, cost, fees }: Lot,
): readonly Lot[] {
  const known = lots.find((lot) => lot.order === order)
  if (known === undefined) return [...lots, { order, at, amount, cost, fees }]
  const joined = {
    order,
    at: Math.min(known.at, at),
    amount: plus(known.amount, amount),
    cost: plus(known.cost, cost),
    fees: fees.reduce(addFee, known.fees),
  }
  return lots.map((lot) => (lot === known ? joined : lot))
}

/** What is taken and what is left add up to what there was, to the last digit. */
export function takeFromLots(lots: readonly Lot[], amount: Decimal): TakenFromLots {
  const [first, ...others] = lots
  if (first === undefined || isZero(amount)) return { left: lots, amount: '0', cost: '0', fees: [] }
  if (new Big(amount).lt(first.amount)) return takePart(first, others, amount)
  const rest = takeFromLots(others, minus(amount, first.amount))
  return {
    left: rest.left,
    boughtAt: Math.min(first.at, rest.boughtAt ?? first.at),
    amount: plus(first.amount, rest.amount),
    cost: plus(first.cost, rest.cost),
    fees: rest.fees.reduce(addFee, first.fees),
  }
}

function takePart(lot: Lot, others: readonly Lot[], amount: Decimal): TakenFromLots {
  const kept = minus(lot.amount, amount)
  const share = (whole: Decimal) => decimalAbove(new Big(whole).times(kept).div(lot.amount))
  const cost = share(lot.cost)
  const fees = lot.fees.map((fee) => ({ ...fee, amount: share(fee.amount) }))
  return {
    left: [{ order: lot.order, at: lot.at, amount: kept, cost, fees }, ...others],
    boughtAt: lot.at,
    amount,
    cost: minus(lot.cost, cost),
    fees: lot.fees.map((fee, i) => ({ ...fee, amount: minus(fee.amount, fees[i]?.amount ?? '0') })),
  }
}
