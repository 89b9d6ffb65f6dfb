// The best bid and ask of each market, stamped with the time of the request, so that the age is an upper bound.
import type { Clock } from '@keyside/runtime'
import type { Answered, Quote } from '../../core/model/exchange.ts'
import { askAll, type OnGone } from './batch.ts'
import type { VenueMarket } from './dialect.ts'
import type { MarketClient } from './market-client.ts'

export class Quotes {
  readonly #client: MarketClient
  readonly #clock: Clock
  readonly #onGone: OnGone<VenueMarket>
  /** By the venue's id. */
  readonly #quotes = new Map<string, Quote>()

  constructor(client: MarketClient, clock: Clock, onGone: OnGone<VenueMarket> = () => undefined) {
    this.#client = client
    this.#clock = clock
    this.#onGone = onGone
  }

  get(market: VenueMarket): Quote | null {
    return this.#quotes.get(market.id) ?? null
  }

  /**
   * A market that the answer leaves out, or tells badly, keeps its old quote. Says why not all was answered; null when
   * it was.
   */
  async refresh(markets: readonly VenueMarket[]): Promise<string | null> {
    const { most, ask } = this.#client.dialect.quotes
    let at = 0
    const stamped = (part: readonly VenueMarket[]) => {
      // The quote may be as old as the question: the answer's own time would hide a slow way back.
      at = this.#clock.now()
      return ask(part)
    }
    const batch = { most, ask: stamped }
    const { failed, refused } = await askAll(this.#client, batch, markets, (rows) => {
      for (const { id, ...prices } of rows) this.#keep(id, { ...prices, at })
    })
    this.#onGone(refused)
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

  /** Answers may overtake each other. */
  #keep(id: string, quote: Quote): void {
    const kept = this.#quotes.get(id)?.at ?? 0
    // One from ahead of the clock is from before it was set back.
    if (kept <= quote.at || kept > this.#clock.now()) this.#quotes.set(id, quote)
  }
}
