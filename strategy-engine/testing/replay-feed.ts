// Replays candles from an array through the feed port.
import { type Candle, TIMEFRAMES } from '../market/candle.ts'
import { isSame } from '../market/candle-gate.ts'
import type { Feed, Subscription } from '../market/feed.ts'

export interface ReplayFeed extends Feed {
  /** Gives the next candle as live to every subscriber; false when none is left. */
  advance(): boolean
}

/** `candles` are closed, of one market, oldest first. The first `past` of them count as history. */
export function replayFeed(candles: readonly Candle[], past = 0): ReplayFeed {
  const subscriptions = new Map<Subscription, { last: number | null }>()
  let at = past

  /** Undefined for one that was given already. */
  function take(subscription: Subscription, candle: Candle): { hole: boolean } | undefined {
    const state = subscriptions.get(subscription)
    if (state === undefined || (state.last !== null && candle.start <= state.last)) return undefined
    const length = TIMEFRAMES[subscription.timeframe]
    const hole = state.last !== null && candle.start > state.last + length
    if (hole)
      subscription.onTrouble({ code: 'feed_gap', message: `no candles before ${candle.start}` })
    state.last = candle.start
    return { hole }
  }

  return {
    subscribe: (subscription) => {
      subscriptions.set(subscription, { last: null })
      const { known } = subscription
      const past = candles.slice(Math.max(0, at - subscription.history), at)
      const found = past.findIndex((candle) => candle.start === known?.start)
      const there = past[found]
      const goesOn = known !== undefined && there !== undefined && isSame(there, known)
      const history = goesOn ? past.slice(found) : past
      for (const candle of history) take(subscription, candle)
      subscription.onHistory(goesOn ? history.slice(1) : history, goesOn)
      return () => subscriptions.delete(subscription)
    },
    advance: () => {
      const candle = candles[at]
      if (candle === undefined) return false
      at += 1
      for (const subscription of subscriptions.keys()) {
        const taken = take(subscription, candle)
        if (taken) subscription.onCandle(candle, taken.hole ? 'after_hole' : 'live')
      }
      return true
    },
    close: async () => subscriptions.clear(),
  }
}
