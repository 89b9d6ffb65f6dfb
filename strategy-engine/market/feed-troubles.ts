// What a feed says when something is wrong, in sentences that say what happens now.
import { describeError } from '@keyside/runtime'
import { TIMEFRAMES } from './candle.ts'
import type { FeedTrouble, Subscription } from './feed.ts'

type Followed = Pick<Subscription, 'market' | 'timeframe'>

export function gap({ market, timeframe }: Followed, from: number, to: number): FeedTrouble {
  const missing = (to - from) / TIMEFRAMES[timeframe]
  return {
    code: 'feed_gap',
    message: `the exchange has no ${missing} candle(s) of ${market} ${timeframe} from ${iso(from)} to ${iso(to)}: no entry is made on the first one after`,
  }
}

export function unreachable({ market, timeframe }: Followed, error: unknown): FeedTrouble {
  return {
    code: 'feed_unreachable',
    message: `cannot get candles of ${market} ${timeframe}, trying again: ${describeError(error).message}`,
  }
}

export function silent({ market, timeframe }: Followed): FeedTrouble {
  return {
    code: 'feed_silent',
    message: `no candle of ${market} ${timeframe} closes any more: trading there may be halted, and nothing is decided until one does`,
  }
}

/** `due`: when the candle should have closed, Unix seconds. */
export function late({ market, timeframe }: Followed, due: number): FeedTrouble {
  return {
    code: 'market_late',
    message: `the candle of ${market} ${timeframe} that closed at ${iso(due)} has not come yet: it is asked for, and nothing is decided until it is there`,
  }
}

/** `from`: the first candle that is missing, Unix seconds. */
export function repairing({ market, timeframe }: Followed, from: number): FeedTrouble {
  return {
    code: 'market_repairing',
    message: `candles of ${market} ${timeframe} from ${iso(from)} on were missed: they are fetched and decided on in their order, and an entry that is too old by then is not sent`,
  }
}

/** `what` is wrong with it. */
export function refused({ market, timeframe }: Followed, start: number, what: string): FeedTrouble {
  return {
    code: 'candle_refused',
    message: `the exchange's candle of ${market} ${timeframe} at ${iso(start)} ${what}: it is not used, and asked for again`,
  }
}

export function corrected({ market, timeframe }: Followed, start: number): FeedTrouble {
  return {
    code: 'candle_corrected',
    message: `the exchange tells other prices now for the candle of ${market} ${timeframe} at ${iso(start)}: it was decided on as it closed, and stays so`,
  }
}

function iso(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString()
}
