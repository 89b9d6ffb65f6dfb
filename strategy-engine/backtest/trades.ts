// Trades, made of an account's fills: from the first purchase to the sale after which nothing is held.
import type { Fill, Fills } from './fills.ts'
import type { AccountEnd, AccountOptions, Ledger, Trade } from './ledger.ts'

/** Trades are made when they are first asked for. */
export function ledgerOf(
  { last, ...end }: AccountEnd,
  fills: Fills,
  { balance, fee }: Pick<AccountOptions, 'balance' | 'fee'>,
): Ledger {
  let trades: readonly Trade[] | null = null
  return {
    balance,
    get trades() {
      trades ??= tradesOf(fills, fee / 100, last)
      return trades
    },
    fills,
    ...end,
  }
}

/** `feeRate`: a part of what is bought or sold. */
function tradesOf(fills: Fills, feeRate: number, last: AccountEnd['last']): readonly Trade[] {
  const trades: Trade[] = []
  let trade: Trade | null = null
  /** Base sold of it, and quote got for that before fees. */
  let [sold, got] = [0, 0]
  for (let row = 0; row < fills.length; row++) {
    const fill = fills.row(row)
    trade ??= { ...NO_TRADE, entryCandle: fill.at, entryTime: fill.time }
    if (fill.amount > 0) buy(trade, fill, feeRate)
    else {
      sold -= fill.amount
      got -= fill.price * fill.amount
      sell(trade, fill, got / sold, feeRate)
    }
    if (fill.base !== 0) continue
    trades.push({ ...trade, end: fill.end })
    trade = null
    sold = 0
    got = 0
  }
  if (trade !== null) {
    const left = fills.base(fills.length - 1) * last.close
    trade.exitCandle = last.at
    trade.exitTime = last.time
    trade.exitPrice = (got + left) / trade.amount
    trade.proceeds += left
    if (last.assumed) trade.assumed = true
    trades.push(trade)
  }
  return trades
}

function buy(trade: Trade, { price, amount, assumed }: Fill, feeRate: number): void {
  const fee = price * amount * feeRate
  const paid = trade.entryPrice * trade.amount
  trade.entryPrice = paid === 0 ? price : (paid + price * amount) / (trade.amount + amount)
  trade.amount += amount
  trade.cost += price * amount + fee
  trade.fees += fee
  if (assumed) trade.assumed = true
}

function sell(trade: Trade, fill: Fill, average: number, feeRate: number): void {
  const quote = -fill.price * fill.amount
  const fee = quote * feeRate
  trade.exitCandle = fill.at
  trade.exitTime = fill.time
  trade.exitPrice = average
  trade.proceeds += quote - fee
  trade.fees += fee
  trade.sales += 1
  if (fill.assumed) trade.assumed = true
  if (fill.stopPassed) trade.stopPassed = true
}

const NO_TRADE: Trade = {
  entryCandle: 0,
  entryTime: 0,
  entryPrice: 0,
  amount: 0,
  cost: 0,
  exitCandle: 0,
  exitTime: 0,
  exitPrice: 0,
  proceeds: 0,
  fees: 0,
  sales: 0,
  end: 'open',
  assumed: false,
  stopPassed: false,
}
