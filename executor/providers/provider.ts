// One provider: its link, its keys, and how it stands. Whatever it sends ends here or becomes an input of the core.
import {
  type Address,
  headTopic,
  keysetTopic,
  responseTopic,
  type SigningKey,
  signalTopic,
  verify,
} from '@keyside/protocol'
import {
  type Cancel,
  type Clock,
  instant,
  type LinkTrouble,
  type Logger,
  type RandomBytes,
  SignedRequests,
  type Trace,
} from '@keyside/runtime'
import type { Input } from '../core/execution/inputs.ts'
import type { ProviderStatus } from '../core/model/provider.ts'
import { type AccessFiles, renewProviderAccess } from './access-renewal.ts'
import { Condition } from './condition.ts'
import { FloodGate } from './flood-gate.ts'
import type { ProviderKeys } from './keys.ts'
import { keysetNews } from './keyset-news.ts'
import { ProviderLink } from './link.ts'
import { SubscriberPresence } from './presence.ts'
import { RefusedKeysets } from './refused-keysets.ts'
import { type AskReplay, openReplayed } from './replay.ts'
import { aboutKeys } from './standing.ts'
import { verifyFromProvider } from './verify-message.ts'

/** What a provider gets from the program around it. */
export interface ProviderDeps {
  /** Durable when it is done; then comes the PUBACK. */
  readonly take: (input: Input) => Promise<void> | undefined
  /** The same for what nobody acknowledges. */
  readonly tryTake: (input: Input) => void
  /** The exchange's time, Unix ms. */
  readonly time: () => number
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly trace: Trace
  readonly log: Logger
  /** Called before a connection to this address. */
  readonly reach?: (url: string) => void
}

export interface ProviderOptions extends ProviderDeps {
  /** The device's own name for it. */
  readonly name: string
  /** What it calls itself. */
  readonly issuer: string
  /** Fingerprint of its root. */
  readonly root: string
  /** Which terms the trader accepted: versions by plan. */
  readonly terms: ReadonlyMap<string, number>
  /** This device's MQTT client id there. */
  readonly client: string
  readonly plans: readonly string[]
  /** Where its broker is as long as no keyset says. */
  readonly address: Address
  readonly plaintext: 'yes' | 'no'
  readonly token: () => string
  /** Null where no token can be asked for. */
  readonly access: AccessFiles | null
  readonly keys: ProviderKeys
  readonly keyset: 'pinned' | 'published'
  /** Signs requests and presence; null: there are none. */
  readonly key: SigningKey | null
  /** How it stood when it was last heard of. */
  readonly before: ProviderStatus
}

const LOOK_MS = 1_000

export class Provider {
  readonly #options: ProviderOptions
  readonly #link: ProviderLink
  readonly #gate: FloodGate
  readonly #requests: SignedRequests | null
  readonly #cancels: Cancel[] = []
  readonly #condition: Condition
  readonly #presence: SubscriberPresence
  readonly #refusedKeysets = new RefusedKeysets()

  /** Throws `address_invalid`. */
  constructor(options: ProviderOptions) {
    const { clock, key, issuer, client, randomBytes } = options
    this.#options = options
    this.#gate = new FloodGate(clock)
    this.#condition = new Condition(options)
    this.#presence = new SubscriberPresence({ ...options, time: () => this.#time() })
    this.#requests =
      key === null
        ? null
        : new SignedRequests({
            issuer,
            client,
            key,
            publish: (topic, token) => this.#link.publish(topic, token),
            time: () => this.#time(),
            clock,
            randomBytes,
          })
    this.#link = this.#open()
    this.#look()
    this.#cancels.push(clock.every(LOOK_MS, () => this.#look()))
    const renewal = this.#renewal()
    if (renewal !== null) this.#cancels.push(renewal)
  }

  /** Resolves when connected and subscribed for the first time. */
  get ready(): Promise<void> {
    return this.#link.ready
  }

  /** Null without an answer: whoever asks asks again. */
  async replay(effect: AskReplay): Promise<Input | null> {
    const { name, issuer, keys, log } = this.#options
    const { plan, stream, after } = effect
    const answer = await this.#requests?.ask({ do: 'replay', plan, stream, after })
    if (answer?.do === 'refused') log.warn({ provider: name, code: answer.code }, answer.message)
    if (answer?.do !== 'replay' || answer.plan !== plan || answer.stream !== stream) return null
    const opening = { keyring: keys.keyring(), issuer, plan, stream, now: this.#time() / 1_000 }
    const signals = openReplayed(answer.tokens, opening)
    return { type: 'replayed', provider: name, stream, signals, more: answer.more ? 'yes' : 'no' }
  }

  async close(): Promise<void> {
    for (const cancel of this.#cancels.splice(0)) cancel()
    this.#requests?.stop()
    await this.#presence.leave(this.#link)
    await this.#link.close()
  }

  #open(): ProviderLink {
    const { issuer, client, plans, keys, address, plaintext, token, keyset, key, clock, log } =
      this.#options
    const will = this.#presence.will()
    return new ProviderLink({
      addresses: () => {
        const moved = keys.addresses()
        return moved.length > 0 ? moved : [address]
      },
      clientId: client,
      plaintext,
      token,
      // The keyset before what it is needed for.
      subscribe: [
        ...(keyset === 'published' ? [keysetTopic(issuer)] : []),
        ...(key === null ? [] : [responseTopic(issuer, client)]),
        ...plans.flatMap((plan) => [headTopic(issuer, plan), signalTopic(issuer, plan)]),
      ],
      ...(will && { will }),
      onMessage: (topic, message, retained) => {
        const wait = this.#gate.pass()
        if (wait === undefined) return this.#receive(topic, message, retained)
        return wait.then(() => this.#receive(topic, message, retained))
      },
      onReady: () => this.#presence.announce(this.#link),
      onTrouble: (trouble) => this.#onTrouble(trouble),
      clock,
      log,
      reach: this.#options.reach,
    })
  }

  #receive(topic: string, token: string, retained: boolean): Promise<void> | undefined {
    const { issuer, client } = this.#options
    if (topic === keysetTopic(issuer)) return this.#onKeyset(token)
    if (topic === responseTopic(issuer, client)) return this.#onResponse(topic, token)
    return this.#onSignal(topic, token, retained)
  }

  #onSignal(topic: string, token: string, retained: boolean): Promise<void> | undefined {
    const { name, keys, take, trace, log } = this.#options
    const received = instant()
    if (!this.#countsNow()) return undefined
    const input = verifyFromProvider(
      { name, keyring: keys.keyring() },
      { topic, token, retained, now: this.#time() },
    )
    if (input.type === 'invalid_message') {
      // What a broker has kept of an engine that is gone: its silence is told.
      if (retained && input.code === 'expired') return undefined
      const reason = aboutKeys(input.code)
      if (reason !== null) this.#condition.onStrange(reason)
      // What is wrong with the keys is told once, as the provider's standing.
      if (reason === null || input.code === 'signature_invalid') return take(input)
      log.debug({ provider: name, code: input.code }, reason)
      return undefined
    }
    this.#condition.onGood()
    if (input.type === 'signal') {
      trace('received', input.claims.jti, received)
      trace('verified', input.claims.jti)
    }
    return take(input)
  }

  async #onKeyset(text: string): Promise<void> {
    const { name: provider, issuer, keys, plans, terms, take, log } = this.#options
    const before = keys.held()
    const taken = keys.take(text, this.#time() / 1_000)
    switch (taken.result) {
      case 'same':
        return
      case 'conflict':
        return this.#look()
      case 'refused': {
        log.warn({ provider, code: taken.code }, taken.message)
        const told = this.#refusedKeysets.tell(taken)
        if (told !== null)
          await take({ type: 'invalid_message', ...told, topic: keysetTopic(issuer), provider })
        return
      }
      case 'newer': {
        this.#condition.onGood()
        this.#refusedKeysets.onTaken()
        log.info({ provider, version: taken.keyset.version }, 'a new keyset')
        const { claims } = taken.keyset
        const news = keysetNews(before?.claims ?? null, claims, { plans, terms })
        await take({ ...keysetInput(provider, taken.keyset), news })
        return this.#look()
      }
    }
  }

  async #onResponse(topic: string, token: string): Promise<void> {
    const { name, keys, client, log } = this.#options
    if (!this.#countsNow()) return
    const verified = verify(token, keys.keyring(), {
      kinds: ['response'],
      audience: client,
      now: this.#time() / 1_000,
      topic,
    })
    if (verified.ok) this.#requests?.onResponse(verified.claims)
    else log.warn({ provider: name, code: verified.code }, verified.message)
  }

  /** A keyset whose end has come vouches for nothing. */
  #countsNow(): boolean {
    const { keyset, keys } = this.#options
    if (keyset === 'pinned') return true
    const now = this.#time() / 1_000
    const held = keys.held()
    return held !== null && now < held.claims.exp && keys.wire(now) === 'known'
  }

  /** No clock that is right is before what the root has signed. */
  #time(): number {
    return Math.max(this.#options.time(), this.#options.keys.floor() * 1_000)
  }

  #onTrouble({ code, message }: LinkTrouble): void {
    const { name, tryTake } = this.#options
    if (code === 'client_taken_over' || (code === 'broker_refused' && this.#link.connected())) {
      const notice = { level: 'error', code, message: `${name}: ${message}` } as const
      tryTake({ type: 'notice', notice })
      return
    }
    if (code === 'broker_refused') this.#condition.onRefused()
    else this.#condition.onBlocked(message)
    this.#look()
  }

  /** Tells how it stands when that has changed. */
  #look(): void {
    const { name, root, tryTake } = this.#options
    const terms = [...this.#options.terms].map((each) => each.join(' ')).join(', ')
    const told = this.#condition.look(this.#link.connected(), this.#time())
    if (told !== null) tryTake({ type: 'provider', provider: name, root, terms, ...told })
  }

  #renewal(): Cancel | null {
    const { access, ...options } = this.#options
    const requests = this.#requests
    if (requests === null || access === null) return null
    return renewProviderAccess({
      ...options,
      files: access,
      ask: (ask) => requests.ask(ask),
      subscribed: () => this.#link.subscribed(),
      time: () => this.#time(),
    })
  }
}

/** For the core, which remembers what it has seen. */
export function keysetInput(
  provider: string,
  { version, hash, root, claims }: NonNullable<ReturnType<ProviderKeys['held']>>,
): Extract<Input, { type: 'keyset' }> {
  const { iat, exp, revoked } = claims
  return { type: 'keyset', provider, version, hash, root, iat, exp, revoked, news: '' }
}
