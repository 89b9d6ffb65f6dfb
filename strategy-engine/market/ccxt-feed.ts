// Live candles from an exchange: its WebSocket for the close, its REST side for history and whatever was missed.
import { type Cancel, type Clock, KeysideError, type Logger } from '@keyside/runtime'
import { type Candle, TIMEFRAMES } from './candle.ts'
import { CandleSequencer, CHECK_MS, type History } from './candle-sequencer.ts'
import { ExchangeClock } from './exchange-clock.ts'
import type { Feed, Subscription } from './feed.ts'
import { candlesOf, LiveBinance } from './live-binance.ts'
import { BadSymbol } from './load-ccxt.ts'

export interface CcxtFeedOptions {
  /** http://host:port of another server that speaks this exchange's dialect. */
  readonly address?: string | undefined
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

  constructor({ address, clock, log }: CcxtFeedOptions) {
    this.#clock = clock
    this.#log = log
    this.#exchange = new LiveBinance((name, candle) => {
      for (const sequencer of this.#followers.get(name) ?? []) sequencer.accept(candle)
    }, address)
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
