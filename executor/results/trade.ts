// What one order has sold and what it brought, from its fills.
import type { Decimal, SaleResult, SaleRow } from '@keyside/protocol'
import { feesByCurrency, plus } from '../core/model/decimals.ts'
import type { Fee } from '../core/model/exchange.ts'
import { feePriceKey } from '../core/model/fee-prices.ts'
import type { CostBasis } from '../core/model/order.ts'
import { type PriceOf, saleResult, worthOf } from '../core/model/profit.ts'

/** What one order has sold, and what it brought. */
export interface Trade {
  /** From 1, in the order in which the first fills of the sales came: it stays. */
  readonly number: number
  readonly clientOrderId: string
  /** `<provider>/<stream>`. */
  readonly stream: string
  readonly market: string
  readonly reason: SaleRow['reason']
  /** The oldest purchase of what was sold, and the last fill of the sale, by the exchange's clock, Unix ms. */
  readonly opened: number
  readonly closed: number
  /** Base: what was sold. */
  readonly amount: Decimal
  /** Quote, without fees. `cost` is of what was sold, first in, first out. */
  readonly cost: Decimal
  readonly proceeds: Decimal
  /** Of the sale, and of the purchases of what it sold, one for each currency. */
  readonly fees: readonly Fee[]
  /** Quote: what they were worth when they were taken, but for `besides`, of which nobody knows it. */
  readonly feesValue: Decimal
  readonly besides: readonly Fee[]
  /** Null where nobody knows what was paid. */
  readonly result: SaleResult | null
  /** Client order id of the oldest purchase in it; null where nobody knows it. */
  readonly entry: string | null
  /** Stops that were ordered for the position until then, oldest first: when, Unix ms, and their client order id. */
  readonly stops: readonly { readonly at: number; readonly order: string }[]
}

/** The same as its fills add up. */
export interface Sale extends Omit<Trade, 'cost' | 'feesValue' | 'besides' | 'result'> {
  readonly costBasis: CostBasis
  /** Of the sale alone. */
  readonly fees: readonly Fee[]
  /** Quote: those in base, at the price of their fills. */
  readonly baseFees: Decimal
  /** Base that it took from what was held, its fees in base included. */
  readonly gone: Decimal
}

export const NO_SALE = {
  closed: 0,
  amount: '0',
  gone: '0',
  proceeds: '0',
  fees: [],
  baseFees: '0',
  costBasis: { amount: '0', cost: '0', fees: [] },
} as const

/** `prices` by `feePriceKey`. */
export function tradeOf(
  { costBasis, gone, baseFees, ...sale }: Sale,
  prices: ReadonlyMap<string, Decimal | null>,
): Trade {
  const [base, quote] = sale.market.split('/')
  const priceOf: PriceOf = ({ currency, minute = 0 }) =>
    prices.get(feePriceKey({ market: `${currency}/${quote}`, minute })) ?? null
  const all = [...costBasis.fees, ...sale.fees]
  const { worth, unknown } = worthOf(
    all.filter(({ currency }) => currency !== base),
    (fee) => (fee.currency === quote ? '1' : priceOf(fee)),
  )
  return {
    ...sale,
    cost: costBasis.cost,
    fees: feesByCurrency(all),
    feesValue: plus(worth, baseFees),
    besides: feesByCurrency(unknown),
    result: saleResult({ ...sale, gone, costBasis }, priceOf) ?? null,
  }
}
