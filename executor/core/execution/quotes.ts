// The bid that exits are decided on: fresh, or asked for.
import type { Decimal } from '@keyside/protocol'
import { started } from '../model/backoff.ts'
import type { Quote } from '../model/exchange.ts'
import { type DecisionContext, emit, remember } from './context.ts'

/** A quote that is older is asked for again before anything is decided on it. */
export const QUOTE_LIFE_MS = 2_000
/** A quote older than this is not used. */
const BID_LIFE_MS = 5_000
const ASK_EVERY_MS = 1_000

/** A quote from the future has no known age: the clock was set back. */
export function isYoung({ at }: Quote, now: number, life: number): boolean {
  return Math.abs(now - at) <= life
}

export function freshBid({ environment }: DecisionContext, market: string): Decimal | null {
  const quote = environment.exchange.quote(market)
  return quote !== null && isYoung(quote, environment.now, BID_LIFE_MS) ? quote.bid : null
}

/** At most once a second, however often the answer brings nothing newer. */
export function keepPriceFresh(context: DecisionContext, market: string): undefined {
  const { now, exchange } = context.environment
  const quote = exchange.quote(market)
  if (quote !== null && isYoung(quote, now, QUOTE_LIFE_MS)) return
  const asked = context.session.quotes[market]
  if (asked?.state === 'open' || (asked !== undefined && now - asked.at < ASK_EVERY_MS)) return
  askQuote(context, market)
}

export function askQuote(context: DecisionContext, market: string): undefined {
  const asked = started(context.session.quotes[market], context.environment.now)
  remember(context, 'quotes', market, asked)
  emit(context, { type: 'quote', market })
}
