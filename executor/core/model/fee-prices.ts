// Fees that were taken in neither coin of their market, until it is known what they were worth.
import type { Decimal } from '@keyside/protocol'
import { atLeast, isZero, plus, times } from './decimals.ts'
import type { FactOf } from './events.ts'
import type { Fee, Fill } from './exchange.ts'
import type { Order } from './order.ts'

/** Those of one currency in one minute. */
export interface UnpricedFees {
  /** Such as `BNB/USDT`. */
  readonly market: string
  /** Unix ms of its start, by the exchange's clock. */
  readonly minute: number
  readonly amount: Decimal
  /** Quote: a price that makes them worth more cannot be true. */
  readonly most: Decimal
  /** Client order ids of sales that paid them, or may have sold what they were paid for. */
  readonly sales: readonly string[]
}

/** By `feePriceKey`, oldest question first. */
export type FeesToPrice = Readonly<Record<string, UnpricedFees>>

/** No exchange takes so much of what is traded. */
const MAX_SHARE = '0.01'
const MINUTE_MS = 60_000

export function feePriceKey({ market, minute }: Pick<UnpricedFees, 'market' | 'minute'>): string {
  return `${market} ${minute}`
}

/** What a fee on `market` has to be priced with; null where the market's own prices say it. */
export function priceNeeded(market: string, { currency }: Fee, at: number) {
  const [base, quote] = market.split('/')
  if (currency === base || currency === quote) return null
  return { market: `${currency}/${quote}`, minute: at - (at % MINUTE_MS) }
}

/** `order` has the trade in it. */
export function withFee(before: FeesToPrice, order: Order, trade: Fill): FeesToPrice {
  const { fee, at, amount, price } = trade
  const asked = order.kind === 'entry' ? before : withSale(before, order)
  if (fee === undefined || isZero(fee.amount)) return asked
  const needed = priceNeeded(order.intent.market, fee, at)
  if (needed === null) return asked
  const key = feePriceKey(needed)
  const known = asked[key] ?? { amount: '0', most: '0', sales: [] }
  const all = {
    ...needed,
    amount: plus(known.amount, fee.amount),
    most: plus(known.most, times(times(amount, price), MAX_SHARE)),
    sales: known.sales,
  }
  return { ...asked, [key]: order.kind === 'entry' ? all : soldBy(all, order) }
}

/** What it sold may have been bought with fees that are still asked about. */
function withSale(before: FeesToPrice, order: Order): FeesToPrice {
  const quote = order.intent.market.split('/')[1]
  const markets = order.costBasis.fees.map(({ currency }) => `${currency}/${quote}`)
  const asked = Object.entries(before).filter(([, { market }]) => markets.includes(market))
  if (asked.length === 0) return before
  return { ...before, ...Object.fromEntries(asked.map(([key, one]) => [key, soldBy(one, order)])) }
}

function soldBy(fees: UnpricedFees, { clientOrderId }: Order): UnpricedFees {
  const { sales } = fees
  return sales.includes(clientOrderId) ? fees : { ...fees, sales: [...sales, clientOrderId] }
}

export function withoutFees(before: FeesToPrice, event: FactOf<'fee_priced'>): FeesToPrice {
  const { [feePriceKey(event)]: _, ...others } = before
  return others
}

/** Neither worth nothing nor more than any fee is. */
export function isPossible({ amount, most }: UnpricedFees, price: Decimal): boolean {
  const worth = times(amount, price)
  return !isZero(worth) && atLeast(most, worth)
}
