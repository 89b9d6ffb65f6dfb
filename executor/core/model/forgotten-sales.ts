// What sales that the journal does not know have brought for the coins that positions have lost: the exchange says at which price. Pure.
import { type Decimal, toTotal } from '@keyside/protocol'
import Big from 'big.js'
import { isZero, minus, times } from './decimals.ts'
import type { AccountTrade } from './exchange.ts'
import { goneWith } from './lots.ts'
import { feeInQuote } from './profit.ts'

interface Cut {
  readonly position: string
  readonly market: string
  readonly from: Decimal
  readonly to: Decimal
}

export interface Sales {
  readonly market: string
  readonly takerFee: Decimal
  readonly trades: readonly AccountTrade[]
}

interface Proceeds {
  readonly proceeds: Decimal
  readonly unexplained: Decimal
}

/** What was sold first was sold of the positions. Where a market has several, each has its part of what they brought. */
export function proceedsOf(
  cuts: readonly Cut[],
  sales: readonly Sales[],
): readonly (Omit<Cut, 'market'> & Proceeds)[] {
  const lostIn = (market: string) =>
    cuts
      .filter((cut) => cut.market === market)
      .reduce((all, { from, to }) => all.plus(from).minus(to), new Big(0))
  const sold = new Map(sales.map((of) => [of.market, firstSold(of, lostIn(of.market))]))
  return cuts.map(({ position, market, from, to }) => {
    const cut = minus(from, to)
    const { amount, value } = sold.get(market) ?? NOTHING
    const share = (whole: Big) => toTotal(whole.times(cut).div(lostIn(market)))
    return { position, from, to, proceeds: share(value), unexplained: minus(cut, share(amount)) }
  })
}

const NOTHING = { amount: new Big(0), value: new Big(0) }

/** Base of `lost` that was sold, and the quote that it brought without its fees. */
function firstSold({ market, takerFee, trades }: Sales, lost: Big): typeof NOTHING {
  return trades
    .filter(({ amount }) => !isZero(amount))
    .toSorted((a, b) => a.at - b.at)
    .reduce(({ amount, value }, trade) => {
      const gone = new Big(goneWith(market, trade))
      const left = lost.minus(amount)
      const part = gone.gt(left) ? left : gone
      const paid = times(trade.amount, trade.price)
      const net = minus(paid, feeInQuote(market, trade, takerFee))
      return { amount: amount.plus(part), value: value.plus(part.times(net).div(gone)) }
    }, NOTHING)
}
