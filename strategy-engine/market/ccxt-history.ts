// Closed candles of the past, as a venue's REST side has them, page by page.
import { type Clock, KeysideError } from '@keyside/runtime'
import { type Candle, TIMEFRAMES, type Timeframe } from './candle.ts'
import type { History } from './candle-sequencer.ts'
import { candlesOf, closedOf } from './closed-candles.ts'
import type { LiveCcxt } from './load-ccxt.ts'

export interface Asked {
  readonly market: string
  readonly timeframe: Timeframe
}

/** The exchange's time, Unix ms. */
interface Time extends Pick<Clock, 'now'> {
  check(): Promise<void>
}

/** What one answer holds where ccxt does not say. */
const PAGE = 100

export class CcxtHistory {
  readonly #ccxt: LiveCcxt
  readonly #time: Time

  constructor(ccxt: LiveCcxt, time: Time) {
    this.#ccxt = ccxt
    this.#time = time
  }

  of(asked: Asked): History {
    const length = TIMEFRAMES[asked.timeframe]
    return {
      newest: async (count) => {
        await this.#prepare(asked)
        await this.#time.check()
        if (count < this.#pageOf(asked))
          return (await this.#fetch(asked, undefined, count + 1)).slice(-count)
        const first = Math.floor(this.#time.now() / 1000 / length) - count
        return (await this.#pages(asked, first * length)).slice(-count)
      },
      // What was missed may have been refused by a wrong clock.
      since: async (start) => {
        await this.#prepare(asked)
        await this.#time.check()
        return this.#pages(asked, start)
      },
    }
  }

  /** Those that the exchange has. Asks it anew where one is not among those that it had. */
  async listed<T extends Asked>(asked: readonly T[]): Promise<readonly T[]> {
    const ccxt = this.#ccxt
    // ccxt refuses ws: addresses until this has run, whether there is a proxy or not.
    await ccxt.loadHttpProxyAgent()
    // Without `reload` ccxt gives the answer of the first try for ever, a failure too.
    const loaded = await ccxt.loadMarkets(ccxt.markets === undefined)
    const isWhole = asked.every(({ market }) => market in loaded)
    const markets = isWhole ? loaded : await ccxt.loadMarkets(true)
    return asked.filter(
      ({ market, timeframe }) => market in markets && Object.hasOwn(ccxt.timeframes, timeframe),
    )
  }

  async #prepare(asked: Asked): Promise<void> {
    if ((await this.listed([asked])).length === 0) throw this.#unknown(asked)
  }

  /** From the oldest to the newest. A page may hold fewer than were asked for, and none where the market was not there yet. */
  async #pages(asked: Asked, from: number): Promise<Candle[]> {
    const length = TIMEFRAMES[asked.timeframe]
    const limit = this.#pageOf(asked)
    const candles: Candle[] = []
    for (let start = from; (start + length) * 1000 <= this.#time.now(); ) {
      const page = await this.#fetch(asked, start * 1000, limit)
      const newer = page.filter((candle) => candle.start >= start)
      candles.push(...newer)
      const last = newer.at(-1)?.start
      start = last === undefined ? start + limit * length : last + length
    }
    return candles
  }

  async #fetch(asked: Asked, since: number | undefined, limit: number): Promise<Candle[]> {
    const { market, timeframe } = asked
    const rows = this.#ccxt.fetchOHLCV(market, timeframe, since, limit)
    const candles = candlesOf(await rows.catch((error: unknown) => this.#refused(error, asked)))
    return closedOf(candles, TIMEFRAMES[timeframe], this.#time.now())
  }

  #pageOf({ market }: Asked): number {
    const limit: unknown = this.#ccxt.featureValue(market, 'fetchOHLCV', 'limit')
    return typeof limit === 'number' && limit > 0 ? limit : PAGE
  }

  /** A market that was loaded and is delisted since is refused by name. */
  #refused(error: unknown, asked: Asked): never {
    throw error instanceof Error && error.name === 'BadSymbol' ? this.#unknown(asked) : error
  }

  #unknown({ market, timeframe }: Asked): KeysideError {
    const message = `${this.#ccxt.id} has no candles of ${market} ${timeframe}: correct the strategy file`
    return new KeysideError('market_unknown', message)
  }
}
