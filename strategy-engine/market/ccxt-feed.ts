// Live candles from an exchange: its WebSocket for the close, its REST side for history and whatever was missed.
import { type Cancel, type Clock, describeError, KeysideError, type Logger } from '@keyside/runtime'
import { type Candle, TIMEFRAMES } from './candle.ts'
import type { Feed, Subscription } from './feed.ts'
import { createLineup, type History, type Lineup } from './lineup.ts'
import { candlesOf, LiveBinance } from './live-binance.ts'

export interface CcxtFeedOptions {
  /** http://host:port of another server that speaks this exchange's dialect. */
  readonly address?: string | undefined
  readonly clock: Clock
  readonly log: Logger
}

/** Executors refuse what comes from a clock further ahead than this, ms. */
const MOST_SKEW_MS = 5_000
const CLOCK_CHECK_MS = 300_000
const RECONNECT_MS = 1_000
const LONGEST_RECONNECT_MS = 30_000
/** Binance gives no more candles in one answer. */
const PAGE = 1_000

export function ccxtFeed({ address, clock, log }: CcxtFeedOptions): Feed {
  const followers = new Map<string, Set<Lineup>>()
  const exchange = new LiveBinance((name, candle) => {
    for (const lineup of followers.get(name) ?? []) lineup.accept(candle)
  }, address)
  const cancels = new Set<Cancel>()
  /** The exchange's time less this machine's, ms. */
  let offset = 0
  const exchangeNow = () => clock.now() + offset

  async function prepare({ market, timeframe }: Subscription): Promise<void> {
    // ccxt refuses ws: addresses until this has run, whether there is a proxy or not.
    await exchange.loadHttpProxyAgent()
    const markets = await exchange.loadMarkets()
    if (markets[market] === undefined || !Object.hasOwn(exchange.timeframes, timeframe)) {
      const message = `${exchange.id} has no candles of ${market} ${timeframe}: correct the strategy file`
      throw new KeysideError('market_unknown', message)
    }
  }

  async function checkClock({ onTrouble }: Subscription): Promise<void> {
    const asked = clock.now()
    const time = await exchange.fetchTime()
    if (time === undefined) return
    offset = time - (asked + clock.now()) / 2
    if (Math.abs(offset) < MOST_SKEW_MS) return
    const message = `this machine's clock is ${Math.round(-offset / 1000)} s ahead of the exchange's: set it, or executors refuse the signals`
    onTrouble({ code: 'clock_differs', message })
  }

  function historyOf(subscription: Subscription): History {
    const { market, timeframe } = subscription
    const fetch = async (since: number | undefined, limit: number) => {
      await prepare(subscription)
      const rows = candlesOf(await exchange.fetchOHLCV(market, timeframe, since, limit))
      return closedOf(rows, TIMEFRAMES[timeframe], exchangeNow())
    }
    return {
      newest: async (count) => {
        await prepare(subscription)
        await checkClock(subscription)
        return (await fetch(undefined, count + 1)).slice(-count)
      },
      since: (start) => fetch(start * 1000, PAGE),
    }
  }

  /** Keeps the stream open until `isOver`; candles themselves arrive through `followers`. */
  async function watch(subscription: Subscription, isOver: () => boolean): Promise<void> {
    let pause = RECONNECT_MS
    while (!isOver()) {
      try {
        await prepare(subscription)
        await exchange.watchOHLCV(subscription.market, subscription.timeframe)
        pause = RECONNECT_MS
      } catch (error) {
        if (isOver() || isUnknownMarket(error)) return
        log.warn(
          { err: describeError(error), market: subscription.market },
          'live candles broke off',
        )
        await new Promise<void>((resolve) => clock.after(pause, resolve))
        pause = Math.min(2 * pause, LONGEST_RECONNECT_MS)
      }
    }
  }

  function subscribe(subscription: Subscription): Cancel {
    const name = `${subscription.market} ${subscription.timeframe}`
    const lineup = createLineup(subscription, historyOf(subscription), { clock, exchangeNow })
    const group = followers.get(name) ?? new Set()
    followers.set(name, group.add(lineup))
    const cancelClockCheck = clock.every(CLOCK_CHECK_MS, () => {
      checkClock(subscription).catch((error) => log.warn({ err: error }, 'clock not checked'))
    })
    const cancel = () => {
      group.delete(lineup)
      cancels.delete(cancel)
      lineup.stop()
      cancelClockCheck()
    }
    cancels.add(cancel)
    void watch(subscription, () => !cancels.has(cancel))
    return cancel
  }

  return {
    subscribe,
    close: async () => {
      for (const cancel of cancels) cancel()
      await exchange.close()
    },
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
