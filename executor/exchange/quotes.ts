// The best bid and ask of each market, with an age that is never flattered.
import type { Clock } from '@keyside/runtime'
import { z } from 'zod'
import { tickerAnswer } from './answers.ts'
import type { Line } from './line.ts'
import type { VenueMarket } from './map.ts'
import type { Answered, Quote } from './port.ts'
import { sentence } from './reply.ts'

export class Quotes {
  readonly #line: Line
  readonly #clock: Clock
  /** By the venue's id. */
  readonly #quotes = new Map<string, Quote>()

  constructor(line: Line, clock: Clock) {
    this.#line = line
    this.#clock = clock
  }

  get(market: VenueMarket): Quote | null {
    return this.#quotes.get(market.id) ?? null
  }

  /** One question for all of `markets`. A market that the answer leaves out keeps its old quote. */
  async refresh(markets: readonly VenueMarket[]): Promise<Answered<'refreshed'>> {
    if (markets.length === 0) return { ok: true, value: 'refreshed' }
    // The quote may be as old as the question: the answer's own time would hide a slow way back.
    const at = this.#clock.now()
    const symbols = JSON.stringify(markets.map(({ id }) => id))
    const reply = await this.#line.ask((api) => api.publicGetTickerBookTicker({ symbols }))
    if (reply.got !== 'answer') return { ok: false, message: sentence(reply) }
    const read = z.array(tickerAnswer).safeParse(reply.body)
    if (!read.success) return { ok: false, message: 'the quotes cannot be read' }
    for (const { symbol, bidPrice, askPrice } of read.data)
      this.#keep(symbol, { bid: bidPrice, ask: askPrice, at })
    return { ok: true, value: 'refreshed' }
  }

  async refreshOne(market: VenueMarket): Promise<Answered<Quote>> {
    const asked = this.#clock.now()
    const refreshed = await this.refresh([market])
    if (!refreshed.ok) return refreshed
    const quote = this.get(market)
    if (quote === null || quote.at < asked)
      return { ok: false, message: `nobody quotes ${market.rules.market} now` }
    return { ok: true, value: quote }
  }

  /** An empty side of the book is written as 0: that is no quote. Answers may overtake each other. */
  #keep(symbol: string, quote: Quote): void {
    if (quote.bid === '0' || quote.ask === '0') return
    const kept = this.#quotes.get(symbol)?.at ?? 0
    // One from ahead of the clock is from before it was set back.
    if (kept <= quote.at || kept > this.#clock.now()) this.#quotes.set(symbol, quote)
  }
}
