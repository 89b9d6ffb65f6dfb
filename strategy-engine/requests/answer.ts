// What a subscriber asks, answered: the streams of its plans, and the signals that it missed, as they were signed.
import { type Claims, keyring, type ProviderResponse, seconds, verify } from '@keyside/protocol'
import { type Clock, isBusy, type Logger, Quota } from '@keyside/runtime'
import type { Outbox } from '../publish/outbox.ts'
import type { Message } from '../publish/retained-messages.ts'
import type { Signer } from '../publish/signer.ts'
import { MAX_A_MINUTE, responseMessage, TOO_OFTEN } from './response.ts'
import type { Subscriber, SubscriberList } from './subscriber-list.ts'

/** Requests of all in a second: the signals come first. */
const MAX_A_SECOND = 200
/** Most signals in one response, and most characters of them: the whole must fit a response. */
const MAX_TOKENS = 64
const MAX_CHARS = 9_700

type Ask = Claims['request']['ask']
type Answer = ProviderResponse['answer']

export interface RequestsOptions {
  readonly signer: Signer
  readonly outbox: Outbox
  readonly subscribers: SubscriberList
  /** The streams of a plan that run now. */
  readonly catalogue: (plan: string) => Extract<Answer, { do: 'catalogue' }>['streams']
  readonly clock: Clock
  readonly log: Logger
}

export class Requests {
  readonly #options: RequestsOptions
  readonly #each = new Quota({ most: MAX_A_MINUTE, spanMs: 60_000 })
  readonly #looked = new Quota({ most: 2 * MAX_A_MINUTE, spanMs: 60_000 })
  readonly #all = new Quota({ most: MAX_A_SECOND, spanMs: 1_000 })

  constructor(options: RequestsOptions) {
    this.#options = options
  }

  /** Null where nothing is to be said: not from a subscriber, for the authority, or more than this engine can do now. */
  answer(topic: string, token: string): Message | null {
    const { subscribers, clock, log, signer } = this.#options
    const client = topic.split('/').at(-1) ?? ''
    // A copied access token can use up the quota of its own subscriber only.
    if (!this.#looked.allows(client, clock.now()) || !this.#all.allows('all', clock.now()))
      return null
    const subscriber = subscribers.subscriber(client)
    const key = subscriber && subscribers.keyOf(subscriber)
    const now = seconds(clock.now())
    if (subscriber === null || key === null || now >= subscriber.until) return null
    const pins = keyring([{ key, issuer: client, kinds: ['request'] }])
    const expected = { kinds: ['request'] as const, audience: signer.issuer, now, topic }
    const verified = verify(token, pins, expected)
    if (!verified.ok) {
      log.warn({ code: verified.code, client }, 'a request that the subscriber has not signed')
      return null
    }
    const { ask, jti } = verified.claims
    const answer = this.#answerTo(ask, subscriber)
    return answer && responseMessage(signer, { client, to: jti, answer }, clock.now())
  }

  #answerTo(ask: Ask, subscriber: Subscriber): Answer | null {
    if (ask.do === 'access') return null
    if (ask.do !== 'catalogue' && ask.do !== 'replay') return ELSEWHERE
    const { clock, catalogue } = this.#options
    if (!this.#each.allows(subscriber.client, clock.now())) return TOO_OFTEN
    if (!subscriber.plans.includes(ask.plan))
      return refused('plan_not_subscribed', `"${ask.plan}" is no plan of this subscription`)
    if (ask.do === 'catalogue')
      return { do: 'catalogue', plan: ask.plan, streams: catalogue(ask.plan) }
    return this.#replay(ask)
  }

  /** Null while another program holds the outbox: the subscriber asks again. */
  #replay({ plan, stream, after }: Extract<Ask, { do: 'replay' }>): Answer | null {
    const { outbox } = this.#options
    try {
      const row = outbox.stream(stream)
      if (row?.plan !== plan)
        return refused('stream_unknown', `the plan "${plan}" has no stream "${stream}"`)
      const tokens: string[] = []
      let chars = 0
      for (const token of outbox.signalsAfter(stream, after, MAX_TOKENS)) {
        chars += token.length
        if (chars > MAX_CHARS) break
        tokens.push(token)
      }
      return { do: 'replay', plan, stream, tokens, more: after + tokens.length < row.seq }
    } catch (error) {
      if (isBusy(error)) return null
      throw error
    }
  }
}

function refused(code: string, message: string): Answer {
  return { do: 'refused', code, message }
}

/** A subscriber follows strategies and cannot send any. */
const ELSEWHERE = refused(
  'strategies_elsewhere',
  "a provider's engine takes strategies at its own terminal only",
)
