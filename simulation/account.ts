// What the simulated account shows of itself: coins, open orders and trades, as they stood at a time.
import type { AccountTrade, Balance, ExchangeOrder } from '../executor/core/model/exchange.ts'
import { MARKETS } from './market.ts'
import { AMOUNT_PLACES, decimal } from './units.ts'
import { fillsOf, OWN_COINS, type Venue, viewOf } from './venue.ts'

export function balancesOf(venue: Venue, asOf: number): readonly Balance[] {
  return MARKETS.map(({ market, base }) => {
    const traded = venue.orders
      .filter(({ wire }) => wire.market === market)
      .flatMap(({ wire, trades }) =>
        trades
          .filter(({ at }) => at <= asOf)
          .map(({ amount, feeInBase }) => (wire.side === 'buy' ? amount - feeInBase : -amount)),
      )
    const all = traded.reduce((sum, amount) => sum + amount, OWN_COINS - venue.withdrawn(market))
    // Coins that were taken away leave at once, purchases may be seen late: no exchange shows less than nothing.
    return { currency: base, free: decimal(Math.max(0, all), AMOUNT_PLACES), used: '0' }
  })
}

export function openOrdersOf(venue: Venue, market: string, asOf: number): readonly ExchangeOrder[] {
  return venue.orders
    .filter(({ wire, acceptedAt }) => wire.market === market && acceptedAt <= asOf)
    .map((order) => viewOf(order, asOf))
    .filter(({ status }) => status === 'open')
}

export function tradesOf(
  venue: Venue,
  market: string,
  { since, asOf }: { since: number; asOf: number },
): readonly AccountTrade[] {
  return venue.orders
    .filter(({ wire }) => wire.market === market)
    .flatMap((order) =>
      fillsOf(order, asOf).map((fill) => ({
        ...fill,
        exchangeId: order.exchangeId,
        side: order.wire.side,
      })),
    )
    .filter(({ at }) => at >= since)
}
