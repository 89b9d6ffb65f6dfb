// Whoever has stolen an engine's key: signs what it likes, and may publish anywhere.
import {
  type Head,
  hashText,
  headTopic,
  keysetTopic,
  type Signal,
  type SigningKey,
  seconds,
  sign,
  signalTopic,
} from '@keyside/protocol'
import { type Link, newJti, systemClock, systemRandomBytes } from '@keyside/runtime'
import { signalClaims } from '../executor/testing/rig.ts'
import type { Outbox } from '../strategy-engine/publish/outbox.ts'

export const PLAN = 'trend'
/** The same for every provider, so that the names of their decisions are the same too. */
export const STREAM = 'demo'

export class Thief {
  readonly #provider: string
  readonly #key: SigningKey
  readonly #outbox: Outbox
  readonly link: Link

  constructor(provider: string, key: SigningKey, link: Link, outbox: Outbox) {
    this.#provider = provider
    this.#key = key
    this.#outbox = outbox
    this.link = link
  }

  /** The next of the stream, as far as nothing else is said. Returns its hash. */
  async signal(change: Partial<Signal> = {}): Promise<string> {
    const { seq, hash } = rowOf(this.#outbox)
    const now = systemClock.now()
    const claims = signalClaims(now, {
      iss: this.#provider,
      plan: PLAN,
      sub: STREAM,
      seq: seq + 1,
      prev: hash,
      jti: newJti(systemRandomBytes),
      size: { unit: 'quote', value: '50' },
      candle: { timeframe: '1s', start: Math.floor(now / 1000) },
      reason: 'a lie',
      ...change,
    })
    const token = sign('signal', claims, this.#key)
    await this.link.publish(signalTopic(this.#provider, PLAN), token)
    return hashText(token)
  }

  exit(percent: string, change: Partial<Signal> = {}): Promise<string> {
    const size = { unit: 'percent', value: percent } as const
    return this.signal({ kind: 'exit', side: 'sell', size, ...change })
  }

  async head({ ahead = 0, keyset = 1, position = 'long' as 'long' | 'flat', ...change } = {}) {
    const { seq, hash, since } = rowOf(this.#outbox)
    const now = seconds(systemClock.now())
    const last = ahead === 0 ? hash : hashText('a lie')
    const claims: Head = {
      ...times(now, 45),
      iss: this.#provider,
      aud: 'executors',
      sub: PLAN,
      streams: [[STREAM, seq + ahead, last, position, since, Math.floor(now)]],
      keyset,
      ...change,
    }
    const token = sign('head', claims, this.#key)
    await this.link.publish(headTopic(this.#provider, PLAN), token, { retain: true })
  }

  /** Lies over the genuine one, where the broker lets it. */
  layKeyset(text: string): Promise<void> {
    return this.link.publish(keysetTopic(this.#provider), text, { retain: true })
  }
}

export function rowOf(outbox: Outbox) {
  const row = outbox.stream(STREAM)
  if (row === null) throw new Error('no stream')
  return row
}

/** Its dates, and its name. */
export function times(iat: number, life: number) {
  return { iat, exp: iat + life, jti: newJti(systemRandomBytes) }
}
