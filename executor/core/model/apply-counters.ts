// What steps and trades do to the counters and to the result.
import { movedBy, withOwnTrade } from './account.ts'
import { applyFill } from './apply-position.ts'
import { countEntry, countSent, countTaken, countTrade } from './count.ts'
import type { FactOf } from './events.ts'
import { withFee } from './fee-prices.ts'
import type { Order } from './order.ts'
import type { Step } from './order-events.ts'
import { afterTrade, afterWriteOff, openDay } from './profit.ts'
import type { Portfolio } from './state.ts'

export function countStep(
  portfolio: Portfolio,
  order: Order,
  { event, at }: Step & { at: number },
): Portfolio {
  const { counters } = portfolio
  if (event === 'submit') return { ...portfolio, counters: countSent(counters, at) }
  if (order.kind !== 'entry') return portfolio
  if (event === 'initialize') return { ...portfolio, counters: countEntry(counters, order, at) }
  return event === 'accept' ? { ...portfolio, counters: countTaken(counters, order) } : portfolio
}

export function applyTrade(
  portfolio: Portfolio,
  order: Order,
  { trade, at }: FactOf<'fill'>,
): Portfolio {
  if (order.trades.includes(trade.id)) return portfolio
  const after = applyFill(portfolio, order, trade)
  const side = order.kind === 'entry' ? 'buy' : 'sell'
  return {
    ...after,
    counters: countTrade(portfolio.counters, order, at),
    profit: afterTrade(portfolio, after, order, trade),
    account: withOwnTrade(portfolio.account, movedBy(side, order.intent.market, trade)),
    feesToPrice: withFee(portfolio.feesToPrice, orderIn(after, order), trade),
  }
}

function orderIn({ orders }: Portfolio, order: Order): Order {
  return orders[order.clientOrderId] ?? order
}

/** Coins that leave the portfolio without a sale are a loss. `got`: what is known to have been paid for them, quote. */
export function countLoss(before: Portfolio, after: Portfolio, got = '0'): Portfolio {
  return { ...after, profit: afterWriteOff(before, after, got) }
}

export function applyDayOpened(portfolio: Portfolio, event: FactOf<'day_opened'>): Portfolio {
  return { ...portfolio, profit: openDay(portfolio, event) }
}

export function applyDayLost(portfolio: Portfolio): Portfolio {
  return { ...portfolio, profit: { ...portfolio.profit, closedOn: portfolio.profit.today.number } }
}

export function applyHighWaterMark(
  portfolio: Portfolio,
  { worth }: FactOf<'high_water_mark'>,
): Portfolio {
  const { proceeds, cost } = portfolio.profit
  return {
    ...portfolio,
    profit: { ...portfolio.profit, highWaterMark: { proceeds, cost, marketValue: worth } },
  }
}

/** After a halt for drawdown the high-water mark is taken anew: to go on is the trader's decision. */
export function forgetHighWaterMark(
  portfolio: Portfolio,
  { by, state }: FactOf<'trading'>,
): Portfolio {
  if (state !== 'halted' || by !== 'loss.dd') return portfolio
  return { ...portfolio, profit: { ...portfolio.profit, highWaterMark: null } }
}
