// The bid that exits are decided on: fresh, or asked for.
import type { Decimal } from '@keyside/protocol'
import { opened } from '../model/backoff.ts'
import type { Quote } from '../model/exchange.ts'
import { ask, type Turn } from './context.ts'

/** A quote that is older is asked for again before anything is decided on it. */
export const QUOTE_LIFE_MS = 2_000
/** Older than this it says nothing about now. */
const BID_LIFE_MS = 5_000
const ASK_EVERY_MS = 1_000

/** One from ahead of the clock says nothing about its age: the clock was set back. */
export function isYoung({ at }: Quote, now: number, life: number): boolean {
  return Math.abs(now - at) <= life
}

export function freshBid({ world }: Turn, market: string): Decimal | null {
  const quote = world.exchange.quote(market)
  return quote !== null && isYoung(quote, world.now, BID_LIFE_MS) ? quote.bid : null
}

/** At most once a second, however often the answer brings nothing newer. */
export function keepPriceFresh(turn: Turn, market: string): undefined {
  const { now, exchange } = turn.world
  const quote = exchange.quote(market)
  if (quote !== null && isYoung(quote, now, QUOTE_LIFE_MS)) return
  const asked = turn.live.quotes[market]
  if (asked?.state === 'open' || (asked !== undefined && now - asked.at < ASK_EVERY_MS)) return
  askQuote(turn, market)
}

export function askQuote(turn: Turn, market: string): undefined {
  const { quotes } = turn.live
  const asked = opened(quotes[market], turn.world.now)
  turn.live = { ...turn.live, quotes: { ...quotes, [market]: asked } }
  ask(turn, { type: 'quote', market })
}
