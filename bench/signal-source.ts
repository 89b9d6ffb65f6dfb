// One stream that enters and leaves in turn, as an engine would number and chain it.
import { GENESIS, type Head, hashText, type Signal } from '@keyside/protocol'

export const STREAM = 'demo'
const MARKET = 'BTC/USDT'
const PRICE = '60000'
const STOP = '58800'

const REGISTERED = { iss: 'home', aud: 'executors' } as const

export class SignalSource {
  #seq = 0
  #prev = GENESIS
  #position: 'long' | 'flat' = 'flat'

  /** `now` in seconds; it counts as sent once `sent` was called. */
  next(now: number, stop: 'with' | 'without'): Signal {
    const kind = this.#position === 'flat' ? 'entry' : 'exit'
    const seq = this.#seq + 1
    return {
      ...REGISTERED,
      iat: now,
      exp: now + 30,
      jti: jtiOf(`signal ${seq}`),
      plan: STREAM,
      sub: STREAM,
      seq,
      prev: this.#prev,
      kind,
      market: MARKET,
      side: kind === 'entry' ? 'buy' : 'sell',
      size: kind === 'entry' ? { unit: 'quote', value: '100' } : { unit: 'percent', value: '100' },
      type: 'market',
      ...(kind === 'entry' && stop === 'with' && { stopPrice: STOP }),
      referencePrice: PRICE,
      candle: { timeframe: '1m', start: Math.floor(now) },
      reason: 'fast average above the slow one',
      validUntil: now + 30,
    }
  }

  sent(signal: Signal, hash: string): void {
    this.#seq = signal.seq
    this.#prev = hash
    this.#position = signal.kind === 'entry' ? 'long' : 'flat'
  }

  head(now: number): Head {
    return {
      ...REGISTERED,
      iat: now,
      exp: now + 45,
      jti: jtiOf(`head ${now}`),
      sub: STREAM,
      streams: [[STREAM, this.#seq, this.#prev, this.#position, this.#seq, Math.floor(now)]],
      keyset: 0,
    }
  }
}

function jtiOf(name: string): string {
  return `${hashText(name).slice(0, 21)}A`
}
