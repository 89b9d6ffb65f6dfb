// Questions to a provider and their answers, each matched by the request's `jti`; one that is not answered is forgotten.
import {
  type ProviderRequest,
  type ProviderResponse,
  requestTopic,
  type SigningKey,
  seconds,
  sign,
} from '@keyside/protocol'
import type { Cancel, Clock } from './clock.ts'
import { newJti, type RandomBytes } from './random.ts'

/** What a request lives, and so the longest wait for its answer, s. */
const LIFE_S = 30
/** The provider has a quota for each subscriber: more than these at one time are not asked. */
const MAX_OPEN = 16

export type Ask = ProviderRequest['ask']
export type ResponseAnswer = ProviderResponse['answer']

export interface SignedRequestsOptions {
  /** Level of the topics, `aud`. */
  readonly issuer: string
  /** Who asks, `iss`. */
  readonly client: string
  readonly key: SigningKey
  readonly publish: (topic: string, token: string) => Promise<void>
  /** Unix ms, as messages are stamped. */
  readonly time: () => number
  readonly clock: Pick<Clock, 'after'>
  readonly randomBytes: RandomBytes
}

interface Open {
  readonly resolve: (answer: ResponseAnswer | null) => void
  readonly cancel: Cancel
}

export class SignedRequests {
  readonly #options: SignedRequestsOptions
  readonly #open = new Map<string, Open>()

  constructor(options: SignedRequestsOptions) {
    this.#options = options
  }

  /** Null without an answer: not connected, too many at one time, or none came. Never rejects. */
  ask(ask: Ask): Promise<ResponseAnswer | null> {
    const { issuer, client, key, publish, time, clock, randomBytes } = this.#options
    if (this.#open.size >= MAX_OPEN) return Promise.resolve(null)
    const jti = newJti(randomBytes)
    const iat = seconds(time())
    const claims: ProviderRequest = { iss: client, aud: issuer, iat, exp: iat + LIFE_S, jti, ask }
    const { promise, resolve } = Promise.withResolvers<ResponseAnswer | null>()
    this.#open.set(jti, {
      resolve,
      cancel: clock.after(LIFE_S * 1_000, () => this.#close(jti, null)),
    })
    publish(requestTopic(issuer, client), sign('request', claims, key)).catch(() =>
      this.#close(jti, null),
    )
    return promise
  }

  /** Of a verified response. One that nobody waits for any more has nothing to say. */
  onResponse({ to, answer }: Pick<ProviderResponse, 'to' | 'answer'>): void {
    this.#close(to, answer)
  }

  stop(): void {
    for (const jti of [...this.#open.keys()]) this.#close(jti, null)
  }

  #close(jti: string, answer: ResponseAnswer | null): void {
    const open = this.#open.get(jti)
    if (open === undefined) return
    this.#open.delete(jti)
    open.cancel()
    open.resolve(answer)
  }
}
