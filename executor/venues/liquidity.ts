// What each market turns over in a day and offers now, with an age that is never flattered.
import type { Cancel, Clock } from '@keyside/runtime'
import { z } from 'zod'
import type { Liquidity } from '../core/model/exchange.ts'
import { dayAnswer, depthAnswer } from './answers.ts'
import type { Line } from './line.ts'
import type { VenueMarket } from './map.ts'
import { type Lose, sift } from './sift.ts'

/** As many as the venue gives for its lowest weight. */
const LEVELS = '100'

/**
 * Between two books, ms. With more than 25 markets each book comes later than every 5 s, and no weight is added: 300
 * books a minute are 1 500 of the 6 000 that the venue allows one address.
 */
const LEAST_STEP_MS = 200

/** How often each is asked for, ms. */
export interface LiquidityPace {
  readonly books: number
  readonly volumes: number
}

type Volume = Pick<Liquidity, 'volume' | 'volumeAt'>
type Asks = Pick<Liquidity, 'asks' | 'asksAt'>

export class LiquidityWatch {
  readonly #line: Line
  readonly #clock: Clock
  readonly #lose: Lose<VenueMarket>
  /** By the venue's id. */
  readonly #volumes = new Map<string, Volume>()
  readonly #asks = new Map<string, Asks>()

  constructor(line: Line, clock: Clock, lose: Lose<VenueMarket> = () => undefined) {
    this.#line = line
    this.#clock = clock
    this.#lose = lose
  }

  /** Null until both halves have been seen. */
  get({ id }: VenueMarket): Liquidity | null {
    const volume = this.#volumes.get(id)
    const asks = this.#asks.get(id)
    return volume === undefined || asks === undefined ? null : { ...volume, ...asks }
  }

  /** All at once: what cannot be had now comes with the next round. */
  async refresh(markets: readonly VenueMarket[]): Promise<void> {
    const books = markets.map((market) => this.#refreshAsks(market))
    await Promise.all([this.#refreshVolumes(markets), ...books])
  }

  /**
   * Book after book, evenly over the time, so that fifty of them hold up nothing else that is asked. `markets` is asked
   * each time.
   */
  keepFresh(markets: () => readonly VenueMarket[], pace: LiquidityPace): readonly Cancel[] {
    const count = Math.max(markets().length, 1)
    const asking = new Set<string>()
    let turn = 0
    const next = async () => {
      const listed = markets()
      const market = listed[turn % listed.length]
      turn += 1
      if (market === undefined || asking.has(market.id)) return
      asking.add(market.id)
      await this.#refreshAsks(market)
      asking.delete(market.id)
    }
    const step = Math.max(pace.books / count, LEAST_STEP_MS)
    return [
      this.#clock.every(step, () => void next()),
      this.#clock.every(pace.volumes, () => void this.#refreshVolumes(markets())),
    ]
  }

  /** A market that the answer leaves out, or tells badly, keeps its old turnover and with it its age. */
  async #refreshVolumes(markets: readonly VenueMarket[]): Promise<void> {
    let volumeAt = 0
    const { refused } = await sift(
      markets,
      (part) => {
        volumeAt = this.#clock.now()
        const symbols = JSON.stringify(part.map(({ id }) => id))
        const weight = tickersWeight(part.length)
        return this.#line.ask((api) => api.publicGetTicker24hr({ symbols }), weight)
      },
      (body) => {
        const rows = z.array(z.unknown()).safeParse(body)
        for (const row of rows.data ?? []) {
          const { data } = dayAnswer.safeParse(row)
          if (data !== undefined)
            this.#volumes.set(data.symbol, { volume: data.quoteVolume, volumeAt })
        }
        return rows.success ? 'read' : 'unreadable'
      },
    )
    this.#lose(refused)
  }

  async #refreshAsks({ id }: VenueMarket): Promise<void> {
    const asksAt = this.#clock.now()
    const reply = await this.#line.ask((api) => api.publicGetDepth({ symbol: id, limit: LEVELS }))
    const { data } = depthAnswer.safeParse(reply.got === 'answer' ? reply.body : null)
    if (data === undefined || (this.#asks.get(id)?.asksAt ?? 0) > asksAt) return
    this.#asks.set(id, { asks: data.asks, asksAt })
  }
}

/** In ccxt's units. ccxt itself takes any list for a list of all markets: 16 units, a second of waiting. */
function tickersWeight(markets: number): number {
  return markets <= 20 ? 0.4 : 8
}
