// What was traded: all fills of one order, page by page, and the account's newest trades.
import type { AccountTrade, Answered, Fill } from '../../core/model/exchange.ts'
import type { FillPage, VenueMarket } from './dialect.ts'
import type { RestClient } from './rest-client.ts'

/** Pages may overlap, and their rows come in any order: a fill counts once. */
export async function fillsOf(
  client: RestClient,
  market: VenueMarket,
  exchangeId: string,
): Promise<Answered<readonly Fill[]>> {
  const number = await tradedAs(client, market, exchangeId)
  if (!number.ok) return number
  if (number.value === null) return { ok: true, value: [] }
  const all = new Map<string, Fill>()
  let from: string | null = null
  for (;;) {
    const question = client.dialect.fills(market, number.value, from)
    const page: Answered<FillPage> = await client.answer(question)
    if (!page.ok) return page
    const { fills, next } = page.value
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
  const trades = await newestTrades(client, market)
  if (!trades.ok) return trades
  return { ok: true, value: trades.value.filter(({ at }) => at >= since) }
}

export async function newestTrades(
  client: RestClient,
  market: VenueMarket,
): Promise<Answered<readonly AccountTrade[]>> {
  const trades = await client.answer(client.dialect.trades(market))
  return trades.ok ? asAccepted(client, market, trades.value) : trades
}

/** Each under the number by which its order was accepted: a triggered stop trades under another. */
export async function asAccepted<T extends { readonly exchangeId: string }>(
  client: RestClient,
  market: VenueMarket,
  rows: readonly T[],
): Promise<Answered<readonly T[]>> {
  const { triggeredStops } = client.dialect
  if (triggeredStops === undefined || rows.length === 0) return { ok: true, value: rows }
  const listed = await client.answer(triggeredStops.list(market))
  if (!listed.ok) return listed
  const stops = new Map(listed.value.map(({ order, stop }) => [order, stop]))
  const value = rows.map((row) => ({
    ...row,
    exchangeId: stops.get(row.exchangeId) ?? row.exchangeId,
  }))
  return { ok: true, value }
}

/** The number under which its fills are listed; null for a stop that has not triggered. */
async function tradedAs(
  client: RestClient,
  market: VenueMarket,
  exchangeId: string,
): Promise<Answered<string | null>> {
  const { triggeredStops } = client.dialect
  if (!triggeredStops?.isStop(exchangeId)) return { ok: true, value: exchangeId }
  const listed = await client.answer(triggeredStops.list(market))
  if (!listed.ok) return listed
  return { ok: true, value: listed.value.find(({ stop }) => stop === exchangeId)?.order ?? null }
}
