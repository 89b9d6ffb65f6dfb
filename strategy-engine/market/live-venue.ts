// An exchange of ccxt's that reads public prices and nothing else, and tells which candles of its streams have closed.
import { rebaseUrls } from '@keyside/runtime'
import { type Candle, TIMEFRAMES, type Timeframe } from './candle.ts'
import { followedCandles, MARKED, type MarkedCandle } from './closed-candles.ts'
import { type LiveCcxt, loadCcxt } from './load-ccxt.ts'
import type { Streamed } from './stream-batches.ts'

/** `name` is `<symbol> <timeframe>`. */
type OnClosed = (name: string, candle: Candle) => void

/** How many streams one message may ask for, where that is fewer than `MAX_STREAMS`. */
const FEWER: Readonly<Record<string, number>> = { bybit: 10, bybiteu: 10, bybitid: 10 }
const MAX_STREAMS = 100
/** Of what was heard last: more than close between two looks. */
const NEWEST = 5

/** `address`: of another server that speaks the exchange's dialect. */
export async function openLiveVenue(
  id: string,
  onClosed: OnClosed,
  address: string | undefined,
): Promise<LiveVenue> {
  // No credentials, ever.
  const ccxt = new (await loadCcxt(id))({
    enableRateLimit: true,
    has: { fetchCurrencies: false },
    options: {
      fetchMarkets: { types: ['spot'] },
      fetchCurrencies: false,
      fetchMargins: false,
      // If a queued message cannot be sent, its rejection would be unhandled.
      ws: { throttle: undefined },
    },
  })
  // Numbers as text: what parseOHLCV gives is then what the exchange wrote.
  Object.assign(ccxt, { number: String })
  if (address !== undefined) {
    const { api } = ccxt.urls
    if (typeof api !== 'object') throw new TypeError('expected a table of URLs in ccxt')
    ccxt.urls['api'] = rebaseUrls(api, address)
  }
  return new LiveVenue(ccxt, onClosed)
}

export class LiveVenue {
  readonly ccxt: LiveCcxt
  readonly #onClosed: OnClosed
  readonly #isMarked: boolean
  /** Where closes are not marked: the start of the newest that was seen to close, by name. */
  readonly #seen = new Map<string, number>()

  constructor(ccxt: LiveCcxt, onClosed: OnClosed) {
    this.ccxt = ccxt
    this.#onClosed = onClosed
    const marked = MARKED[ccxt.id]
    this.#isMarked = marked !== undefined
    if (marked !== undefined) this.#listen(marked)
  }

  /** How many candles one message asks for; 0 where there is no stream of them. */
  get most(): number {
    const { has, id } = this.ccxt
    if (!has['watchOHLCV']) return 0
    return has['watchOHLCVForSymbols'] ? (FEWER[id] ?? MAX_STREAMS) : 1
  }

  /** Resolves when something is heard of one of them: at most `most`, at least one. */
  async hear(wanted: readonly Streamed[]): Promise<void> {
    const [first] = wanted
    if (first === undefined) return
    if (this.most === 1) await this.ccxt.watchOHLCV(first.market, first.timeframe)
    else
      await this.ccxt.watchOHLCVForSymbols(
        wanted.map(({ market, timeframe }) => [market, timeframe]),
      )
  }

  /** Tells of those that a later one has followed, where closes are not marked. */
  look(market: string, timeframe: Timeframe): void {
    const rows: readonly (readonly unknown[])[] | undefined = this.#isMarked
      ? undefined
      : this.ccxt.ohlcvs?.[market]?.[timeframe]
    if (rows === undefined) return
    const name = `${market} ${timeframe}`
    const newest = rows.slice(-NEWEST).map((row) => row.map((value) => this.#text(value)))
    for (const candle of followedCandles(newest, this.#seen.get(name) ?? 0)) {
      this.#seen.set(name, candle.start)
      this.#tell(market, timeframe, candle)
    }
  }

  /** ccxt drops the mark, so that a close would show one candle late. */
  #listen(marked: (message: unknown) => readonly MarkedCandle[]): void {
    const { ccxt } = this
    const handle: unknown = Reflect.get(ccxt, 'handleOHLCV')
    if (typeof handle !== 'function') throw new TypeError(`ccxt's ${ccxt.id} hears of no candles`)
    const handleOHLCV = (client: unknown, message: unknown) => {
      for (const { id, interval, candle } of marked(message)) {
        const timeframe = ccxt.findTimeframe(interval)
        if (isTimeframe(timeframe))
          this.#tell(ccxt.safeSymbol(id, undefined, undefined, 'spot'), timeframe, candle)
      }
      handle.call(ccxt, client, message)
    }
    Object.assign(ccxt, { handleOHLCV })
  }

  /** Some streams count days from midnight elsewhere: those candles are not the ones that history has. */
  #tell(market: string, timeframe: Timeframe, candle: Candle): void {
    if (candle.start % TIMEFRAMES[timeframe] === 0) this.#onClosed(`${market} ${timeframe}`, candle)
  }

  #text(value: unknown): unknown {
    return typeof value === 'number' ? this.ccxt.numberToString(value) : value
  }
}

function isTimeframe(name: string | undefined): name is Timeframe {
  return name !== undefined && Object.hasOwn(TIMEFRAMES, name)
}
