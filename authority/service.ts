// The authority's service: answers enrolments, renews access, publishes the keyset, sees which subscribers are there.
import { resolve } from 'node:path'
import {
  enrollTopic,
  keysetTopic,
  presenceTopic,
  requestTopic,
  type SigningKey,
  seconds,
  thumbprint,
} from '@keyside/protocol'
import {
  type Cancel,
  type Clock,
  describeError,
  KeysideError,
  type Link,
  type Logger,
  openLink,
  Quota,
  type RandomBytes,
  readSecret,
  readSigningKey,
  systemRandomBytes,
  takeNextSigningKey,
  tlsTrust,
  whileBusy,
  within,
} from '@keyside/runtime'
import { ACCESS_LIFE, type AccessSigner } from './access.ts'
import { answerAccessRequest } from './access-requests.ts'
import type { AuthorityConfig } from './config.ts'
import { answerEnrolment, type Message } from './enrolment.ts'
import { logEnrolment } from './enrolment-log.ts'
import { engineKids } from './keyset/change.ts'
import { type KeysetFile, signedText } from './keyset/file.ts'
import { KeysetWatch } from './keyset/file-watch.ts'
import { keysetTime } from './keyset/reminder.ts'
import { presenceMessage } from './presence.ts'
import { PublicKeys } from './public-keys.ts'
import { writeLists } from './record/lists.ts'
import type { AuthorityRecord } from './record/record.ts'
import { SubscriberPresence } from './subscriber-presence.ts'

export interface AuthorityDeps {
  readonly log: Logger
  readonly clock: Clock
  /** KEYSIDE_HOME: relative paths of the configuration start here. */
  readonly home: string
  readonly randomBytes?: RandomBytes
}

const LOOK_MS = 250
const STORE_MS = 1_000
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Messages of one client that are looked at in a minute. */
const MAX_MESSAGES = 60
/** Requests for access of one subscriber in an hour. */
const MAX_ACCESS_REQUESTS = 6
/** Invitations are kept so long after their end, to say what became of them, seconds. */
const KEPT = 30 * 86_400

export class Service {
  readonly #config: AuthorityConfig
  readonly #deps: AuthorityDeps & { readonly randomBytes: RandomBytes }
  readonly #record: AuthorityRecord
  readonly #keyset: KeysetWatch
  readonly #access: AccessSigner
  readonly #presence: SubscriberPresence
  readonly #accessQuota = new Quota({ most: MAX_ACCESS_REQUESTS, spanMs: HOUR_MS })
  readonly #messageQuota = new Quota({ most: MAX_MESSAGES, spanMs: 60_000 })
  readonly #keys = new PublicKeys()
  readonly #link: Link
  readonly #cancels: Cancel[]
  #answerKey: SigningKey

  constructor(config: AuthorityConfig, deps: AuthorityDeps, record: AuthorityRecord) {
    const { home, clock, log, randomBytes = systemRandomBytes } = deps
    const { provider, id } = config
    this.#config = config
    this.#deps = { ...deps, randomBytes }
    this.#record = record
    this.#keyset = new KeysetWatch(this.#path(config.keysetFile))
    this.#answerKey = readSigningKey(this.#path(config.answerKeyFile))
    const { audience, issuer, keyFile } = config.access
    const key = readSigningKey(this.#path(keyFile))
    this.#access = { key, provider, audience, issuer, randomBytes }
    this.#presence = new SubscriberPresence(provider, (text) => this.#keys.get(text))
    record.allOffline()
    this.#tidy()
    const tokenFile = resolve(home, config.broker.tokenFile)
    readSecret(tokenFile)
    this.#link = openLink({
      url: config.broker.url,
      plaintext: config.broker.plaintext,
      tls: tlsTrust(config.broker.tls),
      clientId: id,
      token: () => readSecret(tokenFile),
      subscribe: [
        every(enrollTopic(provider, id)),
        every(requestTopic(provider, id)),
        every(presenceTopic(provider, id)),
      ],
      will: this.#presenceMessage('offline'),
      onMessage: (topic, token, retained) => this.#take(topic, token, retained),
      onReady: () => this.#connected(),
      onLost: () => this.#quietly(() => record.allOffline()),
      log,
    })
    this.#cancels = [
      clock.every(LOOK_MS, () => this.#lookAtKeyset()),
      clock.every(STORE_MS, () => this.#quietly(() => this.#presence.store(record))),
      clock.every(DAY_MS, () => this.#daily()),
    ]
    this.#remind()
  }

  get ready(): Promise<void> {
    return this.#link.ready
  }

  async stop(): Promise<void> {
    for (const cancel of this.#cancels) cancel()
    await within(500, this.#send(this.#presenceMessage('offline'), true), this.#deps.clock)
    await this.#link.close()
    this.#quietly(() => this.#presence.store(this.#record))
  }

  #connected(): void {
    void this.#send(this.#presenceMessage('online'), true)
    void this.#publishKeyset()
  }

  /** No message from outside may end the connection or the program. */
  async #take(topic: string, token: string, retained: boolean): Promise<void> {
    const { clock, log } = this.#deps
    const [, , kind, , name = ''] = topic.split('/')
    // Counted before any signature is checked, so that a client that floods uses up only its own quota.
    if (!this.#messageQuota.allows(`${kind}/${name}`, clock.now())) return
    const work = () => {
      if (kind === 'enroll') return this.#enrol(topic, token, name)
      if (kind === 'request') return this.#renew(topic, token, name)
      this.#saw(topic, token, name, retained)
    }
    try {
      await whileBusy(work, clock, this.#busy)
    } catch (error) {
      log.error({ err: describeError(error), topic }, 'a message could not be handled')
    }
  }

  #enrol(topic: string, token: string, invitation: string): void {
    const { log } = this.#deps
    const { provider, randomBytes } = this.#access
    const answer = { key: this.#answerKey, provider, randomBytes }
    const { plans } = this.#keyset.current.claims
    const deps = { record: this.#record, answer, access: this.#access, plans }
    const request = { topic, token, invitation, now: this.#now() }
    const outcome = answerEnrolment(deps, request)
    logEnrolment(log, outcome, invitation)
    // For a repeated enrolment the lists may not be written yet: another program held them at the first one.
    if (outcome.outcome === 'enrolled' || outcome.outcome === 'again') this.#writeLists()
    if (outcome.outcome !== 'ignored') void this.#send(outcome.answer)
  }

  #renew(topic: string, token: string, client: string): void {
    const { log } = this.#deps
    const subscriber = this.#record.subscriber(client)
    if (subscriber === null) return
    const deps = {
      record: this.#record,
      quota: this.#accessQuota,
      access: this.#access,
      answerKey: this.#answerKey,
      randomBytes: this.#deps.randomBytes,
      publicKey: (text: string) => this.#keys.get(text),
    }
    const outcome = answerAccessRequest(deps, subscriber, { topic, token, now: this.#now() })
    if (outcome.outcome !== 'ignored') void this.#send(outcome.response)
    if (outcome.outcome === 'renewed') log.info({ client }, 'a new access token')
    else if (outcome.code !== 'not_ours')
      log.warn({ client, code: outcome.code }, 'a request for a new access token is refused')
  }

  #saw(topic: string, token: string, client: string, retained: boolean): void {
    const subscriber = this.#record.subscriber(client)
    if (subscriber === null) return
    const now = this.#now()
    if (!this.#presence.take(subscriber, { topic, token, retained, now }))
      this.#deps.log.debug({ client }, 'a presence that the subscriber has not signed')
  }

  #lookAtKeyset(): void {
    const { changed, refused } = this.#keyset.look(this.#now())
    if (refused !== undefined) this.#deps.log.error({ code: refused.code }, refused.message)
    if (!changed) return
    this.#remind()
    void this.#publishKeyset()
  }

  /** Subscribers first, then the engine: it must not sign with its next key before they can know it. */
  async #publishKeyset(): Promise<void> {
    const { current } = this.#keyset
    const { claims } = current
    const topic = keysetTopic(this.#config.provider)
    if (!(await this.#send({ topic, token: signedText(current) }, true))) return
    try {
      await whileBusy(() => this.#tellEngine(current), this.#deps.clock, this.#busy)
    } catch (error) {
      this.#deps.log.error({ err: describeError(error) }, 'the engine could not be told of it')
    }
    this.#deps.log.info({ version: claims.version }, 'keyset published')
  }

  #tellEngine(published: KeysetFile): void {
    // Another one was published while this one waited for the record.
    if (this.#keyset.current !== published) return
    const { version, keys, plans } = published.claims
    const kids = keys.map(({ key }) => thumbprint(key))
    const file = this.#path(this.#config.answerKeyFile)
    this.#answerKey = takeNextSigningKey(file, kids) ?? this.#answerKey
    this.#record.markPublished({
      version,
      kids: engineKids(published.claims, this.#now()),
      plans: plans.map(({ plan, markets }) => ({ plan, markets })),
    })
    this.#writeLists()
  }

  #daily(): void {
    void this.#send(this.#presenceMessage('online'), true)
    this.#quietly(() => this.#tidy())
    this.#remind()
  }

  #tidy(): void {
    const now = this.#now()
    this.#record.prune({ refusedBefore: now - ACCESS_LIFE, expiredBefore: now - KEPT })
    this.#writeLists()
  }

  #remind(): void {
    const { state, text } = keysetTime(this.#keyset.current, this.#now())
    if (state === 'ended') this.#deps.log.error({ code: 'keyset_expired' }, text)
    if (state === 'ends_soon') this.#deps.log.warn({ code: 'keyset_ends_soon' }, text)
  }

  #writeLists(): void {
    const { provider, access, subscribersFile } = this.#config
    const accessList = this.#path(access.listFile)
    const files = { accessList, subscribers: this.#path(subscribersFile) }
    writeLists(this.#record, provider, files, this.#now())
  }

  /** False when it was not sent: not connected, or the connection ended. */
  #send({ topic, token }: Message, retain = false): Promise<boolean> {
    return this.#link.publish(topic, token, { retain }).then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof KeysideError && error.code === 'broker_unreachable'))
          this.#deps.log.warn({ err: describeError(error), topic }, 'not sent')
        return false
      },
    )
  }

  #presenceMessage(state: 'online' | 'offline'): Message {
    const { id } = this.#config
    return presenceMessage(this.#answerKey, this.#access, { id, state, now: this.#now() })
  }

  readonly #busy = () => this.#deps.log.warn({ code: 'database_busy' }, 'the record is held')

  /** For work that is repeated anyway: a locked database does not end the program. */
  #quietly(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#deps.log.warn({ err: describeError(error) }, 'put off')
    }
  }

  #path(file: string): string {
    return resolve(this.#deps.home, file)
  }

  #now(): number {
    return seconds(this.#deps.clock.now())
  }
}

/** The filter of a topic for all names of its last level. */
function every(topic: string): string {
  return topic.replace(/[^/]+$/, '+')
}
