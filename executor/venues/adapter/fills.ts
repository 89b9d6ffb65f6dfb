// What was traded: all fills of one order, page by page and as far back as it has been there, and the account's newest trades.
import type { AccountTrade, Answered, Fill } from '../../core/model/exchange.ts'
import type { Dialect, FillPage, Question, Span, VenueMarket } from './dialect.ts'

/** What asking for trades needs of a client. */
export interface TradeClient {
  readonly dialect: Pick<Dialect, 'trades' | 'triggeredStops'>
  answer<T>(question: Question<T>): Promise<Answered<T>>
}

interface FillClient extends TradeClient {
  readonly dialect: TradeClient['dialect'] & Pick<Dialect, 'fills' | 'fillsSpanMs'>
}

/** When an order was first seen there, or 0; and now. Unix ms of the venue. */
interface Age {
  readonly since: number
  readonly now: number
}

/** What was traded before it was first seen, and then some. */
const BEFORE_MS = 3_600_000
/** Most pages of one span: more than an account can trade, so the venue's paging does not end. */
const MAX_PAGES = 100

/** Pages may overlap, and their rows come in any order: a fill counts once. */
export async function fillsOf(
  client: FillClient,
  market: VenueMarket,
  exchangeId: string,
  age: Age = { since: 0, now: 0 },
): Promise<Answered<readonly Fill[]>> {
  const number = await tradedAs(client, market, exchangeId)
  if (!number.ok) return number
  if (number.value === null) return { ok: true, value: [] }
  const all = new Map<string, Fill>()
  for (const span of spansOf(age, client.dialect.fillsSpanMs)) {
    const fills = await everyPage((from) =>
      client.answer(client.dialect.fills(market, number.value ?? exchangeId, from, span)),
    )
    if (!fills.ok) return fills
    for (const fill of fills.value) all.set(fill.id, fill)
  }
  return { ok: true, value: [...all.values()] }
}

/** Undefined for all that one question shows, where the order is not older than that. */
function spansOf({ since, now }: Age, longestMs: number): readonly (Span | undefined)[] {
  const from = since - BEFORE_MS
  if (since === 0 || now - from < longestMs) return [undefined]
  const spans: Span[] = []
  for (let at = from; at <= now; at += longestMs)
    spans.push({ since: at, until: Math.min(at + longestMs - 1, now) })
  return spans
}

async function everyPage(
  ask: (from: string | null) => Promise<Answered<FillPage>>,
): Promise<Answered<readonly Fill[]>> {
  const all = new Map<string, Fill>()
  let from: string | null = null
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page: Answered<FillPage> = await ask(from)
    if (!page.ok) return page
    const { fills, next } = page.value
    const before = all.size
    for (const fill of fills) all.set(fill.id, fill)
    if (next === null) return { ok: true, value: [...all.values()] }
    if (next === from || (fills.length > 0 && all.size === before)) break
    from = next
  }
  return { ok: false, message: 'the exchange lists the same fills again and again' }
}

/** The newest since then, Unix ms of the venue. */
export async function tradesSince(
  client: TradeClient,
  market: VenueMarket,
  since: number,
  rows: Rows = 'all',
): Promise<Answered<readonly AccountTrade[]>> {
  const trades = await newestTrades(client, market, rows)
  if (!trades.ok) return trades
  return { ...trades, value: trades.value.filter(({ at }) => at >= since) }
}

export async function newestTrades(
  client: TradeClient,
  market: VenueMarket,
  rows: Rows = 'all',
): Promise<Answered<readonly AccountTrade[]>> {
  const trades = readable(await client.answer(client.dialect.trades(market)), rows)
  return trades.ok ? asAccepted(client, market, trades) : trades
}

/** Which rows there have to be for an answer: each, or those that can be read, with the number of the others. */
export type Rows = 'all' | 'readable'

export function readable<T>(
  answer: Answered<readonly (T | null)[]>,
  rows: Rows,
): Readable<T> | Extract<Answered<T>, { ok: false }> {
  if (!answer.ok) return answer
  const value = answer.value.filter((one) => one !== null)
  const unread = answer.value.length - value.length
  return unread > 0 && rows === 'all'
    ? { ok: false, message: 'the exchange lists something that cannot be read' }
    : { ok: true, value, unread }
}

interface Readable<T> {
  readonly ok: true
  readonly value: readonly T[]
  readonly unread: number
}

/** Each under the number by which its order was accepted: a triggered stop trades under another. */
export async function asAccepted<T extends { readonly exchangeId: string }>(
  client: TradeClient,
  market: VenueMarket,
  rows: Readable<T>,
): Promise<Answered<readonly T[]>> {
  const { triggeredStops } = client.dialect
  if (triggeredStops === undefined || rows.value.length === 0) return rows
  const listed = await client.answer(triggeredStops.list(market))
  if (!listed.ok) return listed
  const stops = new Map(listed.value.map(({ order, stop }) => [order, stop] as const))
  const value = rows.value.map((row) => ({
    ...row,
    exchangeId: stops.get(row.exchangeId) ?? row.exchangeId,
  }))
  return { ...rows, value }
}

/** The number under which its fills are listed; null for a stop that has not triggered. */
async function tradedAs(
  client: TradeClient,
  market: VenueMarket,
  exchangeId: string,
): Promise<Answered<string | null>> {
  const { triggeredStops } = client.dialect
  if (!triggeredStops?.isStop(exchangeId)) return { ok: true, value: exchangeId }
  const listed = await client.answer(triggeredStops.list(market))
  if (!listed.ok) return listed
  const found = listed.value.find(({ stop }) => stop === exchangeId)
  if (found === undefined && listed.value.length < triggeredStops.most)
    return { ok: true, value: null }
  const order = found?.order ?? null
  if (order !== null) return { ok: true, value: order }
  return { ok: false, message: 'the exchange does not say what became of this stop' }
}
