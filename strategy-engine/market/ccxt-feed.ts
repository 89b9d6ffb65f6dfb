// Live candles from an exchange: its WebSocket for the close, its REST side for history and whatever was missed.
import { type Cancel, type Clock, KeysideError, type Logger, rebaseUrls } from '@keyside/runtime'
import type { MakeAgent } from '@keyside/runtime/web'
import { z } from 'zod'
import { type Candle, TIMEFRAMES } from './candle.ts'
import { CandleSequencer, CHECK_MS, type History } from './candle-sequencer.ts'
import { ExchangeClock } from './exchange-clock.ts'
import { sendThrough } from './exchange-proxy.ts'
import type { Feed, Subscription } from './feed.ts'
import { BadSymbol, ProBinance } from './load-ccxt.ts'

export interface CcxtFeedOptions {
  /** http://host:port of another server that speaks this exchange's dialect. */
  readonly address?: string | undefined
  /** Where it goes through a proxy. */
  readonly makeAgent?: MakeAgent | undefined
  readonly clock: Clock
  readonly log: Logger
}

const RECONNECT_MS = 1_000
const MAX_RECONNECT_MS = 30_000
/** Binance gives no more candles in one answer. */
const PAGE = 1_000

export class CcxtFeed implements Feed {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #exchange: LiveBinance
  /** By market and timeframe. */
  readonly #followers = new Map<string, Set<CandleSequencer>>()
  readonly #cancels = new Set<Cancel>()
  readonly #time: ExchangeClock
  /** One for all that is followed. */
  readonly #cancelTimer: Cancel

  constructor({ address, makeAgent, clock, log }: CcxtFeedOptions) {
    this.#clock = clock
    this.#log = log
    this.#exchange = new LiveBinance((name, candle) => {
      for (const sequencer of this.#followers.get(name) ?? []) sequencer.accept(candle)
    }, address)
    if (makeAgent !== undefined) sendThrough(this.#exchange, makeAgent)
    this.#time = new ExchangeClock({ clock, log, ask: () => this.#exchange.fetchTime() })
    this.#cancelTimer = clock.every(CHECK_MS, () => {
      for (const group of this.#followers.values()) for (const sequencer of group) sequencer.check()
    })
  }

  subscribe(subscription: Subscription): Cancel {
    const name = `${subscription.market} ${subscription.timeframe}`
    const sequencer = new CandleSequencer(subscription, {
      history: this.#historyOf(subscription),
      clock: this.#clock,
      exchangeNow: () => this.#time.now(),
    })
    const group = this.#followers.get(name) ?? new Set()
    this.#followers.set(name, group.add(sequencer))
    const over = new AbortController()
    const cancel = () => {
      over.abort()
      group.delete(sequencer)
      if (group.size === 0) this.#followers.delete(name)
      this.#cancels.delete(cancel)
      sequencer.stop()
    }
    this.#cancels.add(cancel)
    void this.#watch(subscription, over.signal)
    return cancel
  }

  async close(): Promise<void> {
    this.#cancelTimer()
    this.#time.stop()
    for (const cancel of this.#cancels) cancel()
    await this.#exchange.close()
  }

  #historyOf(subscription: Subscription): History {
    return {
      newest: async (count) => {
        await this.#prepare(subscription)
        await this.#time.check()
        if (count < PAGE)
          return (await this.#fetch(subscription, undefined, count + 1)).slice(-count)
        return this.#pages(subscription, count)
      },
      // What was missed may have been refused by a wrong clock.
      since: async (start) => {
        await this.#time.check()
        return this.#fetch(subscription, start * 1000, PAGE)
      },
    }
  }

  /** More than one answer holds, from the oldest on. */
  async #pages(subscription: Subscription, count: number): Promise<Candle[]> {
    const length = TIMEFRAMES[subscription.timeframe]
    const candles: Candle[] = []
    let start = (Math.floor(this.#time.now() / 1000 / length) - count) * length
    for (;;) {
      const page = await this.#fetch(subscription, start * 1000, PAGE)
      const newer = page.filter((candle) => candle.start >= start)
      candles.push(...newer)
      const last = newer.at(-1)
      if (last === undefined || page.length < PAGE) return candles.slice(-count)
      start = last.start + length
    }
  }

  async #fetch(
    subscription: Subscription,
    since: number | undefined,
    limit: number,
  ): Promise<Candle[]> {
    const { market, timeframe } = subscription
    await this.#prepare(subscription)
    const asked = this.#exchange.fetchOHLCV(market, timeframe, since, limit)
    const rows = candlesOf(await asked.catch((error) => this.#refused(error, subscription)))
    return closedOf(rows, TIMEFRAMES[timeframe], this.#time.now())
  }

  async #prepare({ market, timeframe }: Subscription): Promise<void> {
    const exchange = this.#exchange
    // ccxt refuses ws: addresses until this has run, whether there is a proxy or not.
    await exchange.loadHttpProxyAgent()
    // Without `reload` ccxt gives the answer of the first try for ever, a failure too.
    const loaded = await exchange.loadMarkets(exchange.markets === undefined)
    const isListed = market in loaded || market in (await exchange.loadMarkets(true))
    if (isListed && Object.hasOwn(exchange.timeframes, timeframe)) return
    throw this.#unknown({ market, timeframe })
  }

  /** A market that was loaded and is delisted since is refused by name. */
  #refused(error: unknown, subscription: Subscription): never {
    throw error instanceof BadSymbol ? this.#unknown(subscription) : error
  }

  #unknown({ market, timeframe }: Pick<Subscription, 'market' | 'timeframe'>): KeysideError {
    const message = `${this.#exchange.id} has no candles of ${market} ${timeframe}: correct the strategy file`
    return new KeysideError('market_unknown', message)
  }

  /** Keeps the stream open until it is `over`; the candles themselves come through `onClosed`. */
  async #watch(subscription: Subscription, over: AbortSignal): Promise<void> {
    const { market, timeframe } = subscription
    let pause = RECONNECT_MS
    while (!over.aborted) {
      try {
        await this.#prepare(subscription)
        await this.#exchange.watchOHLCV(market, timeframe)
        pause = RECONNECT_MS
      } catch (error) {
        if (over.aborted) return
        // An unknown market is reported by the history request.
        if (!isUnknownMarket(error))
          this.#log.warn({ err: error, market }, 'live candles broke off, asking for them instead')
        await this.#pause(pause, over)
        pause = Math.min(2 * pause, MAX_RECONNECT_MS)
      }
    }
  }

  #pause(ms: number, over: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, resolve)
      over.addEventListener('abort', () => {
        cancel()
        resolve()
      })
    })
  }
}

function isUnknownMarket(error: unknown): boolean {
  return error instanceof KeysideError && error.code === 'market_unknown'
}

/** The last row runs on until a newer one shows, or its time is well over. */
export function closedOf(rows: Candle[], length: number, now: number): Candle[] {
  const last = rows.at(-1)
  if (last === undefined || (last.start + length) * 1000 + 500 <= now) return rows
  return rows.slice(0, -1)
}

// ccxt.pro's Binance, which also tells that a candle has closed, and keeps prices as the exchange wrote them.
const text = z.string().regex(/^\d+(\.\d+)?$/)

/** Binance, "Kline/Candlestick streams for UTC": `x` says whether the candle is closed. */
const klineEvent = z.looseObject({
  s: z.string(),
  k: z.looseObject({
    t: z.int(),
    i: z.string(),
    o: text,
    h: text,
    l: text,
    c: text,
    v: text,
    x: z.boolean(),
  }),
})

type KlineEvent = z.infer<typeof klineEvent>

const fetchedRow = z.tuple([z.number(), text, text, text, text, text])

/** `name` is `<symbol> <timeframe>`. */
type OnClosed = (name: string, candle: Candle) => void

export class LiveBinance extends ProBinance {
  readonly #onClosed: OnClosed

  /** No credentials, ever: it can read public prices and nothing else. */
  constructor(onClosed: OnClosed, address: string | undefined) {
    super({
      enableRateLimit: true,
      options: { fetchMarkets: { types: ['spot'] }, fetchCurrencies: false, fetchMargins: false },
    })
    this.#onClosed = onClosed
    // Numbers as text: what parseOHLCV gives is then what the exchange wrote.
    Object.assign(this, { number: String })
    if (address === undefined) return
    const { api } = this.urls
    if (typeof api !== 'object') throw new TypeError('expected a table of URLs in ccxt')
    this.urls['api'] = rebaseUrls(api, address)
  }

  /** ccxt drops `x`, so that a close would show one candle late. */
  override handleOHLCV(...[client, message]: Parameters<OverriddenHandler>): void {
    super.handleOHLCV(client, message)
    const event = klineEvent.safeParse(message)
    if (!event.success || !event.data.k.x) return
    const { s, k } = event.data
    const symbol = this.safeSymbol(s, undefined, undefined, 'spot')
    this.#onClosed(`${symbol} ${this.findTimeframe(k.i)}`, candleOf(k))
  }
}

type OverriddenHandler = InstanceType<typeof ProBinance>['handleOHLCV']

function candleOf({ t, o, h, l, c, v }: KlineEvent['k']): Candle {
  return { start: t / 1000, open: o, high: h, low: l, close: c, volume: v }
}

/** What `fetchOHLCV` gave. Throws for anything else than whole rows. */
export function candlesOf(rows: unknown): Candle[] {
  return z
    .array(fetchedRow)
    .parse(rows)
    .map(([time, open, high, low, close, volume]) => ({
      start: time / 1000,
      open,
      high,
      low,
      close,
      volume,
    }))
}
