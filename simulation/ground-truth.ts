// What a stream really holds and offers at the exchange, told apart by the journal's names of its orders.
import type { Ledger } from './ledger.ts'
import { filledOf, type Venue, type VenueOrder } from './venue.ts'

function ordersOf(venue: Venue, ledger: Ledger, stream: string): readonly VenueOrder[] {
  return venue.orders.filter(
    ({ wire }) => ledger.orders.get(wire.clientOrderId)?.seed.stream === stream,
  )
}

/** Bought less sold less fees in base less what was written off, in units of units.ts. */
export function heldBy(venue: Venue, ledger: Ledger, stream: string, market: string): number {
  return ordersOf(venue, ledger, stream)
    .filter(({ wire }) => wire.market === market)
    .flatMap(({ wire, trades }) =>
      trades.map(({ amount, feeInBase }) => (wire.side === 'buy' ? amount - feeInBase : -amount)),
    )
    .reduce((sum, amount) => sum + amount, 0 - ledger.lost(`${stream} ${market}`))
}

/** What the stream's open orders may still sell, for each market. */
export function openSales(
  venue: Venue,
  ledger: Ledger,
  stream: string,
): readonly { market: string; amount: number }[] {
  const sums = new Map<string, number>()
  for (const order of ordersOf(venue, ledger, stream)) {
    if (order.wire.side === 'buy' || order.closedAt > 0) continue
    const rest = order.amount - filledOf(order)
    sums.set(order.wire.market, (sums.get(order.wire.market) ?? 0) + rest)
  }
  return [...sums].map(([market, amount]) => ({ market, amount }))
}

export function restingStop(venue: Venue, ledger: Ledger, stream: string, market: string) {
  return ordersOf(venue, ledger, stream).find(
    ({ wire, closedAt }) => wire.market === market && wire.type === 'stop' && closedAt === 0,
  )
}

/** What of it can be sold at the least, whatever position lacks the coins that went elsewhere. */
export function thereFor(venue: Venue, ledger: Ledger, stream: string, market: string): number {
  const streams = new Set([...ledger.orders.values()].map(({ seed }) => seed.stream))
  const all = [...streams].reduce((sum, one) => sum + heldBy(venue, ledger, one, market), 0)
  const short = Math.max(0, all - venue.there(market))
  return Math.max(0, heldBy(venue, ledger, stream, market) - short)
}
