// What a sale has brought, beside what was paid for that which it sold: for the trader, and for no limit.
import { type SaleResult, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { addFee, isZero, plus } from './money.ts'
import type { Fee, Order } from './state.ts'

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
