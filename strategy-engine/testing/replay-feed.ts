// Replays candles from an array through the feed port.
import { type Candle, TIMEFRAMES } from '../market/candle.ts'
import type { Feed, Subscription } from '../market/feed.ts'

export interface ReplayFeed extends Feed {
  /** Gives the next candle as live to every subscriber; false when none is left. */
  advance(): boolean
}

/** `candles` are closed, of one market, oldest first. The first `past` of them count as history. */
export function replayFeed(candles: readonly Candle[], past = 0): ReplayFeed {
  const subscriptions = new Map<Subscription, { last: number | null }>()
  let at = past

  function give(subscription: Subscription, candle: Candle, origin: 'history' | 'live'): void {
    const state = subscriptions.get(subscription)
    if (state === undefined || (state.last !== null && candle.start <= state.last)) return
    const length = TIMEFRAMES[subscription.timeframe]
    const hole = state.last !== null && candle.start > state.last + length
    if (hole)
      subscription.onTrouble({ code: 'feed_gap', message: `no candles before ${candle.start}` })
    state.last = candle.start
    subscription.onCandle(candle, hole && origin === 'live' ? 'after_hole' : origin)
  }

  return {
    subscribe: (subscription) => {
      subscriptions.set(subscription, { last: null })
      const history = candles.slice(Math.max(0, at - subscription.history), at)
      for (const candle of history) give(subscription, candle, 'history')
      subscription.onHistory()
      return () => subscriptions.delete(subscription)
    },
    advance: () => {
      const candle = candles[at]
      if (candle === undefined) return false
      at += 1
      for (const subscription of subscriptions.keys()) give(subscription, candle, 'live')
      return true
    },
    close: async () => subscriptions.clear(),
  }
}
