// What the paper account sees of a market, and when: at an order, each second while one waits, and after a time away.
import type { Logger } from '@keyside/runtime'
import type { Print } from '@keyside/venue'
import Big from 'big.js'
import type { Quote, RejectionCode } from '../../core/model/exchange.ts'
import type { VenueMarket } from '../adapter/dialect.ts'
import { sentence } from '../adapter/reply.ts'
import type { PaperAccount } from './account.ts'
import type { UnifiedClient } from './unified-client.ts'
import type { PublicBook, PublicTrade } from './unified-dialect.ts'
import { type Gap, whileAway } from './while-away.ts'

export interface MarketObserverOptions {
  readonly client: UnifiedClient
  readonly account: PaperAccount
  /** Of the exchange, Unix ms. */
  readonly now: () => number
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** After so long without a look at a market it is asked what it did meanwhile, ms. */
const AWAY_MS = 30_000
/** How often it is noted until when a market was looked at, ms. */
const NOTE_MS = 10_000

type Seen =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: RejectionCode; readonly message: string }

interface Shown {
  readonly book: PublicBook
  readonly traded: readonly PublicTrade[]
  /** With which the look began. */
  readonly quote: Quote | null
}

export class MarketObserver {
  readonly #options: MarketObserverOptions
  /** By market, Unix ms of the exchange: until when its trades are known. */
  readonly #until = new Map<string, number>()
  readonly #noted = new Map<string, number>()
  /** By market: when the look that counts was begun. A slower one before it comes too late. */
  readonly #begun = new Map<string, number>()
  #looks = 0
  #now = 0

  constructor(options: MarketObserverOptions) {
    this.#options = options
  }

  /** Never goes back. */
  now(): number {
    this.#now = Math.max(this.#now, this.#options.now())
    return this.#now
  }

  /** Asks for the book, and for trades where an order rests; then the account sees both. */
  async see(market: VenueMarket, quote: Quote | null = null): Promise<Seen> {
    const { client } = this.#options
    this.#looks += 1
    const look = this.#looks
    const [book, trades] = await Promise.all([
      client.ask(client.dialect.book(market)),
      this.#rests(market) ? client.ask(client.dialect.trades(market, this.#since(market))) : null,
    ])
    if (book.got !== 'answer')
      return {
        ok: false,
        code: book.got === 'limited' ? 'exchange_rate_limited' : 'order_not_sent',
        message: sentence(book),
      }
    if (look < (this.#begun.get(market.id) ?? 0)) return { ok: true }
    this.#begun.set(market.id, look)
    const traded = trades?.got === 'answer' ? trades.value : []
    const shown = this.#written(() => this.#show(market, { book: book.value, traded, quote }))
    return shown === 'yes' ? { ok: true } : NOT_WRITTEN
  }

  /** `no`: the disk refuses, or the account was closed meanwhile, and nothing has happened. */
  #written(write: () => void): 'yes' | 'no' {
    try {
      write()
      return 'yes'
    } catch (error) {
      const { account, log } = this.#options
      if (account.state === 'open') log.warn({ err: error }, NOT_WRITTEN.message)
      return 'no'
    }
  }

  #rests({ rules }: VenueMarket): boolean {
    return [...this.#options.account.venue.open].some(
      ({ request, status }) => request.market === rules.market && status === 'open',
    )
  }

  #since({ id }: VenueMarket): number {
    return this.#until.get(id) ?? this.now()
  }

  #show(market: VenueMarket, { book, traded, quote }: Shown): void {
    const { account } = this.#options
    const { id, rules } = market
    const since = this.#since(market)
    const fresh = traded.filter(({ timestamp }) => timestamp > since)
    this.#until.set(id, fresh.at(-1)?.timestamp ?? (this.#rests(market) ? since : this.now()))
    account.fills.see(rules.market, {
      book: { bids: book.bids.map(toLevel), asks: book.asks.map(toLevel) },
      traded: fresh.map(toPrint),
      quoted: quote === null ? undefined : { bid: new Big(quote.bid), ask: new Big(quote.ask) },
    })
    account.change(rules.market, (venue) => venue.advance(this.now()), this.now())
    account.fills.forgetTrades(rules.market)
  }

  /** Once a second: a stop needs the quote alone until the quote has reached it. */
  async look(market: VenueMarket, quote: Quote | null): Promise<void> {
    const { account } = this.#options
    const seenAt = this.#noted.get(market.id) ?? account.seenAt(market.rules.market) ?? this.now()
    if (this.now() - seenAt > AWAY_MS) {
      await this.catchUp(market)
      return
    }
    const triggers = quote !== null && this.#triggers(market, quote)
    if (triggers || this.#rests(market)) {
      const seen = await this.see(market, quote)
      if (!seen.ok) return
    }
    this.#note(market)
  }

  #triggers({ rules }: VenueMarket, { bid, ask }: Quote): boolean {
    return [...this.#options.account.venue.open].some(({ request, triggersOn }) => {
      const { market, triggerPrice } = request
      if (market !== rules.market || triggerPrice === undefined) return false
      return triggersOn === 'rise' ? triggerPrice.lte(ask) : triggerPrice.gte(bid)
    })
  }

  #note({ id, rules }: VenueMarket): void {
    const now = this.now()
    if (now - (this.#noted.get(id) ?? 0) < NOTE_MS) return
    const noted = this.#written(() => this.#options.account.markSeen(rules.market, now))
    if (noted === 'yes') this.#noted.set(id, now)
  }

  /** What orders of this market met while nobody looked. Says why that cannot be known now; null when it is done. */
  async catchUp(market: VenueMarket): Promise<string | null> {
    const { client, account } = this.#options
    const { rules } = market
    const until = this.now()
    const since = account.seenAt(rules.market) ?? oldest(account, rules.market) ?? until
    const gap = await whileAway(client, market, { since, until })
    if (gap.outcome === 'unreachable') return gap.message
    const shown = this.#written(() => this.#showGap(market, gap, { since, until }))
    return shown === 'yes' ? null : NOT_WRITTEN.message
  }

  #showGap(
    { id, rules }: VenueMarket,
    gap: Exclude<Gap, { outcome: 'unreachable' }>,
    { since, until }: { since: number; until: number },
  ): void {
    const { account, log } = this.#options
    if (gap.outcome === 'partly')
      log.warn(
        { market: rules.market, since, from: gap.from },
        'the exchange does not tell what this market did all the time: paper orders may have filled, and wait on',
      )
    const before = account.venue.open.size
    for (const print of gap.prints) {
      account.fills.see(rules.market, { book: null, traded: [print] })
      account.change(rules.market, (venue) => venue.advance(print.at), print.at)
    }
    const done = before - account.venue.open.size
    if (done > 0) log.info({ market: rules.market, orders: done }, 'paper orders ended while away')
    this.#until.set(id, until)
    this.#noted.set(id, until)
    account.markSeen(rules.market, until)
  }
}

/** Where an order is placed, it was never taken. */
export const NOT_WRITTEN = {
  ok: false,
  code: 'order_not_sent',
  message: 'the paper account cannot be written: look whether the disk is full',
} as const

/** When the oldest order that is open there came, Unix ms. */
function oldest(account: PaperAccount, market: string): number | null {
  const times = [...account.venue.open].flatMap(({ request, createdAt }) =>
    request.market === market ? [createdAt] : [],
  )
  return times.length === 0 ? null : Math.min(...times)
}

function toLevel([price, amount]: readonly [string, string]) {
  return { price: new Big(price), amount: new Big(amount) }
}

function toPrint({ timestamp, price, amount }: PublicTrade): Print<Big> {
  return { at: timestamp, price: new Big(price), amount: new Big(amount) }
}
