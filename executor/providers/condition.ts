// Problems of a provider's connection, kept until they are over; a change of the provider's standing is told.
import type { Address } from '@keyside/protocol'
import type { Clock } from '@keyside/runtime'
import type { ProviderStatus } from '../core/model/provider.ts'
import type { ProviderKeys } from './keys.ts'
import { type ProviderFacts, type Standing, standingOf, UNVERIFIED_MS } from './standing.ts'

export interface ConditionOptions {
  readonly name: string
  readonly address: Address
  readonly keys: ProviderKeys
  readonly keyset: 'pinned' | 'published'
  /** How it stood when it was last heard of. */
  readonly before: ProviderStatus
  readonly clock: Pick<Clock, 'now'>
}

export class Condition {
  readonly #options: ConditionOptions
  #access: 'good' | 'refused' = 'good'
  #blocked: string | null = null
  #unverified: string | null = null
  /** Unix ms, of this device. */
  #goodAt: number
  #downSince: number | null
  #told: Standing | null = null
  /** Whether something has shown that what was told last is over. */
  #heard: 'nothing' | 'connected' | 'good' = 'nothing'

  constructor(options: ConditionOptions) {
    this.#options = options
    this.#goodAt = options.clock.now()
    this.#downSince = options.clock.now()
  }

  /** Something of it was verified. */
  onGood(): void {
    this.#goodAt = this.#options.clock.now()
    this.#unverified = null
    this.#heard = 'good'
  }

  /** A message could not be verified. While valid ones come too, it is somebody else's and proves nothing. */
  onStrange(reason: string): void {
    if (Math.abs(this.#options.clock.now() - this.#goodAt) >= UNVERIFIED_MS)
      this.#unverified = reason
  }

  /** The broker did not take the access token. */
  onRefused(): void {
    this.#access = 'refused'
  }

  /** The connection cannot be trusted. */
  onBlocked(message: string): void {
    this.#blocked = message
  }

  /** Null while nothing has changed. `now`: the exchange's time, Unix ms. */
  look(isConnected: boolean, now: number): Standing | null {
    const { name, address, keys, clock } = this.#options
    if (isConnected) {
      if (this.#heard === 'nothing') this.#heard = 'connected'
      this.#access = 'good'
      this.#blocked = null
    }
    this.#downSince = isConnected ? null : (this.#downSince ?? clock.now())
    const facts = {
      name,
      url: (keys.addresses()[0] ?? address).url,
      conflict: keys.conflict(),
      keyset: this.#keyset(),
      wire: keys.wire(now / 1_000),
      unverified: this.#unverified,
      access: this.#access,
      blocked: this.#blocked,
      downSince: this.#downSince,
    }
    const standing = standingOf(facts, now)
    if (standing.status === this.#told?.status && standing.message === this.#told.message)
      return null
    if (standing.status === 'followed' && !this.#isOver()) return null
    this.#told = standing
    return standing
  }

  /** What was so before a restart is over when something shows it, and not because this device knows nothing yet. */
  #isOver(): boolean {
    const { before } = this.#options
    if (this.#told !== null || before === 'followed' || before === 'removed') return true
    // That it was followed anew shows in its folder.
    if (before === 'equivocated') return true
    return before === 'unverified' ? this.#heard === 'good' : this.#heard !== 'nothing'
  }

  #keyset(): ProviderFacts['keyset'] {
    const { keyset, keys } = this.#options
    if (keyset === 'pinned') return keyset
    const held = keys.held()
    return held === null ? 'missing' : { expires: held.claims.exp * 1_000 }
  }
}
