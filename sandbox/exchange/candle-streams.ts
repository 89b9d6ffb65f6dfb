// Candles over WebSockets, in the words of any venue: who follows which, and what each hears at every tick.
import type { WebSocket } from 'ws'
import { type Candle, type Interval, nextOpen, openOf, opensOf } from '../market/candle.ts'
import type { Market } from '../market/market.ts'
import { TICK_MS } from '../market/wave.ts'

// At most this many missed candles are sent: a client that slept longer asks for them by REST.
const MAX_CLOSED = 1000

export interface FollowedCandles {
  /** In the venue's words. */
  readonly topic: string
  readonly symbol: string
  readonly interval: Interval
}

/** What a client has said. */
interface StreamRequest {
  readonly replies: readonly string[]
  readonly follow?: readonly FollowedCandles[]
  readonly leave?: readonly string[]
}

export interface StreamWords {
  read(text: string): StreamRequest
  event(followed: FollowedCandles, candle: Candle, at: number): object
}

export class CandleStreams {
  readonly #market: Market
  readonly #words: StreamWords
  readonly #listeners = new Map<WebSocket, Map<string, FollowedCandles>>()

  constructor(market: Market, words: StreamWords) {
    this.#market = market
    this.#words = words
  }

  accept(socket: WebSocket): void {
    const followed = new Map<string, FollowedCandles>()
    this.#listeners.set(socket, followed)
    socket.on('close', () => this.#listeners.delete(socket))
    socket.on('message', (data) => {
      const { replies, follow = [], leave = [] } = this.#words.read(String(data))
      for (const one of follow) followed.set(one.topic, one)
      for (const topic of leave) followed.delete(topic)
      for (const reply of replies) socket.send(reply)
    })
  }

  beat(before: number, tick: number): void {
    for (const [socket, followed] of this.#listeners)
      for (const one of followed.values())
        for (const candle of candlesBetween(this.#market, one, before, tick))
          socket.send(JSON.stringify(this.#words.event(one, candle, tick * TICK_MS)))
  }
}

/** The one that runs, and those that have closed since the tick `before`. */
export function candlesBetween(
  market: Market,
  { symbol, interval }: Pick<FollowedCandles, 'symbol' | 'interval'>,
  before: number,
  tick: number,
): Candle[] {
  const time = tick * TICK_MS
  const start = openOf(interval, before * TICK_MS)
  const limit = openOf(interval, time) === start ? 1 : MAX_CLOSED + 1
  return opensOf(interval, { limit }, time)
    .filter((open) => open >= start)
    .map((open) => market.candle(symbol, open, nextOpen(interval, open) - open, time))
}
