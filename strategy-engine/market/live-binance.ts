// ccxt.pro's Binance, which also tells that a candle has closed, and keeps prices as the exchange wrote them.
import { rebaseUrls } from '@keyside/runtime'
import { z } from 'zod'
import type { Candle } from './candle.ts'
import { ProBinance } from './load-ccxt.ts'

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
export type OnClosed = (name: string, candle: Candle) => void

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
