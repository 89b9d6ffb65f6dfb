// Live candles from an exchange: its WebSocket for the close, its REST side for history and whatever was missed.
import type { Cancel, Clock, Logger } from '@keyside/runtime'
import type { MakeAgent } from '@keyside/runtime/web'
import { CandleSequencer, CHECK_MS } from './candle-sequencer.ts'
import { CcxtHistory } from './ccxt-history.ts'
import { ExchangeClock } from './exchange-clock.ts'
import { sendThrough } from './exchange-proxy.ts'
import type { Feed, Subscription } from './feed.ts'
import { type LiveVenue, openLiveVenue } from './live-venue.ts'
import { StreamBatches, type Streamed } from './stream-batches.ts'

export interface CcxtFeedOptions {
  /** ccxt's name of the exchange. */
  readonly name: string
  /** http://host:port of another server that speaks this exchange's dialect. */
  readonly address?: string | undefined
  /** Where it goes through a proxy. */
  readonly makeAgent?: MakeAgent | undefined
  readonly clock: Clock
  readonly log: Logger
}

/** Who follows one market in one timeframe, which is streamed once for all. */
interface Followed {
  readonly sequencers: Set<CandleSequencer>
  readonly look: () => void
  readonly stop: Cancel
}

export async function openCcxtFeed(options: CcxtFeedOptions): Promise<Feed> {
  const { name, address, makeAgent } = options
  const followed = new Map<string, Followed>()
  const venue = await openLiveVenue(
    name,
    (of, candle) => {
      for (const sequencer of followed.get(of)?.sequencers ?? []) sequencer.accept(candle)
    },
    address,
  )
  sendThrough(venue.ccxt, makeAgent)
  return new CcxtFeed(venue, followed, options)
}

class CcxtFeed implements Feed {
  readonly #clock: Clock
  readonly #venue: LiveVenue
  readonly #followed: Map<string, Followed>
  readonly #history: CcxtHistory
  readonly #streams: StreamBatches | null
  readonly #cancels = new Set<Cancel>()
  readonly #time: ExchangeClock
  /** One for all that is followed. */
  readonly #cancelTimer: Cancel

  constructor(
    venue: LiveVenue,
    followed: Map<string, Followed>,
    { clock, log }: Pick<CcxtFeedOptions, 'clock' | 'log'>,
  ) {
    this.#clock = clock
    this.#venue = venue
    this.#followed = followed
    const { ccxt, most } = venue
    const ask = async () => (ccxt.has['fetchTime'] ? ccxt.fetchTime() : undefined)
    this.#time = new ExchangeClock({ clock, log, ask })
    this.#history = new CcxtHistory(ccxt, this.#time)
    const hear = (wanted: readonly Streamed[]) => venue.hear(wanted)
    // Unknown ones are reported by the history request.
    const listed = (wanted: readonly Streamed[]) => this.#history.listed(wanted)
    this.#streams = most === 0 ? null : new StreamBatches({ most, hear, listed, clock, log })
    this.#cancelTimer = clock.every(CHECK_MS, () => {
      for (const { look, sequencers } of followed.values()) {
        look()
        for (const sequencer of sequencers) sequencer.check()
      }
    })
  }

  subscribe(subscription: Subscription): Cancel {
    const name = `${subscription.market} ${subscription.timeframe}`
    const sequencer = new CandleSequencer(subscription, {
      history: this.#history.of(subscription),
      clock: this.#clock,
      exchangeNow: () => this.#time.now(),
    })
    const one = this.#followed.get(name) ?? this.#follow(name, subscription)
    one.sequencers.add(sequencer)
    const cancel = () => {
      one.sequencers.delete(sequencer)
      if (one.sequencers.size === 0) {
        one.stop()
        if (this.#followed.get(name) === one) this.#followed.delete(name)
      }
      this.#cancels.delete(cancel)
      sequencer.stop()
    }
    this.#cancels.add(cancel)
    return cancel
  }

  async close(): Promise<void> {
    this.#cancelTimer()
    this.#time.stop()
    for (const cancel of this.#cancels) cancel()
    this.#streams?.stop()
    await this.#venue.ccxt.close()
  }

  #follow(name: string, { market, timeframe }: Subscription): Followed {
    const one = {
      sequencers: new Set<CandleSequencer>(),
      look: () => this.#venue.look(market, timeframe),
      stop: this.#streams?.follow({ market, timeframe }) ?? (() => undefined),
    }
    this.#followed.set(name, one)
    return one
  }
}
