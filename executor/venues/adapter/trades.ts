// What was traded: all fills of one order, page by page, and the account's newest trades.
import type { AccountTrade, Answered, Fill } from '../../core/model/exchange.ts'
import type { FillPage, VenueMarket } from './dialect.ts'
import { ask } from './orders.ts'
import type { RestClient } from './rest-client.ts'

/** Pages may overlap, and their rows come in any order: a fill counts once. */
export async function fillsOf(
  client: RestClient,
  market: VenueMarket,
  exchangeId: string,
): Promise<Answered<readonly Fill[]>> {
  const all = new Map<string, Fill>()
  let from: string | null = null
  for (;;) {
    const page: Answered<FillPage> = await ask(
      client,
      client.dialect.fills(market, exchangeId, from),
    )
    if (!page.ok) return page
    const { fills, next }: FillPage = page.value
    const before = all.size
    for (const fill of fills) all.set(fill.id, fill)
    if (next === null) return { ok: true, value: [...all.values()] }
    if (all.size === before)
      return { ok: false, message: 'the exchange lists the same fills again and again' }
    from = next
  }
}

/** The newest since then, Unix ms of the venue. */
export async function tradesSince(
  client: RestClient,
  market: VenueMarket,
  since: number,
): Promise<Answered<readonly AccountTrade[]>> {
  const trades = await ask(client, client.dialect.trades(market))
  if (!trades.ok) return trades
  return { ok: true, value: trades.value.filter(({ at }) => at >= since) }
}
