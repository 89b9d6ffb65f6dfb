// Prices of markets that are only watched. Nothing is traded there, so their requests have the lowest priority.
import type { Clock } from '@keyside/runtime'
import type { Answered, LookedUp, Quote } from '../../core/model/exchange.ts'
import type { VenueMarket } from './dialect.ts'
import type { MarketClient } from './market-client.ts'
import { Quotes } from './quotes.ts'
import { sentence } from './reply.ts'

/** Between two tries to learn of a market that was not to be had, ms. */
const AGAIN_MS = 60_000

export class Watchlist {
  readonly #client: MarketClient
  readonly #clock: Clock
  readonly #traded: (market: string) => VenueMarket | undefined
  readonly #quotes: Quotes
  /** By unified symbol. */
  readonly #known = new Map<string, VenueMarket>()
  readonly #triedAt = new Map<string, number>()
  #wanted: readonly string[] = []

  /** `traded`: those that have their quotes elsewhere. */
  constructor(
    client: MarketClient,
    clock: Clock,
    traded: (market: string) => VenueMarket | undefined,
  ) {
    this.#client = client
    this.#clock = clock
    this.#traded = traded
    this.#quotes = new Quotes(client, clock, (gone) => this.#forget(gone))
  }

  get(market: string): VenueMarket | undefined {
    return this.#known.get(market)
  }

  quote(market: string): Quote | null {
    const entry = this.#known.get(market)
    return entry === undefined ? null : this.#quotes.get(entry)
  }

  /** These, and no others. */
  want(markets: readonly string[]): void {
    this.#wanted = markets
    for (const market of this.#known.keys())
      if (!markets.includes(market)) this.#known.delete(market)
  }

  async refresh(): Promise<void> {
    const others = this.#wanted.filter((market) => this.#traded(market) === undefined)
    for (const market of others.filter((one) => this.#isDue(one))) await this.#load(market)
    const entries = others.flatMap((market) => this.#known.get(market) ?? [])
    if (entries.length > 0) await this.#quotes.refresh(entries)
  }

  async lookUp(market: string): Promise<LookedUp> {
    const known = this.#traded(market) ?? this.#known.get(market)
    const loaded = known ?? (await this.#load(market))
    if (typeof loaded === 'string')
      return loaded === 'unlisted'
        ? { found: 'no', near: [] }
        : { found: 'unknown', message: loaded }
    const quote = await this.#quotes.refreshOne(loaded)
    return quote.ok
      ? { found: 'yes', quote: quote.value }
      : { found: 'unknown', message: quote.message }
  }

  async symbols(): Promise<Answered<readonly string[]>> {
    const reply = await this.#client.ask(this.#client.dialect.symbols())
    if (reply.got === 'answer') return { ok: true, value: reply.value }
    return { ok: false, message: sentence(reply) }
  }

  #isDue(market: string): boolean {
    const tried = this.#triedAt.get(market)
    if (this.#known.has(market)) return false
    return tried === undefined || Math.abs(this.#clock.now() - tried) >= AGAIN_MS
  }

  /** `unlisted`, or why there is no answer. */
  async #load(market: string): Promise<VenueMarket | 'unlisted' | string> {
    const { dialect } = this.#client
    this.#triedAt.set(market, this.#clock.now())
    const reply = await this.#client.ask(dialect.markets.ask([market]))
    if (reply.got !== 'answer') {
      const isUnlisted = reply.got === 'refusal' && dialect.refusals.isUnknownMarket(reply.refusal)
      return isUnlisted ? 'unlisted' : sentence(reply)
    }
    const entry = reply.value.find(({ rules }) => rules.market === market)
    if (entry === undefined) return 'unlisted'
    this.#known.set(market, entry)
    return entry
  }

  #forget(gone: readonly VenueMarket[]): void {
    for (const { rules } of gone) this.#known.delete(rules.market)
  }
}
