// The one connection to a provider's broker, at one of the addresses that its keyset names; another when the keyset moves it.
import type { Address } from '@keyside/protocol'
import {
  type Cancel,
  type Clock,
  type Link,
  type LinkOptions,
  openLink,
  tlsTrust,
} from '@keyside/runtime'

/** Where it was connected, an address is tried for so long before the next, ms: a broker that restarts is back by then. */
const TRY_MS = 15_000

type Common = Pick<
  LinkOptions,
  'clientId' | 'token' | 'subscribe' | 'will' | 'onMessage' | 'onReady' | 'onTrouble' | 'log'
> & { readonly plaintext: 'yes' | 'no' }

export interface ProviderLinkOptions extends Common {
  /** Never empty, the one that was told last at the end. Read anew before each try. */
  readonly addresses: () => readonly Address[]
  readonly clock: Pick<Clock, 'now' | 'every'>
  readonly reach?: ((url: string) => void) | undefined
}

export class ProviderLink {
  readonly #options: ProviderLinkOptions
  readonly #cancel: Cancel
  readonly #ready = Promise.withResolvers<void>()
  /** How many addresses wait for the one try that each has at a start. */
  #untried: number
  #link: Link
  #at: string
  /** Unix ms. */
  #since: number
  #life: 'open' | 'closed' = 'open'
  #moving: Promise<void> = Promise.resolve()

  /** Throws `address_invalid`. */
  constructor(options: ProviderLinkOptions) {
    this.#options = options
    const all = options.addresses()
    // A provider that moves adds the new place at the end: it may have moved while this program was not running.
    const newest = all.at(-1)
    if (newest === undefined) throw new RangeError('a provider has at least one address')
    this.#untried = all.length - 1
    this.#at = keyOf(newest)
    this.#since = options.clock.now()
    this.#link = this.#open(newest)
    this.#cancel = options.clock.every(1_000, () => this.#look())
  }

  /** Resolves when connected and subscribed for the first time. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  connected(): boolean {
    return this.#link.connected()
  }

  subscribed(): boolean {
    return this.#link.subscribed()
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
    const { addresses: _, clock: __, reach, ...common } = this.#options
    reach?.(url)
    let tries = 0
    const link: Link = openLink({
      ...common,
      url,
      tls: tlsTrust(tls),
      issuer: 'provider',
      onLost: () => {
        tries += 1
        if (tries === 1) this.#tryNext()
      },
      // An error at one address is not reported while another address may work.
      onTrouble: (trouble) => {
        if (this.#untried === 0 || link.connected()) common.onTrouble?.(trouble)
      },
      onReady: () => {
        this.#untried = 0
        common.onReady?.()
      },
    })
    link.ready.then(
      () => this.#ready.resolve(),
      () => undefined,
    )
    return link
  }

  /** At a start, after a try that failed. */
  #tryNext(): void {
    if (this.#untried === 0) return
    this.#untried -= 1
    this.#leave(this.#options.addresses())
  }

  /** Stays where it is connected, as long as that is one of the addresses. */
  #look(): void {
    const { addresses, clock } = this.#options
    const all = addresses()
    const isNamed = all.some((address) => keyOf(address) === this.#at)
    if (isNamed && this.#link.connected()) this.#since = clock.now()
    if (isNamed && (all.length === 1 || clock.now() < this.#since + TRY_MS)) return
    this.#leave(all)
  }

  /** For the next one of the list, and for the first after the last. */
  #leave(all: readonly Address[]): void {
    const at = all.findIndex((address) => keyOf(address) === this.#at)
    const next = all[(at + 1) % all.length]
    if (next !== undefined) this.#moving = this.#moving.then(() => this.#move(next))
    this.#since = this.#options.clock.now()
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
