// The provider's side of a home, for commands. Each change is written at once to the lists that broker and engine watch.
import { resolve } from 'node:path'
import { seconds, thumbprint } from '@keyside/protocol'
import { type Clock, KeysideError, LONG_BUSY_TIMEOUT_MS, type RandomBytes } from '@keyside/runtime'
import type { AuthorityConfig } from './config.ts'
import { type Invited, type InviteInput, invite, unknownSubscriber } from './invite.ts'
import { loadKeyset } from './keyset/file-watch.ts'
import { writeLists } from './record/lists.ts'
import { AuthorityRecord } from './record/record.ts'
import type { Invitation, Subscriber } from './record/rows.ts'

export interface ProviderDeps {
  /** KEYSIDE_HOME: relative paths of the configuration start here. */
  readonly home: string
  readonly config: AuthorityConfig
  readonly clock: Clock
  readonly randomBytes: RandomBytes
}

export class Provider {
  readonly #deps: ProviderDeps
  readonly #record: AuthorityRecord

  /** The authority may run meanwhile. Throws `database_busy`. */
  constructor(deps: ProviderDeps) {
    this.#deps = deps
    this.#record = new AuthorityRecord(
      resolve(deps.home, deps.config.database),
      LONG_BUSY_TIMEOUT_MS,
    )
  }

  close(): void {
    this.#record.close()
  }

  invite(input: InviteInput): Invited {
    const { home, config, randomBytes } = this.#deps
    const keyset = loadKeyset(resolve(home, config.keysetFile))
    const parts = { record: this.#record, keyset, reserved: [config.id], randomBytes }
    const invited = invite({ ...parts, now: this.#now() }, input)
    this.#writeLists()
    return invited
  }

  invitation(id: string): Invitation | null {
    return this.#record.invitation(id)
  }

  /** Valid and unused, oldest first. */
  openInvitations(): Invitation[] {
    const now = this.#now()
    return this.#record
      .invitations()
      .filter(({ state, expires }) => state === 'open' && now < expires)
  }

  /** Each with the thumbprint of its key, as its device shows it. */
  subscribers(): (Subscriber & { readonly kid: string })[] {
    return this.#record.subscribers().map((each) => ({ ...each, kid: thumbprint(each.key) }))
  }

  /** How often a second device came with the invitation of a subscriber. */
  secondDevices(client: string): number {
    const invitations = this.#record.invitations().filter((each) => each.client === client)
    return invitations.reduce((sum, { others }) => sum + others, 0)
  }

  /** Of a subscriber, or of somebody who is invited. Throws `subscriber_unknown`. */
  requireName(client: string): void {
    const isInvited = this.openInvitations().some((each) => each.client === client)
    if (this.#record.subscriber(client) === null && !isInvited) throw unknownSubscriber(client)
  }

  /** Shuts the subscriber out, within a second. Throws `subscriber_unknown`. */
  remove(client: string): void {
    this.requireName(client)
    this.#record.remove(client, this.#now())
    this.#writeLists()
  }

  /** The broker drops a client that is no subscriber within a second: none of its tokens counts any more. */
  shutOut(client: string): void {
    this.#record.remove(client, this.#now())
    this.#writeLists()
  }

  /**
   * Sets the end of a subscription: `days` after the present end. Throws `subscriber_unknown`, or `subscription_ended`
   * for a subscription that has ended or was removed: its device can renew nothing any more.
   */
  renew(client: string, days: number): Subscriber {
    const subscriber = this.#record.subscriber(client)
    if (subscriber === null) throw unknownSubscriber(client)
    const { until, removed } = subscriber
    if (removed !== null || until <= this.#now())
      throw new KeysideError(
        'subscription_ended',
        `${client} is shut out, or the subscription has ended, and its device can ask for nothing any more: send a new link with "keyside invite ${client} --replace --days ${days}"`,
      )
    const renewed = until + days * 86_400
    this.#record.renew(client, renewed)
    this.#writeLists()
    return { ...subscriber, until: renewed }
  }

  #writeLists(): void {
    const { home, config } = this.#deps
    const { provider, access, subscribersFile } = config
    const accessList = resolve(home, access.listFile)
    const files = { accessList, subscribers: resolve(home, subscribersFile) }
    writeLists(this.#record, provider, files, this.#now())
  }

  #now(): number {
    return seconds(this.#deps.clock.now())
  }
}
