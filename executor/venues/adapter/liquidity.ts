// What each market turns over in a day and offers now, stamped with the time of the request.
import type { Cancel, Clock } from '@keyside/runtime'
import type { Liquidity } from '../../core/model/exchange.ts'
import { askAll, type OnGone } from './batch.ts'
import type { VenueMarket } from './dialect.ts'
import type { MarketClient } from './market-client.ts'

/** How often each is asked for, ms. */
export interface LiquidityPace {
  readonly books: number
  readonly volumes: number
}

type Volume = Pick<Liquidity, 'volume' | 'volumeAt'>
type Asks = Pick<Liquidity, 'asks' | 'asksAt'>

export class LiquidityWatch {
  readonly #client: MarketClient
  readonly #clock: Clock
  readonly #onGone: OnGone<VenueMarket>
  /** By the venue's id. */
  readonly #volumes = new Map<string, Volume>()
  readonly #asks = new Map<string, Asks>()

  constructor(client: MarketClient, clock: Clock, onGone: OnGone<VenueMarket> = () => undefined) {
    this.#client = client
    this.#clock = clock
    this.#onGone = onGone
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
    const step = Math.max(pace.books / count, this.#client.dialect.limits.bookMs)
    return [
      this.#clock.every(step, () => void next()),
      this.#clock.every(pace.volumes, () => void this.#refreshVolumes(markets())),
    ]
  }

  /** A market that the answer leaves out, or tells badly, keeps its old turnover and with it its age. */
  async #refreshVolumes(markets: readonly VenueMarket[]): Promise<void> {
    const { most, ask } = this.#client.dialect.volumes
    let volumeAt = 0
    const stamped = (part: readonly VenueMarket[]) => {
      volumeAt = this.#clock.now()
      return ask(part)
    }
    const batch = { most, ask: stamped }
    const { refused } = await askAll(this.#client, batch, markets, (rows) => {
      for (const { id, volume } of rows) this.#volumes.set(id, { volume, volumeAt })
    })
    this.#onGone(refused)
  }

  async #refreshAsks(market: VenueMarket): Promise<void> {
    const asksAt = this.#clock.now()
    const reply = await this.#client.ask(this.#client.dialect.asks(market))
    if (reply.got !== 'answer' || (this.#asks.get(market.id)?.asksAt ?? 0) > asksAt) return
    this.#asks.set(market.id, { asks: reply.value, asksAt })
  }
}
