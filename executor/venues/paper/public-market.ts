// The market that paper is traded on: what any exchange tells anybody, as far as it tells it.
import { type Clock, KeysideError, type Logger } from '@keyside/runtime'
import type { MakeAgent } from '@keyside/runtime/web'
import { MarketData, type Pace } from '../adapter/market-data.ts'
import { unreachable } from '../adapter/reply.ts'
import { UnifiedClient } from './unified-client.ts'

/** ccxt asks for the rules of all its markets at once, ms. */
const RULES_MS = 1_800_000

export interface PublicMarketOptions {
  /** ccxt's name of the exchange. */
  readonly venue: string
  readonly address?: string | undefined
  /** For one request, ms. */
  readonly timeoutMs: number
  readonly makeAgent?: MakeAgent | undefined
  readonly clock: Clock
  readonly log: Pick<Logger, 'info' | 'warn'>
  readonly pace?: Partial<Pace> | undefined
}

export class PublicMarket extends MarketData {
  readonly client: UnifiedClient
  readonly #venue: string
  #tellsTime: 'yes' | 'no' = 'yes'

  constructor({ venue, clock, log, pace, ...asked }: PublicMarketOptions) {
    const client = new UnifiedClient({ ...asked, id: venue, log })
    super({ client, clock, log, pace: { markets: RULES_MS, ...pace } })
    this.client = client
    this.#venue = venue
  }

  /** All that is needed to begin. Rejects with `paper_venue_unfit` or `exchange_unreachable`. */
  override async load(markets: readonly string[]): Promise<void> {
    await this.#requireFit()
    try {
      this.#tellsTime = (await this.client.tellsTime()) ? 'yes' : 'no'
      await super.load(markets)
      const failed = await this.refresh()
      if (failed !== null) throw unreachable(failed)
    } catch (error) {
      await this.#requireFit()
      throw error
    }
  }

  async #requireFit(): Promise<void> {
    const unfit = await this.client.unfit()
    if (unfit === null) return
    throw new KeysideError(
      'paper_venue_unfit',
      `paper cannot be traded on "${this.#venue}": ${unfit}. Write one like binance, kraken or coinbase as exchange.of in config.yaml`,
    )
  }

  /** An exchange that does not tell its time is taken to have this device's. */
  override skewMs(): number | null {
    return this.#tellsTime === 'no' ? 0 : super.skewMs()
  }
}
