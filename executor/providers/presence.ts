// What a provider sees of this device: that it is there, and which versions of the wire it speaks. Nothing else.
import {
  type Presence,
  presenceTopic,
  type SigningKey,
  seconds,
  sign,
  WIRE_VERSIONS,
} from '@keyside/protocol'
import {
  type Clock,
  type Link,
  type Logger,
  newJti,
  type RandomBytes,
  within,
} from '@keyside/runtime'

const LIFE_S = 31 * 86_400
/** A broker that goes down with us does not take the offline presence, ms. */
const OFFLINE_PUBLISH_MS = 500

export interface SubscriberPresenceOptions {
  /** What the provider calls itself. */
  readonly issuer: string
  /** This device there. */
  readonly client: string
  /** Null: there is nothing to sign with, and no presence. */
  readonly key: SigningKey | null
  /** Unix ms, as messages are stamped. */
  readonly time: () => number
  readonly clock: Pick<Clock, 'after'>
  readonly randomBytes: RandomBytes
  readonly log: Pick<Logger, 'debug'>
}

interface Signed {
  readonly topic: string
  readonly token: string
}

export class SubscriberPresence {
  readonly #options: SubscriberPresenceOptions

  constructor(options: SubscriberPresenceOptions) {
    this.#options = options
  }

  /** The MQTT will: a signed `offline`. */
  will(): Signed | null {
    return this.#signed('offline')
  }

  /** Retained, after each connection. */
  announce(link: Pick<Link, 'publish'>): void {
    const online = this.#signed('online')
    if (online !== null) void this.#publish(link, online)
  }

  /** Publishes the offline presence that the will would. */
  async leave(link: Pick<Link, 'publish' | 'connected'>): Promise<void> {
    const offline = this.#signed('offline')
    if (offline === null || !link.connected()) return
    await within(OFFLINE_PUBLISH_MS, this.#publish(link, offline), this.#options.clock)
  }

  async #publish(link: Pick<Link, 'publish'>, { topic, token }: Signed): Promise<void> {
    const { log } = this.#options
    await link
      .publish(topic, token, { retain: true })
      .catch((error: unknown) => log.debug({ err: error, topic }, 'not published'))
  }

  #signed(state: Presence['state']): Signed | null {
    const { issuer, client, key, time, randomBytes } = this.#options
    if (key === null) return null
    const iat = seconds(time())
    const claims: Presence = {
      iss: client,
      aud: issuer,
      sub: client,
      iat,
      exp: iat + LIFE_S,
      jti: newJti(randomBytes),
      state,
      versions: [...WIRE_VERSIONS],
    }
    return { topic: presenceTopic(issuer, client), token: sign('presence', claims, key) }
  }
}
