// Which subscribers are connected, and when the others were last seen, from the presence that each signs. Stored in batches.
import { keyring, type PublicKey, verify } from '@keyside/protocol'
import type { AuthorityRecord } from './record/record.ts'
import type { Subscriber } from './record/rows.ts'

type Sign = Pick<Subscriber, 'client' | 'presence' | 'seen' | 'versions'>

export interface PresenceMessage {
  readonly topic: string
  readonly token: string
  readonly retained: boolean
  /** Unix seconds. */
  readonly now: number
}

export class SubscriberPresence {
  readonly #provider: string
  readonly #publicKey: (text: string) => PublicKey
  /** Not stored yet, by client. */
  readonly #signs = new Map<string, Sign>()

  constructor(provider: string, publicKey: (text: string) => PublicKey) {
    this.#provider = provider
    this.#publicKey = publicKey
  }

  /** Whether it comes from the subscriber. */
  take(subscriber: Subscriber, { topic, token, retained, now }: PresenceMessage): boolean {
    const { client, key } = subscriber
    const pins = keyring([{ key: this.#publicKey(key), issuer: client, kinds: ['presence'] }])
    const expected = { kinds: ['presence'] as const, audience: this.#provider, now, topic }
    const verified = verify(token, pins, expected)
    if (!verified.ok) return false
    const { state, versions, iat } = verified.claims
    // A will carries the time at which its connection began, and a retained message may be old.
    const seen = retained ? Math.max(iat, subscriber.seen ?? 0) : now
    this.#signs.set(client, { client, presence: state, seen, versions })
    return true
  }

  /** One commit for all that came since the last. Throws when another program holds the record: nothing is lost then. */
  store(record: AuthorityRecord): void {
    if (this.#signs.size === 0) return
    record.seen([...this.#signs.values()])
    this.#signs.clear()
  }
}
