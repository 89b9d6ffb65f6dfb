// The WebSocket market streams: who listens to what, and what each of them hears at every tick.

import type { Level } from '@keyside/venue'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import { type Interval, isInterval } from '../market/candle.ts'
import type { Instrument } from '../market/instrument.ts'
import { TICK_MS } from '../market/wave.ts'
import { candlesBetween } from './candle-streams.ts'
import type { ExchangeContext } from './context.ts'
import {
  bookTickerEvent,
  candleEvent,
  levelView,
  miniTickerEvent,
  tradeEvent,
} from './market-views.ts'
import { parseJson } from './parse-json.ts'

// Of trades, to a client that slept through them.
const MAX_TRADES = 1000
const TICKS_PER_SECOND = 1000 / TICK_MS

const request = z.object({
  id: z.union([z.int(), z.string(), z.null()]),
  method: z.enum(['SUBSCRIBE', 'UNSUBSCRIBE', 'LIST_SUBSCRIPTIONS']),
  params: z.array(z.string()).max(1024).optional(),
})

/** Events of one stream for the ticks after `before` up to `tick`. */
type Stream = (before: number, tick: number) => object[]

interface Listener {
  readonly streams: Set<string>
  readonly wrapped: boolean
}

export class MarketStreams {
  readonly #context: ExchangeContext
  readonly #listeners = new Map<WebSocket, Listener>()

  constructor(context: ExchangeContext) {
    this.#context = context
  }

  /** `path` is /ws, /ws/NAME or /stream?streams=NAME/NAME. */
  accept(socket: WebSocket, path: URL): void {
    const named = path.searchParams.get('streams') ?? path.pathname.replace(/^\/(ws|stream)\/?/, '')
    const streams = named.split('/').filter((name) => this.#stream(name) !== undefined)
    const wrapped = path.pathname.startsWith('/stream')
    this.#listeners.set(socket, { streams: new Set(streams), wrapped })
    socket.on('close', () => this.#listeners.delete(socket))
    socket.on('message', (data) => socket.send(JSON.stringify(this.#reply(socket, String(data)))))
  }

  beat(before: number, tick: number): void {
    const heard = new Map<string, object[]>()
    for (const [socket, { streams, wrapped }] of this.#listeners)
      for (const name of streams) {
        const events = heard.get(name) ?? this.#stream(name)?.(before, tick) ?? []
        heard.set(name, events)
        for (const event of events)
          socket.send(JSON.stringify(wrapped ? { stream: name, data: event } : event))
      }
  }

  #reply(socket: WebSocket, text: string): object {
    const parsed = request.safeParse(parseJson(text))
    if (!parsed.success) return { error: { code: 2, msg: 'Invalid request: malformed' }, id: null }
    const { id, method, params = [] } = parsed.data
    const streams = this.#listeners.get(socket)?.streams ?? new Set()
    if (method === 'LIST_SUBSCRIPTIONS') return { result: [...streams], id }
    const unknown = params.find((name) => this.#stream(name) === undefined)
    if (unknown !== undefined)
      return { error: { code: 2, msg: `Invalid request: invalid stream ${unknown}` }, id }
    for (const name of params) {
      if (method === 'SUBSCRIBE') streams.add(name)
      else streams.delete(name)
    }
    return { result: null, id }
  }

  #stream(name: string): Stream | undefined {
    const [id, kind = '', rate] = name.split('@')
    const instrument = this.#context.market.instruments.find((each) => each.id.toLowerCase() === id)
    if (instrument === undefined) return undefined
    const interval = kind.startsWith('kline_') ? kind.slice('kline_'.length) : ''
    if (isInterval(interval)) return this.#candles(instrument, interval)
    if (kind === 'depth' && (rate === undefined || /^(100|1000)ms$/.test(rate)))
      return this.#depth(instrument)
    if (kind === 'bookTicker')
      return (_, tick) => [bookTickerEvent(this.#context, instrument, tick)]
    if (kind === 'trade') return this.#trades(instrument)
    if (kind === 'miniTicker') return this.#eachSecond(instrument)
    return undefined
  }

  #candles(instrument: Instrument, interval: Interval): Stream {
    const { market } = this.#context
    const { symbol } = instrument
    return (before, tick) =>
      candlesBetween(market, { symbol, interval }, before, tick).map((candle) =>
        candleEvent(instrument, interval, candle, tick * TICK_MS),
      )
  }

  #trades(instrument: Instrument): Stream {
    return (before, tick) => {
      const first = Math.max(before + 1, tick - MAX_TRADES)
      const trades = this.#context.market.trades(instrument.symbol, first, tick)
      return trades.map((trade) => tradeEvent(instrument, trade))
    }
  }

  #eachSecond(instrument: Instrument): Stream {
    return (before, tick) => {
      const second = Math.floor(tick / TICKS_PER_SECOND)
      if (second === Math.floor(before / TICKS_PER_SECOND)) return []
      return [miniTickerEvent(this.#context, instrument, tick * TICK_MS)]
    }
  }

  #depth(instrument: Instrument): Stream {
    const { book } = this.#context
    return (before, tick) => {
      const [old, now] = [book.at(instrument, before), book.at(instrument, tick)]
      return [
        {
          e: 'depthUpdate',
          E: tick * TICK_MS,
          s: instrument.id,
          U: before + 1,
          u: tick,
          b: difference(old.bids, now.bids),
          a: difference(old.asks, now.asks),
        },
      ]
    }
  }
}

/** Levels that are new or changed, and those that are gone with an amount of zero. */
function difference(old: readonly Level<Big>[], now: readonly Level<Big>[]): [string, string][] {
  const left = new Map(old.map(levelView))
  const changed = now.map(levelView).filter(([price, quantity]) => {
    const same = left.get(price) === quantity
    left.delete(price)
    return !same
  })
  return [...changed, ...[...left.keys()].map((price): [string, string] => [price, '0.00000000'])]
}
