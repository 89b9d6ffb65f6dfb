// Which candles of a stream are closed: those that the venue marks, or those that a later one has followed.
import { z } from 'zod'
import type { Candle } from './candle.ts'

/** In the venue's own words. */
export interface MarkedCandle {
  readonly id: string
  readonly interval: string
  readonly candle: Candle
}

type Reader = (message: unknown) => readonly MarkedCandle[]

const text = z.string().regex(/^\d+(\.\d+)?$/)
const start = z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)])

/** "Kline/Candlestick streams for UTC": `x`. */
const binanceEvent = z.looseObject({
  s: z.string(),
  k: z.looseObject({
    t: start,
    i: z.string(),
    o: text,
    h: text,
    l: text,
    c: text,
    v: text,
    x: z.boolean(),
  }),
})

/** "WS / Candlesticks channel": the ninth column. */
const okxEvent = z.looseObject({
  arg: z.looseObject({ channel: z.string().startsWith('candle'), instId: z.string() }),
  data: z.array(
    z.tuple([start, text, text, text, text, text, text, text, z.enum(['0', '1'])], z.unknown()),
  ),
})

/** "Kline": `confirm`. */
const bybitEvent = z.looseObject({
  topic: z.string().regex(/^kline\.\w+\.\w+$/),
  data: z.array(
    z.looseObject({
      start,
      open: text,
      high: text,
      low: text,
      close: text,
      volume: text,
      confirm: z.boolean(),
    }),
  ),
})

const binance: Reader = (message) => {
  const { data } = binanceEvent.safeParse(message)
  if (data === undefined || !data.k.x) return []
  const { t, i, o, h, l, c, v } = data.k
  return [{ id: data.s, interval: i, candle: candleOf(t, [o, h, l, c, v]) }]
}

const okx: Reader = (message) => {
  const { data: event } = okxEvent.safeParse(message)
  if (event === undefined) return []
  const { channel, instId } = event.arg
  return event.data
    .filter((row) => row[8] === '1')
    .map(([at, open, high, low, close, volume]) => ({
      id: instId,
      interval: channel.replace('candle', ''),
      candle: candleOf(at, [open, high, low, close, volume]),
    }))
}

const bybit: Reader = (message) => {
  const { data: event } = bybitEvent.safeParse(message)
  if (event === undefined) return []
  const [, interval = '', id = ''] = event.topic.split('.')
  return event.data
    .filter(({ confirm }) => confirm)
    .map(({ start: at, open, high, low, close, volume }) => ({
      id,
      interval,
      candle: candleOf(at, [open, high, low, close, volume]),
    }))
}

function candleOf(ms: number, prices: readonly string[]): Candle {
  const [open = '', high = '', low = '', close = '', volume = ''] = prices
  return { start: ms / 1000, open, high, low, close, volume }
}

/** By ccxt's name of the venue, whose regional hosts have names of their own. */
export const MARKED: Readonly<Record<string, Reader>> = {
  binance,
  binanceus: binance,
  bybit,
  bybiteu: bybit,
  bybitid: bybit,
  okx,
  okxus: okx,
  myokx: okx,
}

const row = z
  .tuple([start, text, text, text, text, text])
  .transform(([at, ...prices]) => candleOf(at, prices))

/**
 * Rows of a stream that marks nothing: a candle is closed when a later one shows. What is left of a row that cannot be
 * read is asked for instead.
 */
export function followedCandles(rows: readonly (readonly unknown[])[], after: number): Candle[] {
  return rows
    .slice(0, -1)
    .flatMap((one) => row.safeParse(one).data ?? [])
    .filter((candle) => candle.start > after)
}

const fetchedRow = z.tuple([z.number(), text, text, text, text, text])

/** What `fetchOHLCV` gave. Throws for anything else than whole rows. */
export function candlesOf(rows: unknown): Candle[] {
  return z
    .array(fetchedRow)
    .parse(rows)
    .map(([at, ...prices]) => candleOf(at, prices))
}

/** The last row runs on until a newer one shows, or its time is well over. */
export function closedOf(rows: Candle[], length: number, now: number): Candle[] {
  const last = rows.at(-1)
  if (last === undefined || (last.start + length) * 1000 + 500 <= now) return rows
  return rows.slice(0, -1)
}
