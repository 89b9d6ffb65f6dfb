// The markets that policy allows, and those where something is left: their rules, and whether each is traded now.
import type { Logger } from '@keyside/runtime'
import type { MarketRules } from '../../core/model/exchange.ts'
import { askAll, type BatchResult } from './batch.ts'
import type { VenueMarket } from './dialect.ts'
import type { MarketClient } from './market-client.ts'
import { unreachable } from './reply.ts'

export class Markets {
  readonly #client: MarketClient
  readonly #log: Pick<Logger, 'info' | 'warn'>
  #wanted: readonly string[] = []
  /** By unified symbol. One that goes away keeps the rules it had: what is held there is to be got out of it. */
  readonly #known = new Map<string, VenueMarket>()

  constructor(client: MarketClient, log: Pick<Logger, 'info' | 'warn'>) {
    this.#client = client
    this.#log = log
  }

  /** One that the venue does not have has no rules afterwards. Rejects with `exchange_unreachable` only. */
  async load(wanted: readonly string[]): Promise<void> {
    this.#wanted = [...new Set(wanted)]
    const { failed } = await this.#ask(this.#wanted)
    if (failed !== null) throw unreachable(failed)
  }

  /** Rules change, and markets come back. What is not answered stays as it was. */
  async refresh(): Promise<void> {
    const listed = this.listed().map(({ rules }) => rules.market)
    await this.#ask(listed)
    // One by one: together they would be refused, and searched through again each time.
    for (const market of this.#wanted.filter((one) => !listed.includes(one)))
      await this.#ask([market])
  }

  get(market: string): VenueMarket | undefined {
    return this.#known.get(market)
  }

  rules(market: string): MarketRules | null {
    return this.#known.get(market)?.rules ?? null
  }

  /** Those that a question for several may name. */
  listed(): readonly VenueMarket[] {
    return [...this.#known.values()].filter(({ rules }) => rules.status !== 'gone')
  }

  /** The venue has refused to speak of them. They are asked for again when all are refreshed. */
  markGone(markets: readonly VenueMarket[]): void {
    for (const { rules } of markets) this.#markGone(rules.market)
  }

  async #ask(markets: readonly string[]): Promise<BatchResult<string>> {
    const client = this.#client
    const asked = await askAll(client, client.dialect.markets, markets, (rows, part) =>
      this.#take(rows, part),
    )
    for (const market of asked.refused) this.#markGone(market)
    return asked
  }

  #take(rows: readonly VenueMarket[], part: readonly string[]): void {
    for (const market of part) {
      const entry = rows.find(({ rules }) => rules.market === market)
      if (entry === undefined) this.#markUnread(market)
      else this.#keep(entry)
    }
  }

  #keep(entry: VenueMarket): void {
    const { market, status } = entry.rules
    const before = this.#known.get(market)?.rules.status
    this.#known.set(market, entry)
    if (before === status || (before === undefined && status === 'trading')) return
    if (status === 'trading') this.#log.info({ market }, 'the exchange trades this market again')
    else this.#log.warn({ market, status }, 'the exchange does not trade this market now')
  }

  /** Nothing that can be read is said of it, which is no word of its end: nothing is bought there, and a way out is tried. */
  #markUnread(market: string): void {
    const entry = this.#known.get(market)
    if (entry === undefined) this.#markGone(market)
    if (entry?.rules.status !== 'trading') return
    this.#known.set(market, { ...entry, rules: { ...entry.rules, status: 'halted' } })
    this.#log.warn({ market }, "the exchange's rules of this market cannot be read now")
  }

  #markGone(market: string): void {
    const entry = this.#known.get(market)
    if (entry?.rules.status === 'gone') return
    if (entry !== undefined)
      this.#known.set(market, { ...entry, rules: { ...entry.rules, status: 'gone' } })
    this.#log.warn({ market }, 'the exchange has no such market')
  }
}
