// Publishes the signals of the outbox and the heads of all streams whenever the broker is connected.
import { intentTopic, seconds, signalTopic } from '@keyside/protocol'
import {
  type Cancel,
  type Clock,
  describeError,
  instant,
  isBusy,
  KeysideError,
  type Link,
  type LinkOptions,
  type Logger,
  openLink,
  type Retry,
  type Trace,
  within,
} from '@keyside/runtime'
import { type AlertInput, Alerts } from './alerts.ts'
import { Heads } from './heads.ts'
import type { Outbox, SignedSignal } from './outbox.ts'
import { HEAD_PERIOD, type Message, presenceMessage } from './retained-messages.ts'
import type { Signer } from './signer.ts'

export interface PublisherOptions {
  readonly broker: Pick<LinkOptions, 'url' | 'token' | 'plaintext' | 'tls' | 'reconnectMs'>
  readonly signer: Signer
  readonly outbox: Outbox
  /** Who may ask the engine something: where, and what is told at once. Nobody asks where it is left out. */
  readonly asked?: {
    readonly filter: string
    readonly onRequest: (topic: string, token: string) => Message | null
  }
  /** What programs want of their streams. */
  readonly onIntent: (topic: string, token: string) => void
  /** Decisions are still being made: heads wait. */
  readonly isBusy: () => boolean
  /** For every step on the outbox, which another program may hold. */
  readonly retry: Retry
  readonly clock: Clock
  readonly log: Logger
  readonly trace: Trace
}

const DAY_MS = 86_400_000
/** Delay before the outbox is updated, so that the signals themselves get network, disk and CPU first. */
const FLUSH_MS = 50
/** A turn of the event loop sends no longer than this, ms. */
const SLICE_MS = 20

export class Publisher {
  readonly #options: PublisherOptions
  readonly #link: Link
  readonly #heads: Heads
  readonly #alerts: Alerts
  /** To be sent, in this order. */
  #outgoing: SignedSignal[] = []
  /** Signals in flight or not yet marked in the outbox, by `jti`. */
  readonly #inFlight = new Set<string>()
  readonly #cancels: Cancel[]
  /** Acknowledged, but not yet marked in the outbox: after a crash they are sent again, and executors ignore them. */
  #sent: string[] = []
  /** Expired before they could be sent, and not yet marked so. */
  #missed: string[] = []
  /** The outbox may hold signals that are not in `#outgoing`, and come first. */
  #behind = true
  #next: NodeJS.Immediate | undefined
  #cancelFlush: Cancel | undefined

  constructor(options: PublisherOptions) {
    this.#options = options
    const { broker, signer, outbox, clock, log, asked, isBusy } = options
    this.#link = openLink({
      ...broker,
      clientId: signer.client,
      subscribe: [
        every(intentTopic(signer.issuer, signer.client)),
        ...(asked ? [asked.filter] : []),
      ],
      will: presenceMessage(signer, 'offline', this.#now()),
      onMessage: (topic, token) => this.#asked(topic, token),
      onReady: () => this.#connected(),
      log,
    })
    const signalsFirst = () => isBusy() || this.#outgoing.length > 0
    this.#alerts = new Alerts({ ...options, link: this.#link, isBusy: signalsFirst })
    this.#heads = new Heads({
      signer,
      row: (stream) => outbox.stream(stream),
      isBusy: signalsFirst,
      send: (message) => void this.#retain(message),
      clock,
    })
    this.#cancels = [
      clock.every(HEAD_PERIOD * 1000, () => this.#catchUp()),
      clock.every(DAY_MS, () => this.#presence('online')),
    ]
  }

  /** Resolves at the first connection, rejects with `broker_refused` for a wrong access token. */
  get ready(): Promise<void> {
    return this.#link.ready
  }

  /** All heads at once, when what they say of the keyset has changed. */
  renewHeads(): void {
    this.#heads.all()
  }

  /** From now on the heads of its plan name this stream. */
  follow(stream: string, plan: string): void {
    this.#heads.follow(stream, plan)
  }

  /** The last head that named it expires by itself. */
  unfollow(stream: string): void {
    this.#heads.unfollow(stream)
  }

  /** What strategies say without an order: after the signals, and once. */
  alert(alerts: readonly AlertInput[]): void {
    this.#alerts.add(alerts)
  }

  /** A message that is not kept: what it tells is over when the broker is away. */
  say({ topic, token }: Message): void {
    this.#link.publish(topic, token).catch(this.#notSent)
  }

  /** Sends what the outbox has committed, and the new heads a moment after. */
  announce(signals: readonly SignedSignal[]): void {
    for (const { plan } of signals) this.#heads.changed(plan)
    if (this.#behind) this.#catchUp()
    else {
      this.#outgoing.push(...signals)
      this.#send()
    }
  }

  async stop(): Promise<void> {
    for (const cancel of this.#cancels) cancel()
    this.#heads.stop()
    this.#alerts.stop()
    this.#flushUnlessBusy()
    // The broker drops the will at a clean DISCONNECT, so the offline presence is published.
    await within(500, this.#presence('offline'), this.#options.clock)
    await this.#link.close()
    clearImmediate(this.#next)
    this.#cancelFlush?.()
    this.#flushUnlessBusy()
  }

  #connected(): void {
    this.#options.log.info({ broker: this.#options.broker.url }, 'connected to the broker')
    void this.#presence('online')
    this.#behind = true
    this.#catchUp()
    this.#heads.all()
  }

  #asked(topic: string, token: string): void {
    const { asked, onIntent, log, signer } = this.#options
    try {
      if (topic.startsWith(every(intentTopic(signer.issuer, signer.client)).slice(0, -1))) {
        onIntent(topic, token)
        return
      }
      const response = asked?.onRequest(topic, token)
      if (response) this.say(response)
    } catch (error) {
      // No request of a subscriber or a program may end the connection that sends the signals.
      log.error({ err: describeError(error), topic }, 'a request could not be answered')
    }
  }

  /** What the outbox holds and could not be sent, once for each connection. */
  #catchUp(): void {
    if (!this.#behind || !this.#link.connected()) return
    this.#options.retry.run(() => {
      if (!this.#behind) return
      const known = new Set(this.#missed)
      const isNew = ({ jti }: SignedSignal) => !this.#inFlight.has(jti) && !known.has(jti)
      this.#outgoing = this.#options.outbox.unsent().filter(isNew)
      this.#behind = false
      this.#send()
    })
  }

  #send(): void {
    clearImmediate(this.#next)
    const end = performance.now() + SLICE_MS
    const now = this.#now()
    let at = 0
    while (at < this.#outgoing.length && performance.now() < end) {
      const signal = this.#outgoing[at++]
      if (signal === undefined) break
      if (signal.exp <= now) this.#miss(signal)
      else this.#sendOne(signal).catch(this.#notSent)
    }
    this.#outgoing = this.#outgoing.slice(at)
    if (this.#outgoing.length > 0) this.#next = setImmediate(() => this.#send())
  }

  #miss({ jti, stream, seq }: SignedSignal): void {
    this.#options.log.warn(
      { stream, seq },
      'signal expired before it could be sent: executors follow the head',
    )
    this.#missed.push(jti)
    this.#flushLater()
  }

  async #sendOne({ jti, plan, token }: SignedSignal): Promise<void> {
    this.#inFlight.add(jti)
    try {
      const given = instant()
      await this.#link.publish(signalTopic(this.#options.signer.issuer, plan), token)
      // When the broker had it: its acknowledgement races with what it delivers.
      this.#options.trace('published', jti, given)
      this.#sent.push(jti)
      this.#flushLater()
    } catch (error) {
      this.#inFlight.delete(jti)
      this.#behind = true
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
    const { outbox } = this.#options
    if (this.#missed.length > 0) outbox.markMissed(this.#missed)
    this.#missed = []
    if (this.#sent.length > 0) outbox.markSent(this.#sent)
    for (const jti of this.#sent) this.#inFlight.delete(jti)
    this.#sent = []
  }

  /** At shutdown there is no retry: what is not marked is sent again at the next start, and ignored. */
  #flushUnlessBusy(): void {
    try {
      this.#flush()
    } catch (error) {
      if (!isBusy(error)) throw error
    }
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
export function every(topic: string): string {
  return topic.replace(/[^/]+$/, '+')
}
