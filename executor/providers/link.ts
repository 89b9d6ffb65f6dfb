// The one connection to a provider's broker, at the first of its addresses that answers; another when the keyset moves it.
import type { Address } from '@keyside/protocol'
import {
  type Cancel,
  type Clock,
  type Link,
  type LinkOptions,
  openLink,
  tlsTrust,
} from '@keyside/runtime'

/** One address is tried for so long before the next, ms. */
const TRY_MS = 15_000

type Common = Pick<
  LinkOptions,
  'clientId' | 'token' | 'subscribe' | 'will' | 'onMessage' | 'onReady' | 'onTrouble' | 'log'
> & { readonly plaintext: 'yes' | 'no' }

export interface ProviderLinkOptions extends Common {
  /** Never empty, the first one first. Read anew before each try. */
  readonly addresses: () => readonly Address[]
  readonly clock: Pick<Clock, 'now' | 'every'>
}

export class ProviderLink {
  readonly #options: ProviderLinkOptions
  readonly #cancel: Cancel
  readonly #ready = Promise.withResolvers<void>()
  #link: Link
  #at: string
  /** Unix ms. */
  #since: number
  #life: 'open' | 'closed' = 'open'
  #moving: Promise<void> = Promise.resolve()

  /** Throws `address_invalid`. */
  constructor(options: ProviderLinkOptions) {
    this.#options = options
    const [first] = options.addresses()
    if (first === undefined) throw new RangeError('a provider has at least one address')
    this.#at = keyOf(first)
    this.#since = options.clock.now()
    this.#link = this.#open(first)
    this.#cancel = options.clock.every(1_000, () => this.#look())
  }

  /** Resolves when connected and subscribed for the first time. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  connected(): boolean {
    return this.#link.connected()
  }

  /** Rejects when not connected. */
  publish(topic: string, token: string, options?: { retain?: boolean }): Promise<void> {
    return this.#link.publish(topic, token, options)
  }

  async close(): Promise<void> {
    this.#life = 'closed'
    this.#cancel()
    await this.#moving
    await this.#link.close()
  }

  #open({ url, tls }: Address): Link {
    const { addresses: _, clock: __, ...common } = this.#options
    const link = openLink({ ...common, url, tls: tlsTrust(tls), issuer: 'provider' })
    link.ready.then(
      () => this.#ready.resolve(),
      () => undefined,
    )
    return link
  }

  /** Stays where it is connected, as long as that is one of the addresses. */
  #look(): void {
    const { addresses, clock } = this.#options
    const all = addresses()
    const at = all.findIndex((address) => keyOf(address) === this.#at)
    if (at !== -1 && this.#link.connected()) this.#since = clock.now()
    if (at !== -1 && (all.length === 1 || clock.now() < this.#since + TRY_MS)) return
    const next = all[(at + 1) % all.length]
    if (next !== undefined) this.#moving = this.#moving.then(() => this.#move(next))
    this.#since = clock.now()
  }

  /** The old connection first: two with one client id would displace each other. */
  async #move(next: Address): Promise<void> {
    if (this.#life === 'closed') return
    this.#at = keyOf(next)
    await this.#link.close()
    if (this.#life !== 'open') return
    try {
      this.#link = this.#open(next)
    } catch (error) {
      // An address that cannot be used is passed over: the next one has its turn.
      this.#options.log.error({ err: error, broker: next.url }, 'not connected')
    }
  }
}

function keyOf({ url, tls }: Address): string {
  return `${url} ${tls}`
}
