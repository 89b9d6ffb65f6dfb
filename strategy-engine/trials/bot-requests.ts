// What the bot of this home asks about strategies, verified with its one key, and answered. An engine that signs for others has none.
import {
  type Claims,
  HOME,
  type Keyring,
  keyring,
  requestTopic,
  seconds,
  verify,
} from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import { type Clock, describeError, type Logger, Quota } from '@keyside/runtime'
import type { Message } from '../publish/retained-messages.ts'
import type { Signer } from '../publish/signer.ts'
import { MAX_A_MINUTE, responseMessage, TOO_OFTEN } from '../requests/response.ts'
import { type Answer, refused, type Trials } from './trials.ts'

type Request = Claims['request']
/** As the engine works them off. */
type Steps = Generator<undefined, void>

export interface BotRequestsOptions {
  readonly bot: { readonly id: string; readonly key: string }
  readonly signer: Signer
  readonly trials: Trials
  /** Work in slices, so that no candle waits for an answer. */
  readonly work: (steps: Steps) => void
  readonly send: (message: Message) => void
  readonly clock: Clock
  readonly log: Logger
}

export class BotRequests {
  readonly #options: BotRequestsOptions
  readonly #pins: Keyring
  readonly #looked = new Quota({ most: 2 * MAX_A_MINUTE, spanMs: 60_000 })
  readonly #taken = new Quota({ most: MAX_A_MINUTE, spanMs: 60_000 })
  /** `jti` of requests that were verified, until they expire, Unix seconds. */
  readonly #seen = new Map<string, number>()

  constructor(options: BotRequestsOptions) {
    this.#options = options
    const { id, key } = options.bot
    this.#pins = keyring([{ key: publicKey(key), issuer: id, kinds: ['request'] }])
  }

  /** The only topic on which they come. */
  get topic(): string {
    return requestTopic(HOME, this.#options.bot.id)
  }

  /** Nothing is said to another bot, or to one that sends more than can be looked at. */
  receive(token: string): void {
    const { clock, log, work, bot } = this.#options
    if (!this.#looked.allows(bot.id, clock.now())) return
    const now = seconds(clock.now())
    const expected = { kinds: ['request'] as const, audience: HOME, now, topic: this.topic }
    const verified = verify(token, this.#pins, expected)
    if (!verified.ok) {
      log.warn({ code: verified.code }, 'a request that the bot of this home has not signed')
      return
    }
    // The authority of the home answers that one.
    if (verified.claims.ask.do === 'access' || !this.#isFirst(verified.claims, now)) return
    work(this.#steps(verified.claims))
  }

  #isFirst({ jti, exp }: Request, now: number): boolean {
    for (const [name, end] of this.#seen) if (end <= now) this.#seen.delete(name)
    if (this.#seen.has(jti)) return false
    this.#seen.set(jti, exp)
    return true
  }

  *#steps({ jti, ask }: Request): Steps {
    const { trials, clock, bot } = this.#options
    if (!this.#taken.allows(bot.id, clock.now())) this.#answer(jti, TOO_OFTEN)
    else if (ask.do === 'strategies') this.#answer(jti, yield* trials.list())
    else if (ask.do === 'strategy') this.#answer(jti, trials.show(ask.name))
    else if (ask.do === 'drop') this.#answer(jti, trials.drop(ask.name))
    else if (ask.do === 'try') this.#later(jti, trials.try(ask.text))
    else if (ask.do === 'tune') this.#later(jti, trials.tune(ask.name, ask.params))
    yield undefined
  }

  /** A backtest takes its time in a thread of its own, and nothing here waits for it. */
  #later(jti: string, answer: Promise<Answer>): void {
    void answer
      .catch((error: unknown): Answer => {
        this.#options.log.error({ err: error }, 'a rule from the chat could not be tried')
        return refused('backtest_failed', `it could not be tried: ${describeError(error).message}`)
      })
      .then((known) => this.#answer(jti, known))
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'not answered'))
  }

  #answer(to: string, answer: Answer): void {
    const { signer, clock, bot, send } = this.#options
    send(responseMessage(signer, { client: bot.id, to, answer }, clock.now()))
  }
}
