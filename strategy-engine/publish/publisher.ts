// Publishes the signals of the outbox and the heads of all streams whenever the broker is connected.
import { requestTopic, seconds, signalTopic } from '@keyside/protocol'
import {
  type Cancel,
  type Clock,
  describeError,
  isBusy,
  KeysideError,
  type Link,
  type LinkOptions,
  type Logger,
  openLink,
  type Retry,
  type Trace,
} from '@keyside/runtime'
import type { Outbox, SignedSignal } from './outbox.ts'
import { HEAD_PERIOD, headMessage, type Message, presenceMessage } from './retained-messages.ts'
import type { Signer } from './signer.ts'

export interface PublisherOptions {
  readonly broker: Pick<LinkOptions, 'url' | 'token' | 'plaintext' | 'tls' | 'reconnectMs'>
  readonly signer: Signer
  readonly outbox: Outbox
  /** What subscribers ask, and what they are told; an engine of one's own is asked nothing. */
  readonly onRequest?: (topic: string, token: string) => Message | null
  /** For every step on the outbox, which another program may hold. */
  readonly retry: Retry
  readonly clock: Clock
  readonly log: Logger
  readonly trace: Trace
}

const DAY_MS = 86_400_000
/** Delay before the outbox is updated and heads are sent, so that the signal itself gets network, disk and CPU first. */
const FLUSH_MS = 50

export class Publisher {
  readonly #options: PublisherOptions
  readonly #link: Link
  /** The plan of each stream that runs. */
  readonly #plans = new Map<string, string>()
  /** Signals in flight or not yet marked as sent, by `jti`. */
  readonly #inFlight = new Set<string>()
  readonly #cancels: Cancel[]
  /** Acknowledged, but not yet marked in the outbox: after a crash they are sent again, and executors ignore them. */
  readonly #sent = new Set<string>()
  /** Plans whose head is not yet republished. */
  readonly #dirty = new Set<string>()
  #cancelFlush: Cancel | undefined

  constructor(options: PublisherOptions) {
    this.#options = options
    const { broker, signer, clock, log, onRequest } = options
    this.#link = openLink({
      ...broker,
      clientId: signer.client,
      subscribe: onRequest ? [every(requestTopic(signer.issuer, signer.client))] : [],
      will: presenceMessage(signer, 'offline', this.#now()),
      onMessage: (topic, token) => this.#asked(topic, token),
      onReady: () => this.#connected(),
      log,
    })
    this.#cancels = [
      clock.every(HEAD_PERIOD * 1000, () => this.#refresh()),
      clock.every(DAY_MS, () => this.#presence('online')),
    ]
  }

  /** Resolves at the first connection, rejects with `broker_refused` for a wrong access token. */
  get ready(): Promise<void> {
    return this.#link.ready
  }

  /** All heads at once, when what they say of the keyset has changed. */
  renewHeads(): void {
    this.#refresh()
  }

  /** From now on the heads of its plan name this stream. */
  follow(stream: string, plan: string): void {
    this.#plans.set(stream, plan)
    this.#dirty.add(plan)
    this.#flushLater()
  }

  /** The last head that named it expires by itself. */
  unfollow(stream: string): void {
    this.#plans.delete(stream)
  }

  /** Sends the outbox at once, and the new head after FLUSH_MS. */
  announce({ plan }: SignedSignal): void {
    this.#send()
    this.#dirty.add(plan)
    this.#flushLater()
  }

  async stop(): Promise<void> {
    for (const cancel of this.#cancels) cancel()
    this.#flushUnlessBusy()
    // The broker drops the will at a clean DISCONNECT, so the offline presence is published.
    const said = this.#presence('offline')
    await Promise.race([said, new Promise((done) => this.#options.clock.after(500, () => done(0)))])
    await this.#link.close()
    this.#cancelFlush?.()
    this.#flushUnlessBusy()
  }

  #connected(): void {
    this.#options.log.info({ broker: this.#options.broker.url }, 'connected to the broker')
    void this.#presence('online')
    this.#refresh()
  }

  #asked(topic: string, token: string): void {
    const { onRequest, log } = this.#options
    try {
      const response = onRequest?.(topic, token)
      if (response) void this.#link.publish(response.topic, response.token).catch(this.#notSent)
    } catch (error) {
      // Nothing that a subscriber asks may end the connection on which the signals go out.
      log.error({ err: describeError(error), topic }, 'a request could not be answered')
    }
  }

  #refresh(): void {
    this.#send()
    this.#dirty.clear()
    for (const plan of new Set(this.#plans.values())) this.#head(plan)
  }

  #send(): void {
    this.#options.retry.run(() => this.#sendNow())
  }

  #sendNow(): void {
    const { outbox, log } = this.#options
    for (const { stream, seq } of outbox.dropExpired(this.#now()))
      log.warn({ stream, seq }, 'signal expired before it could be sent: executors follow the head')
    for (const signal of outbox.unsent())
      if (!this.#inFlight.has(signal.jti)) this.#sendOne(signal).catch(this.#notSent)
  }

  async #sendOne({ jti, plan, token }: SignedSignal): Promise<void> {
    this.#inFlight.add(jti)
    try {
      await this.#link.publish(signalTopic(this.#options.signer.issuer, plan), token)
      this.#options.trace('published', jti)
      this.#sent.add(jti)
      this.#flushLater()
    } catch (error) {
      this.#inFlight.delete(jti)
      throw error
    }
  }

  #flushLater(): void {
    this.#cancelFlush ??= this.#options.clock.after(FLUSH_MS, () => {
      this.#cancelFlush = undefined
      this.#options.retry.run(() => this.#flush())
    })
  }

  #flush(): void {
    for (const jti of this.#sent) {
      this.#options.outbox.markSent(jti)
      this.#inFlight.delete(jti)
      this.#sent.delete(jti)
    }
    for (const plan of this.#dirty) this.#head(plan)
    this.#dirty.clear()
  }

  /** At shutdown there is no retry: what is not marked is sent again at the next start, and ignored. */
  #flushUnlessBusy(): void {
    try {
      this.#flush()
    } catch (error) {
      if (!isBusy(error)) throw error
    }
  }

  /** Reads at once, without queueing behind a locked write. */
  #head(plan: string): void {
    try {
      this.#headNow(plan)
    } catch (error) {
      if (!isBusy(error)) throw error
      this.#options.retry.run(() => this.#headNow(plan))
    }
  }

  #headNow(plan: string): void {
    const { outbox, signer } = this.#options
    const streams = [...this.#plans].flatMap(([name, its]) => (its === plan ? [name] : []))
    const rows = streams.flatMap((name) => outbox.stream(name) ?? [])
    if (rows.length > 0) void this.#retain(headMessage(signer, plan, rows, this.#now()))
  }

  #presence(state: 'online' | 'offline'): Promise<void> {
    return this.#retain(presenceMessage(this.#options.signer, state, this.#now()))
  }

  #retain({ topic, token }: Message): Promise<void> {
    return this.#link.publish(topic, token, { retain: true }).catch(this.#notSent)
  }

  // While disconnected this is expected: everything is sent at the next connection.
  readonly #notSent = (error: unknown): void => {
    if (error instanceof KeysideError && error.code === 'broker_unreachable') return
    this.#options.log.warn({ err: describeError(error) }, 'not sent, trying again')
  }

  #now(): number {
    return seconds(this.#options.clock.now())
  }
}

/** The filter of a topic for all names of its last level. */
function every(topic: string): string {
  return topic.replace(/[^/]+$/, '+')
}
