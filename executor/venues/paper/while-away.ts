// What a market did while nobody looked: trade by trade where the exchange lists them all, else minute by minute.
import type { Print } from '@keyside/venue'
import Big from 'big.js'
import type { VenueMarket } from '../adapter/dialect.ts'
import type { MarketClient } from '../adapter/market-client.ts'
import { sentence } from '../adapter/reply.ts'
import type { PublicMinute, PublicTrade, UnifiedDialect } from './unified-dialect.ts'

export type Gap =
  | {
      readonly outcome: 'known'
      readonly prints: readonly Print<Big>[]
      readonly by: 'trades' | 'minutes'
    }
  /** The exchange answered, and tells less than all of it: what is there, and from when on, Unix ms. */
  | { readonly outcome: 'partly'; readonly prints: readonly Print<Big>[]; readonly from: number }
  | { readonly outcome: 'unreachable'; readonly message: string }

/** Asks the unified questions. */
export interface AwayClient extends Pick<MarketClient, 'ask'> {
  readonly dialect: Pick<UnifiedDialect, 'trades' | 'minutes'>
}

/** Longer ones are told by minutes: exchanges list trades of an hour at once, and of a busy one thousands of pages. */
const BY_TRADES_MS = 50 * 60_000
const MAX_PAGES = 10
/** As many trades in one answer may be only the newest of more. */
const FULL_PAGE = 500
const MINUTE_MS = 60_000

/** From `since` to `until`, Unix ms of the exchange. */
export async function whileAway(
  client: AwayClient,
  market: VenueMarket,
  { since, until }: { since: number; until: number },
): Promise<Gap> {
  if (until - since <= BY_TRADES_MS) {
    const trades = await allTrades(client, market, { since, until })
    if (trades === null || 'message' in trades) {
      if (trades !== null) return { outcome: 'unreachable', message: trades.message }
    } else return { outcome: 'known', prints: trades.map(printOf), by: 'trades' }
  }
  return byMinutes(client, market, { since, until })
}

/** Null where not all of them can be had. */
async function allTrades(
  client: AwayClient,
  market: VenueMarket,
  { since, until }: { since: number; until: number },
): Promise<readonly PublicTrade[] | { message: string } | null> {
  const all: PublicTrade[] = []
  let from = since
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const reply = await client.ask(client.dialect.trades(market, from))
    if (reply.got !== 'answer') return { message: sentence(reply) }
    const rows = reply.value.filter(({ timestamp }) => timestamp <= until)
    all.push(...rows)
    if (reply.value.length < FULL_PAGE) return all
    const [first, last] = [reply.value[0]?.timestamp ?? from, reply.value.at(-1)?.timestamp ?? from]
    // Where it lists the newest instead of the oldest, those before them are not to be had.
    if (last <= from || (page === 0 && first - since > MINUTE_MS)) return null
    if (last >= until) return all
    from = last + 1
  }
  return null
}

async function byMinutes(
  client: AwayClient,
  market: VenueMarket,
  { since, until }: { since: number; until: number },
): Promise<Gap> {
  const minutes: PublicMinute[] = []
  // Exchanges list from the first minute that begins then or later.
  for (let from = since - (since % MINUTE_MS); from < until; ) {
    const reply = await client.ask(client.dialect.minutes(market, from))
    if (reply.got !== 'answer') return { outcome: 'unreachable', message: sentence(reply) }
    const rows = reply.value.filter(({ at }) => at >= from && at <= until)
    const last = rows.at(-1)
    minutes.push(...rows.filter(({ at }) => at > (minutes.at(-1)?.at ?? 0)))
    if (last === undefined || last.at + MINUTE_MS <= from) break
    from = last.at + MINUTE_MS
  }
  const prints = minutes.flatMap((minute) => printsOf(minute, since, until))
  const first = minutes[0]
  if (first !== undefined && first.at <= since + MINUTE_MS)
    return { outcome: 'known', prints, by: 'minutes' }
  return { outcome: 'partly', prints, from: first?.at ?? until }
}

function printOf({ timestamp, price, amount }: PublicTrade): Print<Big> {
  return { at: timestamp, price: new Big(price), amount: new Big(amount) }
}

/**
 * The worst for whoever holds the coin: down first. Of a minute that had begun before, only its end is known to be later. What was
 * traded is divided over the four, so that an order is not filled by all of it at each.
 */
function printsOf(minute: PublicMinute, since: number, until: number): Print<Big>[] {
  const { at, open, high, low, close, volume } = minute
  const amount = new Big(volume).div(4)
  const step = MINUTE_MS / 4
  const path = at >= since ? [open, low, high, close] : [close]
  const first = at >= since ? at : at + MINUTE_MS - step
  return path.map((price, index) => ({
    at: Math.min(first + index * step + 1, until),
    price: new Big(price),
    amount,
  }))
}
