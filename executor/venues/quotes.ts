// The best bid and ask of each market, with an age that is never flattered.
import type { Clock } from '@keyside/runtime'
import { z } from 'zod'
import type { Answered, Quote } from '../core/model/exchange.ts'
import { tickerAnswer } from './answers.ts'
import type { Line } from './line.ts'
import type { VenueMarket } from './map.ts'
import { type Lose, sift } from './sift.ts'

export class Quotes {
  readonly #line: Line
  readonly #clock: Clock
  readonly #lose: Lose<VenueMarket>
  /** By the venue's id. */
  readonly #quotes = new Map<string, Quote>()

  constructor(line: Line, clock: Clock, lose: Lose<VenueMarket> = () => undefined) {
    this.#line = line
    this.#clock = clock
    this.#lose = lose
  }

  get(market: VenueMarket): Quote | null {
    return this.#quotes.get(market.id) ?? null
  }

  /**
   * One question for all of `markets`. A market that the answer leaves out, or tells badly, keeps its old quote. Says why
   * not all was answered; null when it was.
   */
  async refresh(markets: readonly VenueMarket[]): Promise<string | null> {
    let at = 0
    const { failed, refused } = await sift(
      markets,
      (part) => {
        // The quote may be as old as the question: the answer's own time would hide a slow way back.
        at = this.#clock.now()
        const symbols = JSON.stringify(part.map(({ id }) => id))
        return this.#line.ask((api) => api.publicGetTickerBookTicker({ symbols }))
      },
      (body) => {
        const rows = z.array(z.unknown()).safeParse(body)
        for (const row of rows.data ?? []) this.#read(row, at)
        return rows.success ? 'read' : 'unreadable'
      },
    )
    this.#lose(refused)
    return failed
  }

  async refreshOne(market: VenueMarket): Promise<Answered<Quote>> {
    const asked = this.#clock.now()
    const failed = await this.refresh([market])
    if (failed !== null) return { ok: false, message: failed }
    const quote = this.get(market)
    if (quote === null || quote.at < asked)
      return { ok: false, message: `nobody quotes ${market.rules.market} now` }
    return { ok: true, value: quote }
  }

  #read(row: unknown, at: number): void {
    const { data } = tickerAnswer.safeParse(row)
    if (data !== undefined) this.#keep(data.symbol, { bid: data.bidPrice, ask: data.askPrice, at })
  }

  /** An empty side of the book is written as 0: that is no quote. Answers may overtake each other. */
  #keep(symbol: string, quote: Quote): void {
    if (quote.bid === '0' || quote.ask === '0') return
    const kept = this.#quotes.get(symbol)?.at ?? 0
    // One from ahead of the clock is from before it was set back.
    if (kept <= quote.at || kept > this.#clock.now()) this.#quotes.set(symbol, quote)
  }
}
