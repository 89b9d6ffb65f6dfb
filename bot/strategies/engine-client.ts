// Requests about strategies to the engine of the same home, signed by the bot, and the engine's answers.
import {
  HOME,
  keyring,
  type ProviderRequest,
  type ProviderResponse,
  responseTopic,
  type SigningKey,
  seconds,
  verify,
} from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import {
  type Clock,
  type Link,
  type Logger,
  type RandomBytes,
  SignedRequests,
} from '@keyside/runtime'

export type Ask = ProviderRequest['ask']
export type EngineAnswer = ProviderResponse['answer']

export interface EngineClientOptions {
  /** The bot's own id. */
  readonly bot: string
  readonly key: SigningKey
  /** Public key of the engine. */
  readonly engine: string
  readonly link: () => Pick<Link, 'publish'>
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly log: Logger
}

export class EngineClient {
  /** Where the answers come. */
  readonly topic: string
  readonly #options: EngineClientOptions
  readonly #requests: SignedRequests

  constructor(options: EngineClientOptions) {
    const { bot, key, link, clock, randomBytes } = options
    this.#options = options
    this.topic = responseTopic(HOME, bot)
    this.#requests = new SignedRequests({
      issuer: HOME,
      client: bot,
      key,
      publish: (topic, token) => link().publish(topic, token),
      time: () => clock.now(),
      clock,
      randomBytes,
    })
  }

  /** Null without an answer in half a minute. Never rejects for what the engine says. */
  ask(ask: Ask): Promise<EngineAnswer | null> {
    return this.#requests.ask(ask)
  }

  receive(token: string): void {
    const { bot, engine, clock, log } = this.#options
    const pins = keyring([{ key: publicKey(engine), issuer: HOME, kinds: ['response'] }])
    const now = seconds(clock.now())
    const expected = { kinds: ['response'] as const, audience: bot, now, topic: this.topic }
    const verified = verify(token, pins, expected)
    if (verified.ok) this.#requests.onResponse(verified.claims)
    else
      log.warn({ code: 'report_refused', why: verified.code, topic: this.topic }, verified.message)
  }

  stop(): void {
    this.#requests.stop()
  }
}
